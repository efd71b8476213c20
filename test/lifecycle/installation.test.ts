/** The state of the CLI is true and heals by itself: with the real CLI, and scripts around it that break and mend. */
import { mkdir, rename, symlink } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { claudePath, leftoverProcesses, removeFolder, scratchFolder, signIn } from '../support/cli';
import { wrapCli } from '../support/cliWrapper';
import { httpError, rateLimits, text } from '../support/messagesApi';
import { send } from '../support/send';
import { startTestApp, type TestApp, type TestAppOptions } from '../support/testApp';

/** Attempts fail soon; each further one may take twice as long, so that the real CLI comes up on a slow machine, too. */
const SHORT = { attemptMs: 300, waitMs: 200, firstPauseMs: 50, maxPauseMs: 500 };

/** Longer than anything takes on a busy computer. */
const SOON = { timeout: 60_000 };

let home: string;
let apps: TestApp[];

beforeEach(async () => {
  home = await scratchFolder();
  apps = [];
});
afterEach(async () => {
  await Promise.all(apps.map((app) => app.stop()));
  await removeFolder(home);
});

async function start(options: TestAppOptions): Promise<TestApp> {
  const app = await startTestApp({ home, ...options });
  apps.push(app);
  return app;
}

const DIALECTS = ['/api/chat', '/v1/chat/completions', '/v1/messages'] as const;

function ask(app: TestApp, dialect: string = '/api/chat', content = 'Hello?') {
  const body = { model: 'sonnet', stream: false, max_tokens: 100, messages: [{ role: 'user', content }] };
  return send(`${app.url}${dialect}`, { body: JSON.stringify(body) });
}

async function health(app: TestApp): Promise<[status: number, body: Record<string, unknown>]> {
  const { status, text: body } = await send(`${app.url}/health`);
  return [status, JSON.parse(body)];
}

async function becomesHealthy(app: TestApp): Promise<void> {
  await expect.poll(async () => (await health(app))[0], SOON).toBe(200);
}

describe.skipIf(process.platform === 'win32')('a CLI that does not come up', () => {
  test.each([
    ['silent', 'did not answer within'],
    ['exits', 'libfault.so: cannot open'],
  ] as const)(
    'since it is %s is a problem, refuses requests in time, and is used once it works',
    async (mode, cause) => {
      const cli = await wrapCli(path.join(home, 'bin'), mode);
      const app = await start({ env: { CLAUDE_PATH: cli.path }, claudeTimes: SHORT });

      await expect.poll(() => app.core.snapshot().cli.problem?.code, SOON).toBe('cli_failed');
      expect(app.core.snapshot().cli).toMatchObject({
        phase: 'problem',
        problem: { message: expect.stringContaining(cause) },
      });
      expect(await health(app)).toMatchObject([503, { status: 'unavailable', cli: { problem: 'cli_failed' } }]);
      for (const dialect of DIALECTS) {
        const { status, headers } = await ask(app, dialect);
        expect([dialect, status]).toEqual([dialect, 503]);
        expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      }
      expect((await send(`${app.url}/v1/models`)).status).toBe(503);

      await cli.set('works');
      await becomesHealthy(app);
      expect(app.core.snapshot().cli).toMatchObject({ phase: 'ready' });
      expect(app.core.snapshot().cli.problem).toBeUndefined();
      for (const dialect of DIALECTS) expect((await ask(app, dialect)).status).toBe(200);
    },
  );

  test('in no command at all is a problem, too', async () => {
    const cli = await wrapCli(path.join(home, 'bin'), 'mute');
    const app = await start({ env: { CLAUDE_PATH: cli.path }, claudeTimes: SHORT });

    expect(await health(app)).toMatchObject([503, { cli: { phase: 'checking' } }]);
    expect([(await ask(app)).status, (await send(`${app.url}/v1/models`)).status]).toEqual([503, 503]);
  });

  test('leaves the list of models, and their context windows, as the last run of the app has learned them', async () => {
    const cli = await wrapCli(path.join(home, 'bin'));
    const first = await start({ env: { CLAUDE_PATH: cli.path } });
    first.api.answer(text('Hi.'));
    expect((await ask(first)).status).toBe(200);
    const models = (await send(`${first.url}/api/tags`)).text;
    const details = (await send(`${first.url}/api/show`, { body: '{"model":"sonnet"}' })).text;
    await first.stop();
    apps = [];

    await cli.set('silent');
    const second = await start({ env: { CLAUDE_PATH: cli.path }, claudeTimes: SHORT });

    expect(await send(`${second.url}/api/tags`)).toMatchObject({ status: 200, text: models });
    expect(await send(`${second.url}/api/show`, { body: '{"model":"sonnet"}' })).toMatchObject({
      status: 200,
      text: details,
    });
    expect((await ask(second)).status).toBe(503);
  });

  test('any more, after it did, is a problem from the first request on that needs a process', async () => {
    const cli = await wrapCli(path.join(home, 'bin'));
    // Otherwise the processes that have started would serve every conversation.
    const settings = { maxProcesses: 2, reuseProcesses: false };
    const app = await start({ env: { CLAUDE_PATH: cli.path }, claudeTimes: SHORT, settings });
    await becomesHealthy(app);

    await cli.set('exits');
    await expect.poll(async () => (await ask(app)).status, SOON).toBeGreaterThanOrEqual(500);
    await expect.poll(async () => (await health(app))[0], SOON).toBe(503);

    await cli.set('works');
    await becomesHealthy(app);
    expect((await ask(app)).status).toBe(200);
  });
});

