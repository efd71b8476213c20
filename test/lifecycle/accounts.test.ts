/** More than one account: each request is answered with the account that its key names, else with the default one, and with no other. */
import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewKey } from '../../app/shared/access/keys';
import { MAIN_ACCOUNT } from '../../app/shared/cli/accounts';
import { addAccount, tokenOf, writeCredentials } from '../support/accounts';
import { leftoverProcesses, removeFolder, scratchFolder, signIn } from '../support/cli';
import { gate, httpError, rateLimits, text, toolUse } from '../support/messagesApi';
import { type HttpAnswer, send } from '../support/send';
import { startTestApp, type TestApp, type TestAppOptions } from '../support/testApp';

const SOON = { timeout: 30_000 };

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

/** The main account is signed in with the token `sk-ant-oat01-test`. */
async function start(options: TestAppOptions = {}): Promise<TestApp> {
  await signIn(home);
  const app = await startTestApp({ home, account: 'signed-out', isAnthropicsApi: true, ...options });
  apps.push(app);
  app.api.setDefaultAnswer(text('Hi'));
  return app;
}

let count = 0;

function createKey(app: TestApp, accountId: string | null, fields: Partial<NewKey> = {}) {
  count += 1;
  return app.core.calls['keys.create']({ name: `Key ${count}`, accountId, ...fields });
}

type Turn = { role: string; content: string };

const QUESTION: Turn[] = [{ role: 'user', content: 'Hello?' }];
const FOLLOW_UP: Turn[] = [...QUESTION, { role: 'assistant', content: 'Hi' }, { role: 'user', content: 'And now?' }];

interface Asked {
  readonly messages?: Turn[];
  readonly path?: string;
  readonly headers?: Record<string, string>;
}

function post(
  app: TestApp,
  secret: string | undefined,
  { messages = QUESTION, path = '/api/chat', headers }: Asked = {},
) {
  const body = JSON.stringify({ model: 'sonnet', stream: false, max_tokens: 100, messages });
  return send(app.url + path, { body, headers: { ...headers, ...(secret && { authorization: `Bearer ${secret}` }) } });
}

/** Asks, and returns how the question was answered and with which token. */
async function ask(app: TestApp, secret: string | undefined, asked: Asked = {}) {
  const { status, headers, text: body } = await post(app, secret, asked);
  expect([status, body]).toEqual([200, body]);
  const details = app.core.calls['requests.details'](String(headers['x-request-id']));
  return { token: token(app), path: headers['x-claudacity-path'], payer: details?.payer };
}

function token(app: TestApp): string {
  return String(
    app.api.requests.at(-1)?.headers.authorization ?? app.api.requests.at(-1)?.headers['x-api-key'],
  ).replace('Bearer ', '');
}

function messageOf({ text: body }: HttpAnswer): string {
  const { error } = JSON.parse(body);
  return typeof error === 'string' ? error : error.message;
}

const MAIN_TOKEN = 'sk-ant-oat01-test';

