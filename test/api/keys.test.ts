/** API keys, on the real server with the real CLI. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CreatedKey, NewKey } from '../../app/shared/access/keys';
import { removeFolder, scratchFolder } from '../support/cli';
import { gate, text, usage } from '../support/messagesApi';
import { type HttpAnswer, type SendOptions, send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
beforeEach(() => app.api.reset());

let count = 0;

function createKey(fields: Partial<NewKey> = {}, of = app): CreatedKey {
  count += 1;
  return of.core.calls['keys.create']({ name: `Key ${count}`, ...fields });
}

/** The dialects' chats: their paths, and what an error's message is in. */
const CHATS = [
  { dialect: 'Ollama', path: '/api/chat', forbidden: 403 },
  { dialect: 'OpenAI', path: '/v1/chat/completions', forbidden: 401 },
  { dialect: 'Anthropic', path: '/v1/messages', forbidden: 401 },
];

const chatBody = (content: string, model = 'sonnet') =>
  JSON.stringify({ model, stream: false, max_tokens: 100, messages: [{ role: 'user', content }] });

function ask(secret: string, { path = '/v1/chat/completions', content = 'Hi.', model = 'sonnet', of = app } = {}) {
  return send(of.url + path, { headers: { authorization: `Bearer ${secret}` }, body: chatBody(content, model) });
}

const get = (path: string, secret: string, options: SendOptions = {}) =>
  send(app.url + path, { ...options, headers: { authorization: `Bearer ${secret}` } });

function messageOf({ text: body }: HttpAnswer): string {
  const { error } = JSON.parse(body);
  return typeof error === 'string' ? error : error.message;
}

/** The details of the request that was answered, once it is recorded. */
async function recorded(answer: HttpAnswer) {
  const id = String(answer.headers['x-request-id']);
  await expect.poll(() => app.core.calls['requests.details'](id)?.durationMs ?? null).not.toBe(null);
  return app.core.calls['requests.details'](id);
}