describe.skipIf(process.platform === 'win32')('a CLI that was found and is moved', () => {
  test('is looked for at once, and the request is answered', async () => {
    const bin = path.join(home, '.local', 'bin');
    await mkdir(bin, { recursive: true });
    await symlink(claudePath(), path.join(bin, 'claude'));
    const app = await start({ env: { CLAUDE_PATH: undefined, PATH: '/bin' }, settings: { maxProcesses: 2 } });
    await becomesHealthy(app);
    const elsewhere = path.join(home, '.claude', 'local');
    await mkdir(elsewhere, { recursive: true });

    await rename(path.join(bin, 'claude'), path.join(elsewhere, 'claude'));
    // The spare processes were started before; each conversation takes one.
    for (const content of ['One.', 'Two.', 'Three.', 'Four.'])
      expect((await ask(app, '/api/chat', content)).status).toBe(200);

    await expect
      .poll(() => app.core.snapshot().cli, SOON)
      .toMatchObject({ phase: 'ready', path: path.join(elsewhere, 'claude') });
  });

  test('away is a problem, until it is back', async () => {
    const bin = path.join(home, '.local', 'bin');
    await mkdir(bin, { recursive: true });
    await symlink(claudePath(), path.join(bin, 'claude'));
    const app = await start({ env: { CLAUDE_PATH: undefined, PATH: '/bin' }, settings: { maxProcesses: 2 } });
    await becomesHealthy(app);

    await rename(path.join(bin, 'claude'), path.join(home, 'away'));
    await expect
      .poll(async () => JSON.parse((await ask(app, '/v1/chat/completions')).text).error?.code, SOON)
      .toBe('claude_cli_missing');
    expect(await health(app)).toMatchObject([503, { cli: { problem: 'cli_missing' } }]);

    await rename(path.join(home, 'away'), path.join(bin, 'claude'));
    await expect.poll(async () => (await ask(app)).status, SOON).toBe(200);
    await becomesHealthy(app);
  });
});

describe('an account', () => {
  test.skipIf(process.platform === 'darwin')('that signs in elsewhere is noticed with the next answer', async () => {
    const app = await start({ account: 'signed-out' });
    expect(await health(app)).toMatchObject([503, { cli: { problem: 'signed_out' } }]);
    expect(await metric(app, 'claudacity_cli_ready')).toBe(0);
    const refused = await ask(app);
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('claude auth login')]);

    await signIn(home);
    await expect.poll(async () => (await ask(app)).status, SOON).toBe(200);

    await becomesHealthy(app);
    expect(app.core.snapshot().cli).toMatchObject({ phase: 'ready', authMethod: 'claude.ai' });
    expect(await metric(app, 'claudacity_cli_ready')).toBe(1);
  });

  test.each([
    ['api-key', 'Set ANTHROPIC_API_KEY to a valid key'],
    ['subscription', 'claude setup-token'],
    ['claude.ai', 'Sign in again with `claude auth login`'],
  ] as const)(
    'whose sign-in (%s) the API refuses in mid-session is a problem until an answer',
    async (kind, remedy) => {
      if (kind === 'claude.ai') await signIn(home);
      const app = await start({ account: kind === 'claude.ai' ? 'signed-out' : kind });
      expect((await ask(app)).status).toBe(200);
      expect((await health(app))[0]).toBe(200);

      app.api.setDefaultAnswer(httpError(401, 'authentication_error', 'OAuth token has expired.'));
      for (const dialect of DIALECTS) {
        const refused = await ask(app, dialect);
        const status = dialect.startsWith('/api/') ? 403 : 401;
        expect([refused.status, JSON.parse(refused.text)]).toEqual([status, expect.anything()]);
        expect(refused.text).toContain(remedy);
      }
      expect(await health(app)).toMatchObject([503, { status: 'unavailable', cli: { problem: 'authentication' } }]);
      expect(app.core.snapshot().cli).toMatchObject({
        phase: 'problem',
        problem: { code: 'authentication', remedy: expect.stringContaining(remedy) },
      });
      expect(await metric(app, 'claudacity_cli_ready')).toBe(0);

      app.api.setDefaultAnswer(text('Welcome back.'));
      expect((await ask(app)).status).toBe(200);
      await becomesHealthy(app);
      expect(app.core.snapshot().cli.problem).toBeUndefined();
    },
  );
});