describe('a request', () => {
  test.each([true, false])(
    'is answered with the account of its key, else with the default one (reuse: %s)',
    async (reuseProcesses) => {
      const app = await start({ settings: { reuseProcesses } });
      const [work, club] = [await addAccount(app, 'Work', 'team'), await addAccount(app, 'Club', 'pro')];
      const keys = {
        work: createKey(app, work).secret,
        club: createKey(app, club).secret,
        none: createKey(app, null).secret,
      };

      for (let round = 0; round < 2; round += 1) {
        expect(await ask(app, undefined)).toMatchObject({ token: MAIN_TOKEN, payer: 'Claude Max' });
        expect(await ask(app, keys.work)).toMatchObject({ token: tokenOf('Work'), payer: 'Claude Team' });
        expect(await ask(app, keys.club)).toMatchObject({ token: tokenOf('Club'), payer: 'Claude Pro' });
        expect(await ask(app, keys.none)).toMatchObject({ token: MAIN_TOKEN, payer: 'Claude Max' });
      }
    },
  );

  test('is answered with no other account, whatever the environment has', async () => {
    const env = {
      ANTHROPIC_API_KEY: 'sk-ant-env',
      CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-env',
      ANTHROPIC_AUTH_TOKEN: 'env',
    };
    const app = await start({ env, settings: { payWith: 'environment' } });
    const { secret } = createKey(app, await addAccount(app, 'Work'));
    expect((await ask(app, secret)).token).toBe(tokenOf('Work'));
    expect((await ask(app, undefined)).token).not.toBe(tokenOf('Work'));
  });

  test('of many at once gets its own account', async () => {
    const app = await start({ settings: { maxProcesses: 3 } });
    const { secret } = createKey(app, await addAccount(app, 'Work'));
    const marked = Array.from({ length: 12 }, (_, index) => ({
      content: `Question ${index}`,
      isWork: index % 2 === 0,
    }));
    const statuses = await Promise.all(
      marked.map(async ({ content, isWork }) => {
        const answer = await post(app, isWork ? secret : undefined, { messages: [{ role: 'user', content }] });
        return answer.status;
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    for (const { content, isWork } of marked) {
      const sent = app.api.requests.filter(({ body }) => JSON.stringify(body).includes(`"${content}"`));
      expect(sent.map(({ headers }) => headers.authorization)).toEqual([
        `Bearer ${isWork ? tokenOf('Work') : MAIN_TOKEN}`,
      ]);
    }
  });
});

describe('a conversation', () => {
  test('is continued by no process of another account: live, rewound and replayed', async () => {
    const app = await start();
    const work = createKey(app, await addAccount(app, 'Work')).secret;
    const headers = { 'x-conversation-id': 'the-same' };

    for (const secret of [undefined, work]) {
      const expected = secret ? tokenOf('Work') : MAIN_TOKEN;
      expect(await ask(app, secret, { headers })).toEqual({ token: expected, path: 'new', payer: expect.any(String) });
    }
    for (const secret of [undefined, work]) {
      const expected = secret ? tokenOf('Work') : MAIN_TOKEN;
      expect(await ask(app, secret, { headers, messages: FOLLOW_UP })).toMatchObject({ token: expected, path: 'live' });
      const edited = [...FOLLOW_UP.slice(0, 2), { role: 'user', content: 'Or rather?' }];
      expect(await ask(app, secret, { headers, messages: edited })).toMatchObject({ token: expected, path: 'rewind' });
    }
  });

  test('is replayed into a process of the new account where its key gets another one', async () => {
    const app = await start();
    const [work, club] = [await addAccount(app, 'Work'), await addAccount(app, 'Club')];
    const { apiKey, secret } = createKey(app, work);
    await ask(app, secret);
    app.core.calls['keys.change'](apiKey.id, { accountId: club });
    expect(await ask(app, secret, { messages: FOLLOW_UP })).toMatchObject({ token: tokenOf('Club'), path: 'replay' });
    app.core.calls['keys.change'](apiKey.id, { accountId: MAIN_ACCOUNT });
    expect(await ask(app, secret)).toMatchObject({ token: MAIN_TOKEN });
  });

  test('that waits for a tool is replayed, too', async () => {
    const app = await start();
    const { apiKey, secret } = createKey(app, await addAccount(app, 'Work'));
    const headers = { authorization: `Bearer ${secret}` };
    const tools = [{ name: 'time', description: 'The time', input_schema: { type: 'object', properties: {} } }];
    app.api.answer(toolUse('time', {}));
    const body = { model: 'sonnet', max_tokens: 100, tools, messages: [{ role: 'user', content: 'What time is it?' }] };
    const first = JSON.parse((await send(`${app.url}/v1/messages`, { headers, body: JSON.stringify(body) })).text);
    const call = first.content.find(({ type }: { type: string }) => type === 'tool_use');
    app.core.calls['keys.change'](apiKey.id, { accountId: await addAccount(app, 'Club') });

    const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: '12:00' }] };
    const messages = [...body.messages, { role: 'assistant', content: first.content }, result];
    const second = await send(`${app.url}/v1/messages`, { headers, body: JSON.stringify({ ...body, messages }) });
    expect([second.status, token(app)]).toEqual([200, tokenOf('Club')]);
  });
});

test('another default account answers new requests, in other processes; an answer that is under way is not moved', async () => {
  const app = await start();
  const work = await addAccount(app, 'Work', 'team');
  await ask(app, undefined);
  const held = gate();
  app.api.answer(held, text('Hi'));
  const running = post(app, undefined, { messages: [{ role: 'user', content: 'Slowly.' }] });
  await held.reached;
  app.core.calls['accounts.makeDefault'](work);

  expect(await ask(app, undefined, { messages: FOLLOW_UP })).toMatchObject({ token: tokenOf('Work'), path: 'replay' });
  held.open();
  expect((await running).status).toBe(200);
  expect(app.api.requests[1]?.headers.authorization).toBe(`Bearer ${MAIN_TOKEN}`);
  expect(app.core.snapshot().cli).toMatchObject({ phase: 'ready', payer: { label: 'Claude Team' } });
  expect(JSON.parse((await send(`${app.url}/health`)).text).cli).toMatchObject({ payer: 'Claude Team' });
});

test('the default account is known after a restart, and so are the names', async () => {
  const first = await start();
  const work = await addAccount(first, 'Work');
  first.core.calls['accounts.makeDefault'](work);
  first.core.calls['accounts.rename'](MAIN_ACCOUNT, 'Private');
  await first.stop();
  apps = [];
  const second = await start();
  expect(
    second.core.snapshot().accounts.accounts.map(({ name, isDefault, phase }) => [name, isDefault, phase]),
  ).toEqual([
    ['Private', false, 'signed_in'],
    ['Work', true, 'signed_in'],
  ]);
  expect((await ask(second, undefined)).token).toBe(tokenOf('Work'));
});