const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString('base64')}`;

describe('a key', () => {
  test('is read from each place where programs put one, and its use is noted', async () => {
    const { apiKey, secret } = createKey({ inUrl: true });
    const places: { path?: string; headers?: Record<string, string> }[] = [
      { headers: { authorization: `Bearer ${secret}` } },
      { headers: { 'x-api-key': secret } },
      { headers: { 'api-key': secret } },
      { headers: { authorization: basic(`any:${secret}`) } },
      { headers: { authorization: basic(`${secret}:`) } },
      { path: `/k/${secret}` },
    ];
    for (const { path = '', headers = {} } of places) {
      // A Host header that names no local name passes with a valid key alone.
      const answer = await send(`${app.url}${path}/v1/models`, { headers: { host: 'elsewhere.example', ...headers } });
      expect(answer.status).toBe(200);
      expect(await recorded(answer)).toMatchObject({ keyId: apiKey.id, keyName: apiKey.name, path: '/v1/models' });
    }
    const listed = app.core.calls['keys.list']().keys.find(({ id }) => id === apiKey.id);
    expect(listed).toMatchObject({ lastAddress: '127.0.0.1', lastUsedAt: expect.any(Number) });
  });

  test.each(CHATS)(
    'that is unknown, revoked or expired is refused with the reason: $dialect',
    async ({ path, forbidden }) => {
      const revoked = createKey();
      app.core.calls['keys.revoke'](revoked.apiKey.id);
      const expired = createKey({ expiresAt: Date.now() - 1 });
      const notInUrl = createKey();
      const cases = [
        [`cld_${'x'.repeat(43)}`, '', 'does not know this API key'],
        [revoked.secret, '', `“${revoked.apiKey.name}” was revoked on`],
        [expired.secret, '', `“${expired.apiKey.name}” expired on`],
        ['ollama', `/k/${notInUrl.secret}`, 'may not be used in a URL'],
        ['ollama', '/k/typo', 'not an API key of Claudacity'],
      ] as const;
      for (const [secret, prefix, message] of cases) {
        const answer = await ask(secret, { path: prefix + path });
        expect([answer.status, messageOf(answer)]).toEqual([forbidden, expect.stringContaining(message)]);
      }
      expect(app.api.requests).toHaveLength(0);
    },
  );

  test('of another service is ignored where no key is needed', async () => {
    for (const authorization of ['Bearer ollama', 'Bearer sk-anything', basic('user:password')]) {
      expect((await send(`${app.url}/v1/models`, { headers: { authorization } })).status).toBe(200);
    }
  });

  test('reaches what its scopes say', async () => {
    const reached = async (scopes: NewKey['scopes']) => {
      const { secret } = createKey({ scopes });
      const paths = ['/v1/models', '/api/tags', '/metrics', '/health', '/api/version', '/openapi.json'];
      return Promise.all(paths.map(async (path) => (await get(path, secret)).status));
    };
    expect(await reached(['inference'])).toEqual([200, 200, 403, 200, 200, 200]);
    expect(await reached(['metrics'])).toEqual([403, 403, 200, 200, 200, 200]);
    expect(await reached(['history'])).toEqual([403, 403, 403, 200, 200, 200]);
    const { secret, apiKey } = createKey({ scopes: ['metrics'] });
    expect(messageOf(await ask(secret))).toContain(`“${apiKey.name}” does not reach inference`);
  });

  test('lists and uses only its models, under all of their names', async () => {
    const { secret } = createKey({ models: ['haiku'] });
    const all: { id: string }[] = JSON.parse((await send(`${app.url}/v1/models`)).text).data;
    const allowed = all.map(({ id }) => id).filter((id) => id.includes('haiku'));
    expect(allowed.length).toBeGreaterThan(0);
    const listed = async (path: string) => JSON.parse((await get(path, secret)).text);
    const ids = (list: { id?: string; name?: string }[]) =>
      list.map(({ id, name }) => id ?? name?.replace(':latest', ''));
    expect(ids((await listed('/v1/models')).data)).toEqual(allowed);
    expect(ids((await listed('/api/v0/models')).data)).toEqual(allowed);
    expect(ids((await listed('/api/tags')).models)).toEqual(allowed);
    expect((await get('/v1/models/sonnet', secret)).status).toBe(404);
    const show = (model: string) =>
      send(`${app.url}/api/show`, { headers: { 'x-api-key': secret }, body: JSON.stringify({ model }) });
    expect([(await show('haiku:latest')).status, (await show('sonnet')).status]).toEqual([200, 404]);

    for (const { path } of CHATS) {
      for (const model of allowed) expect((await ask(secret, { path, model })).status).toBe(200);
      const refused = await ask(secret, { path, model: 'sonnet' });
      expect([refused.status, messageOf(refused)]).toEqual([404, expect.stringMatching(/'sonnet' not found.*haiku/)]);
      expect(messageOf(refused)).not.toContain('opus');
    }
    expect(app.api.requests.every(({ body }) => body.model.includes('haiku'))).toBe(true);
  });

  test('that is revoked while it is being answered ends the answer, and its conversations', async () => {
    const { apiKey, secret } = createKey();
    const waits = gate();
    app.api.answer(text('Begin'), waits, text('end'));
    const answer = ask(secret, { content: 'Long.' });
    await waits.reached;
    app.core.calls['keys.revoke'](apiKey.id);
    waits.open();
    expect((await answer).status).toBe(503);
    await expect.poll(() => app.core.snapshot().conversations.filter(({ keyId }) => keyId === apiKey.id)).toEqual([]);
  });
});

describe('limits', () => {
  test.each(CHATS)('of requests a minute are refused with 429 and Retry-After: $dialect', async ({ path }) => {
    const { apiKey, secret } = createKey({ requestsPerMinute: 2 });
    const ofOther = createKey();
    expect([(await ask(secret, { path })).status, (await get('/v1/models', secret)).status]).toEqual([200, 200]);
    const refused = await ask(secret, { path });
    expect([refused.status, messageOf(refused)]).toEqual([
      429,
      expect.stringContaining(`“${apiKey.name}” may make 2 requests`),
    ]);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect((await get('/v1/models', ofOther.secret)).status).toBe(200);
  });

  test('of tokens a day hold over a restart, until midnight, and leave the lists of models alone', async () => {
    const home = await scratchFolder();
    let own = await startTestApp({ home });
    try {
      const { apiKey, secret } = createKey({ tokensPerDay: 100 }, own);
      own.api.answer(text('Yes.'), usage({ input: 60, output: 50 }));
      expect((await ask(secret, { of: own })).status).toBe(200);
      await expect.poll(() => own.core.snapshot().usage.keys).toMatchObject([{ keyId: apiKey.id, requests: 1 }]);
      expect((await ask(secret, { of: own })).status).toBe(429);
      await own.stop();

      own = await startTestApp({ home });
      const refused = await ask(secret, { of: own });
      expect([refused.status, messageOf(refused)]).toEqual([
        429,
        expect.stringContaining('has used its 100 tokens for today'),
      ]);
      expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(25 * 3600);
      expect(refused.headers['x-should-retry']).toBe('false');
      const models = await send(`${own.url}/v1/models`, { headers: { 'x-api-key': secret } });
      expect(models.status).toBe(200);
      expect((await send(`${own.url}/v1/chat/completions`, { body: chatBody('Hi.') })).status).toBe(200);
    } finally {
      await own.stop();
      await removeFolder(home);
    }
  });

  test('are not passed by requests at the same time', async () => {
    const { secret } = createKey({ tokensPerDay: 1_000 });
    const waits = gate();
    app.api.setDefaultAnswer(text('Yes.'), waits, usage({ input: 600, output: 500 }));
    const first = ask(secret, { content: 'First.' });
    await waits.reached;
    const parallel = await Promise.all([1, 2, 3].map((n) => ask(secret, { content: `Other ${n}.` })));
    expect(parallel.map(({ status }) => status)).toEqual([429, 429, 429]);
    expect(parallel[0]?.headers['retry-after']).toBe('5');
    waits.open();
    expect((await first).status).toBe(200);
    expect(app.api.requests).toHaveLength(1);
  });
});

describe('the name of a key', () => {
  test('is in the request log, the conversations, the day’s usage and the metrics', async () => {
    const { apiKey, secret } = createKey({ name: 'Phone "of" Ana', scopes: ['inference', 'metrics'] });
    const owned = { keyId: apiKey.id, keyName: apiKey.name };
    app.api.answer(text('Yes.'), usage({ input: 7, output: 5 }));
    const answer = await ask(secret, { content: 'Named.' });
    expect(await recorded(answer)).toMatchObject(owned);
    const { requests, conversations, usage: day } = app.core.snapshot();
    expect(requests[0]).toMatchObject(owned);
    expect(conversations).toContainEqual(expect.objectContaining(owned));
    expect(day.keys).toContainEqual({ ...owned, requests: 1, usage: expect.objectContaining({ input: 7, output: 5 }) });
    await expect
      .poll(() => app.core.calls['conversations.list'](Number.MAX_SAFE_INTEGER, 10))
      .toContainEqual(expect.objectContaining(owned));
    const metrics = (await get('/metrics', secret)).text;
    expect(metrics).toMatch(/claudacity_requests_total\{.*key="Phone \\"of\\" Ana"\} 1/);
    expect(metrics).toMatch(/claudacity_tokens_total\{kind="input",.*key="Phone \\"of\\" Ana"\} 7/);
    app.core.calls['keys.delete'](apiKey.id);
    expect(app.core.calls['conversations.list'](Number.MAX_SAFE_INTEGER, 10)).toContainEqual(
      expect.objectContaining(owned),
    );
  });
});

test('a key that unloads a model ends no conversation of another key, and does not see which models others have loaded', async () => {
  const [one, other] = [createKey(), createKey()];
  expect((await ask(one.secret, { content: 'Mine.' })).status).toBe(200);
  const conversationsOf = ({ apiKey }: CreatedKey) =>
    app.core.snapshot().conversations.filter(({ keyId }) => keyId === apiKey.id).length;
  await expect.poll(() => conversationsOf(one)).toBe(1);
  expect(JSON.parse((await get('/api/ps', other.secret)).text).models).toEqual([]);
  const keepAlive = ({ secret }: CreatedKey, keep_alive: string | number) =>
    send(`${app.url}/api/generate`, {
      headers: { 'x-api-key': secret },
      body: JSON.stringify({ model: 'sonnet', keep_alive }),
    });
  expect((await keepAlive(one, '5m')).status).toBe(200);
  const loadedFor = async ({ secret }: CreatedKey) => {
    const { models } = JSON.parse((await get('/api/ps', secret)).text);
    const { data } = JSON.parse((await get('/api/v0/models', secret)).text);
    return [models.length, data.filter(({ state }: { state: string }) => state === 'loaded').length > 0];
  };
  expect(await loadedFor(one)).toEqual([1, true]);
  expect(await loadedFor(other)).toEqual([0, false]);
  expect((await keepAlive(other, 0)).status).toBe(200);
  expect(conversationsOf(one)).toBe(1);
  expect(await loadedFor(one)).toEqual([1, true]);
  // A request without a key sees the models of all.
  const all: { name: string }[] = JSON.parse((await send(`${app.url}/api/ps`)).text).models;
  expect(all.map(({ name }) => name)).toContainEqual(expect.stringMatching(/^sonnet/));
  expect((await keepAlive(one, 0)).status).toBe(200);
  await expect.poll(() => conversationsOf(one)).toBe(0);
});

test('an id, a stored response and a retry of one key mean nothing under another', async () => {
  const [one, other] = [createKey(), createKey()];
  const lone = (secret: string, content: string) =>
    send(`${app.url}/v1/chat/completions`, {
      headers: { 'x-api-key': secret },
      body: JSON.stringify({ model: 'sonnet', id: 'shared', messages: [{ role: 'user', content }] }),
    });
  const first = await lone(one.secret, 'Of one.');
  const second = await lone(other.secret, 'Of the other.');
  const third = await lone(one.secret, 'Of one again.');
  const conversationOf = ({ headers }: HttpAnswer) => headers['x-claudacity-conversation'];
  expect(conversationOf(third)).toBe(conversationOf(first));
  expect(conversationOf(second)).not.toBe(conversationOf(first));
  const texts = app.api.requests.map(({ history }) => JSON.stringify(history));
  expect(texts[1]).not.toContain('Of one');
  expect(texts[2]).not.toContain('Of the other');

  const respond = (secret: string, previous?: string) =>
    send(`${app.url}/v1/responses`, {
      headers: { 'x-api-key': secret },
      body: JSON.stringify({ model: 'sonnet', input: 'Hi.', ...(previous && { previous_response_id: previous }) }),
    });
  const { id }: { id: string } = JSON.parse((await respond(one.secret)).text);
  expect((await respond(one.secret, id)).status).toBe(200);
  expect((await respond(other.secret, id)).status).toBe(400);

  app.api.reset();
  const waits = gate();
  app.api.setDefaultAnswer(waits, text('Yes.'));
  const retried = (secret: string) =>
    send(`${app.url}/v1/chat/completions`, {
      headers: { 'x-api-key': secret, 'x-stainless-retry-count': '1' },
      body: chatBody('The same.'),
    });
  const answers = [retried(one.secret), retried(other.secret)];
  await app.api.waitForRequest(2);
  waits.open();
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
});