describe('a sign-in with the CLI’s own command', () => {
  const signedOut = { account: 'signed-out', env: { BROWSER: '/bin/true' } } as const;

  test('gives its address, and can be cancelled', async () => {
    const app = await start(signedOut);
    const ended = app.core.calls['cli.signIn']();
    await expect.poll(() => app.core.snapshot().cli.signIn?.url, SOON).toMatch(/^https:\/\/\S+\/oauth\/authorize\?/);

    await app.core.calls['cli.cancelSignIn']();

    expect(await ended).toMatchObject({ phase: 'problem', problem: { code: 'signed_out' } });
    expect(app.core.snapshot().cli.signIn).toBeUndefined();
    expect((await leftoverProcesses(home)).filter(({ command }) => command.includes('auth login'))).toEqual([]);
  });

  test('ends after its time', async () => {
    const app = await start({ ...signedOut, claudeTimes: { signInMs: 500 } });
    await expect(app.core.calls['cli.signIn']()).rejects.toThrow('The sign-in was not completed within 0.5 s.');
    expect(app.core.snapshot().cli.signIn).toBeUndefined();
  });

  test('ends with the app', async () => {
    const app = await start(signedOut);
    const ended = app.core.calls['cli.signIn']();
    await expect.poll(() => app.core.snapshot().cli.signIn?.url, SOON).toBeTruthy();
    // Fails where a process is left.
    await app.stop();
    await ended;
  });
});

describe('a plan', () => {
  const refusal = (resets: number, claim: 'five_hour' | 'seven_day' = 'five_hour') => {
    const limits = rateLimits({ status: 'rejected', claim, fiveHour: 1, fiveHourReset: resets, sevenDayReset: resets });
    return httpError(429, 'rate_limit_error', 'Limit reached.', limits.kind === 'headers' ? limits.headers : {});
  };

  test('that is used up is a state with the time of its reset, until an answer', async () => {
    const app = await start({ account: 'subscription' });
    expect((await ask(app)).status).toBe(200);
    const resets = Math.floor(Date.now() / 1000) + 3600;

    app.api.setDefaultAnswer(refusal(resets));
    for (const dialect of DIALECTS) expect((await ask(app, dialect)).status).toBe(429);

    expect(app.core.snapshot().cli).toMatchObject({
      phase: 'limited',
      problem: {
        code: 'plan_exhausted',
        resetsAt: resets * 1000,
        message: expect.stringMatching(/5-hour limit.*until /),
      },
    });
    expect(await health(app)).toMatchObject([
      503,
      { status: 'limited', problems: ['plan_exhausted'], cli: { problem: 'plan_exhausted', resets_at: resets * 1000 } },
    ]);

    app.api.setDefaultAnswer(text('Extra usage.'));
    expect((await ask(app)).status).toBe(200);
    await becomesHealthy(app);
    expect(app.core.snapshot().cli).toMatchObject({ phase: 'ready' });
    expect(app.core.snapshot().cli.problem).toBeUndefined();
  });

  test('is not the reason for the rate limit of an API key', async () => {
    const app = await start({});
    app.api.setDefaultAnswer(httpError(429, 'rate_limit_error', 'Slow down.', { 'retry-after': '60' }));
    expect((await ask(app)).status).toBe(429);
    expect(await health(app)).toMatchObject([200, { status: 'ok' }]);
  });
});

test.skipIf(process.platform === 'win32')(
  'the environment reaches the CLI without the variables that were set for others, and changes no alias',
  async () => {
    const cli = await wrapCli(path.join(home, 'bin'));
    const models = { ANTHROPIC_MODEL: 'claude-haiku-5-5', ANTHROPIC_DEFAULT_SONNET_MODEL: 'claude-opus-5-5' };
    const others = {
      ANTHROPIC_LOG: 'debug',
      DEBUG: '1',
      NODE_OPTIONS: '--no-such-option',
      CLAUDECODE: '1',
      GITHUB_TOKEN: 'x',
    };
    const proxy = { NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1', TZ: 'Europe/Kyiv' };
    const plain = await start({ home: path.join(home, 'plain') });
    const app = await start({ env: { CLAUDE_PATH: cli.path, ...models, ...others, ...proxy } });

    for (const one of [plain, app]) {
      for (const model of ['sonnet', 'default', 'haiku']) {
        const messages = [
          { role: 'system', content: `For ${model}.` },
          { role: 'user', content: 'Hello?' },
        ];
        const body = JSON.stringify({ model, stream: false, messages });
        expect((await send(`${one.url}/api/chat`, { body })).status).toBe(200);
      }
    }

    const requested = (one: TestApp) => one.api.requests.map(({ body }) => body.model);
    expect(requested(app)).toEqual(requested(plain));
    const names = Object.keys(await cli.environment());
    expect(names).toEqual(expect.arrayContaining(['PATH', 'HOME', 'ANTHROPIC_API_KEY', ...Object.keys(proxy)]));
    expect(names.filter((name) => name in models || name in others)).toEqual([]);
  },
);

async function metric(app: TestApp, name: string): Promise<number> {
  const { text: body } = await send(`${app.url}/metrics`);
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(body)?.[1]);
}