test('where the list of accounts cannot be read, nobody pays until the owner has chosen', async () => {
  await mkdir(path.join(home, 'data'), { recursive: true });
  await writeFile(path.join(home, 'data', 'accounts.json'), '{');
  const app = await start();
  const refused = await post(app, undefined);
  expect([refused.status, messageOf(refused)]).toEqual([403, expect.stringContaining('Choose it in Claudacity')]);
  app.core.calls['accounts.makeDefault'](MAIN_ACCOUNT);
  expect((await ask(app, undefined)).token).toBe(MAIN_TOKEN);
});

/** With the status of a refusal for want of a sign-in: the clients of Ollama take 401 for one that they can make themselves. */
const DIALECTS = [
  ['/api/chat', 403],
  ['/v1/chat/completions', 401],
  ['/v1/messages', 401],
] as const;

describe('a removed account', () => {
  test('is refused in every dialect with what to do; its processes, its sign-in and its folder are gone', async () => {
    const app = await start();
    const work = await addAccount(app, 'Work');
    const { secret } = createKey(app, work);
    await ask(app, secret);
    const folder = path.join(app.dataDir, 'accounts', work);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await app.core.calls['accounts.remove'](work);

    for (const [dialect] of DIALECTS) {
      const refused = await post(app, secret, { path: dialect, messages: FOLLOW_UP });
      expect([dialect, refused.status, messageOf(refused)]).toEqual([
        dialect,
        403,
        'The account of this API key was removed from Claudacity. Choose another account for the key in Claudacity, in the settings under Accounts.',
      ]);
    }
    expect(existsSync(folder)).toBe(false);
    expect((await ask(app, undefined)).token).toBe(MAIN_TOKEN);
    expect(app.api.requests).toHaveLength(2);
  });

  test('ends its answers with an error that says so', async () => {
    const app = await start();
    const work = await addAccount(app, 'Work');
    const { secret } = createKey(app, work);
    app.api.answer(gate(), text('Never'));
    const running = post(app, secret);
    await expect.poll(() => app.api.requests.length, SOON).toBe(1);
    await app.core.calls['accounts.remove'](work);
    const { status, text: body } = await running;
    expect([status, body]).toEqual([503, expect.stringContaining('the account “Work” was removed in Claudacity')]);
  });

  test('cannot be the default or the main one, and a key cannot name one', async () => {
    const app = await start();
    const work = await addAccount(app, 'Work');
    app.core.calls['accounts.makeDefault'](work);
    await expect(app.core.calls['accounts.remove'](work)).rejects.toThrow(
      'Make another account the default one first.',
    );
    await expect(app.core.calls['accounts.remove'](MAIN_ACCOUNT)).rejects.toThrow('cannot be removed');
    expect(() => createKey(app, '../../etc')).toThrow('There is no such account any more.');
    expect(() => app.core.calls['accounts.rename']('nobody', 'Name')).toThrow('There is no such account any more.');
    expect(() => app.core.calls['accounts.add']('work')).toThrow('There is an account named “work” already.');
  });

  test('leaves nothing behind where its removal was cut short', async () => {
    const first = await start();
    await first.stop();
    apps = [];
    await writeCredentials(
      path.join(home, 'data', 'accounts', 'd9b1d7db-4d0c-4d3c-8f1a-0d6b6f3f2a11'),
      'sk-ant-oat01-left',
    );
    const second = await start();
    expect(await readdir(path.join(second.dataDir, 'accounts'))).toEqual([]);
  });
});

