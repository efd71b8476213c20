/** What the CLI itself says about the account: `claude auth status` before a process is started, `initialize` in each process. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runCommand } from '../../../app/claude/installation/runCommand';
import { claudePath, cliEnvironment, signIn, signOut } from '../../support/cli';
import { type RawCliTest, startRawCliTest } from './rawCli';

const KEY = { ANTHROPIC_API_KEY: 'sk-ant-test' };
const TOKEN = { ANTHROPIC_AUTH_TOKEN: 'token' };
const OAUTH = { CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-test' };

const Initialized = z.looseObject({ account: z.looseObject({}) });

let rig: RawCliTest;

beforeAll(async () => {
  rig = await startRawCliTest();
});
afterAll(() => rig.stop());

/** `initialize` is checked in full: what it leaves out is a part of the statement. */
async function reports(env: Readonly<Record<string, string>>) {
  const cli = rig.start({ account: 'signed-out', env });
  const { account } = Initialized.parse(await cli.request({ subtype: 'initialize', systemPrompt: [] }));
  const status = await runCommand(claudePath(), ['auth', 'status'], {
    env: { ...cliEnvironment(rig.api, rig.home, 'signed-out'), ...env },
    timeoutMs: 20_000,
    signal: new AbortController().signal,
  });
  // Neither needs the API.
  expect([...rig.api.requests, ...rig.api.otherCalls]).toEqual([]);
  return { status: JSON.parse(status.stdout), code: status.code, account };
}

describe('without a sign-in, the CLI', () => {
  afterEach(() => rig.endTest());

  test('reports nobody with exit code 1 where the environment has no credentials', async () => {
    const { status, code, account } = await reports({});
    expect(status).toMatchObject({ loggedIn: false, authMethod: 'none', apiProvider: 'firstParty' });
    expect(code).toBe(1);
    expect(account).toEqual({ tokenSource: 'none', apiProvider: 'firstParty' });
  });

  test('names the variable of an API key in both reports', async () => {
    const { status, code, account } = await reports(KEY);
    expect(status).toMatchObject({ loggedIn: true, authMethod: 'api_key', apiKeySource: 'ANTHROPIC_API_KEY' });
    expect(code).toBe(0);
    expect(account).toEqual({ tokenSource: 'none', apiKeySource: 'ANTHROPIC_API_KEY', apiProvider: 'firstParty' });
  });

  test.each([TOKEN, OAUTH])(
    'calls the token of %o oauth_token, and only initialize names the variable',
    async (env) => {
      const { status, account } = await reports(env);
      expect(status).toMatchObject({ loggedIn: true, authMethod: 'oauth_token' });
      expect(status).not.toHaveProperty('apiKeySource');
      expect(status).not.toHaveProperty('subscriptionType');
      expect(account).toEqual({ tokenSource: Object.keys(env)[0], apiProvider: 'firstParty' });
    },
  );

  test('has an API key pay before an OAuth token', async () => {
    const { status, account } = await reports({ ...KEY, ...OAUTH });
    expect(status).toMatchObject({ authMethod: 'api_key', apiKeySource: 'ANTHROPIC_API_KEY' });
    expect(account).toMatchObject({
      tokenSource: 'CLAUDE_CODE_OAUTH_TOKEN',
      apiKeySource: 'ANTHROPIC_API_KEY',
    });
  });
});

describe('with a subscription signed in, the CLI', () => {
  beforeEach(() => signIn(rig.home));
  afterEach(async () => {
    await rig.endTest();
    await signOut(rig.home);
  });

  test('reports the plan, as a code in auth status and in words in initialize', async () => {
    const { status, code, account } = await reports({});
    expect(status).toMatchObject({ loggedIn: true, authMethod: 'claude.ai', subscriptionType: 'max' });
    expect(code).toBe(0);
    expect(account).toEqual({ subscriptionType: 'Claude Max', apiProvider: 'firstParty' });
  });

  test.each([
    [KEY, 'api_key'],
    [TOKEN, 'oauth_token'],
  ])('has %o pay instead, and auth status does not mention the subscription', async (env, authMethod) => {
    const { status } = await reports(env);
    expect(status).toMatchObject({ authMethod });
    expect(status).not.toHaveProperty('subscriptionType');
  });
});