describe('an account without a sign-in', () => {
  test('is refused in every dialect with what to do, until somebody signs in to it', async () => {
    const app = await start();
    const id = app.core.calls['accounts.add']('Work');
    const { secret } = createKey(app, id);
    for (const [dialect, status] of DIALECTS) {
      const refused = await post(app, secret, { path: dialect });
      expect([dialect, refused.status, messageOf(refused)]).toEqual([
        dialect,
        status,
        'The account “Work” is not signed in. Sign in to it in Claudacity, in the settings under Accounts.',
      ]);
    }
    expect(app.api.requests).toHaveLength(0);
    await writeCredentials(path.join(app.dataDir, 'accounts', id), tokenOf('Work'));
    await expect.poll(async () => (await post(app, secret)).status, SOON).toBe(200);
    expect(token(app)).toBe(tokenOf('Work'));
  });

  test('has a sign-in of its own, with the address of its page, which can be cancelled', async () => {
    const app = await start();
    const id = app.core.calls['accounts.add']('Work');
    const shown = () => app.core.snapshot().accounts.accounts.find((one) => one.id === id);
    const signedIn = app.core.calls['accounts.signIn'](id);
    await expect.poll(() => shown()?.signIn?.url, SOON).toMatch(/^https:\/\/\S+\/oauth\/authorize\?/);
    expect(app.core.snapshot().cli.signIn).toBeUndefined();
    await app.core.calls['accounts.cancelSignIn'](id);
    await signedIn;
    expect(shown()).toMatchObject({ phase: 'signed_out', payer: null });
    expect(shown()?.signIn).toBeUndefined();
    const logins = async () => (await leftoverProcesses(home)).filter(({ command }) => command.includes('auth login'));
    await expect.poll(logins, SOON).toEqual([]);
  });

  test('is not that of the user’s profile, nor does it stop the others', async () => {
    const profile = path.join(home, '.config', 'anthropic');
    for (const folder of ['configs', 'credentials']) await mkdir(path.join(profile, folder), { recursive: true });
    const [config, credentials] = [
      { authentication: { type: 'user_oauth' } },
      { access_token: 'sk-ant-oat01-profile' },
    ];
    await writeFile(path.join(profile, 'configs', 'default.json'), JSON.stringify(config));
    await writeFile(path.join(profile, 'credentials', 'default.json'), JSON.stringify(credentials));
    const app = await start();
    const id = app.core.calls['accounts.add']('Work');
    app.core.calls['accounts.makeDefault'](id);
    const { secret } = createKey(app, await addAccount(app, 'Club'));
    expect(app.core.snapshot().cli.problem).toMatchObject({
      code: 'signed_out',
      message: 'The account “Work” is not signed in.',
    });
    expect((await post(app, undefined, { path: '/v1/messages' })).status).toBe(401);
    expect((await ask(app, secret)).token).toBe(tokenOf('Club'));
  });

  test('does not keep an added default account from answering where it is the main one', async () => {
    const app = await startTestApp({ home, account: 'signed-out', isAnthropicsApi: true });
    apps.push(app);
    app.api.setDefaultAnswer(text('Hi'));
    const work = await addAccount(app, 'Work');
    app.core.calls['accounts.makeDefault'](work);
    expect(app.core.snapshot().cli).toMatchObject({ phase: 'ready', payer: { label: 'Claude Max' } });
    expect((await ask(app, undefined)).token).toBe(tokenOf('Work'));
    expect((await send(`${app.url}/health`)).status).toBe(200);
  });
});

describe('the use of the plans', () => {
  const limits = (fiveHour: number) => {
    const resets = Math.floor(Date.now() / 1000) + 3600;
    return rateLimits({ fiveHour, fiveHourReset: resets, sevenDayReset: resets });
  };

  test('is kept for each account, in metrics under its name and for the account of the key that asks', async () => {
    const app = await start();
    const work = await addAccount(app, 'Work');
    const { secret } = createKey(app, work, { scopes: ['inference', 'metrics'] });
    app.api.answer(limits(0.25), text('Hi'));
    await ask(app, undefined);
    app.api.answer(limits(0.75), text('Hi'));
    await ask(app, secret);

    await expect
      .poll(() => app.core.snapshot().accounts.accounts.map(({ planWindows }) => planWindows[0]?.used))
      .toEqual([0.25, 0.75]);
    const metrics = (await send(`${app.url}/metrics`)).text;
    expect(metrics).toContain('claudacity_rate_limit_utilization_ratio{window="five_hour"} 0.25');
    expect(metrics).toContain('claudacity_rate_limit_utilization_ratio{window="five_hour",account="Work"} 0.75');
    const remaining = async (headers: Record<string, string>) =>
      JSON.parse((await send(`${app.url}/v1/quota-stats`, { headers })).text).providers.claude.quota_groups.five_hour
        .remaining_percent;
    expect([await remaining({}), await remaining({ authorization: `Bearer ${secret}` })]).toEqual([75, 25]);
  });

  test('that is exhausted stops the one account alone, and no other answers for it', async () => {
    const app = await start();
    const { secret } = createKey(app, await addAccount(app, 'Work'));
    const resets = Math.floor(Date.now() / 1000) + 3600;
    const full = rateLimits({ status: 'rejected', fiveHour: 1, fiveHourReset: resets, sevenDayReset: resets });
    app.api.answer(httpError(429, 'rate_limit_error', 'Limit.', full.kind === 'headers' ? full.headers : {}));
    expect((await post(app, secret)).status).toBe(429);
    expect(token(app)).toBe(tokenOf('Work'));

    expect(app.core.snapshot().cli.phase).toBe('ready');
    expect(app.core.snapshot().accounts.accounts.map(({ isExhausted }) => isExhausted)).toEqual([false, true]);
    expect((await ask(app, undefined)).token).toBe(MAIN_TOKEN);
  });
});
