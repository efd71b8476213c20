/** Errors as clients receive them, with the real CLI behind the server. */
import { gzipSync } from 'node:zlib';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { gate, hang, httpError, rateLimits, reset, streamError, text } from '../support/messagesApi';
import { send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;
let ollama: Ollama;
let openai: OpenAI;

beforeAll(async () => {
  app = await startTestApp();
  ollama = new Ollama({ host: app.url });
  openai = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: 'any', maxRetries: 0 });
});
afterAll(() => app.stop());
beforeEach(() => app.api.reset());

const user = (content: string) => [{ role: 'user' as const, content }];
const post = (path: string, body: string | Buffer, headers = {}) => send(`${app.url}${path}`, { body, headers });

test.each([
  ['no body', '', 'missing request body'],
  ['malformed JSON', '{"model":', 'JSON'],
  ['no object', '"hi"', 'expected object, received string'],
  ['a field of the wrong type', '{"model":"sonnet","messages":[{"role":"user","content":5}]}', 'messages[0].content'],
])('%s is refused in the form of the dialect', async (_what, body, message) => {
  const native = await post('/api/chat', body);
  expect([native.status, JSON.parse(native.text)]).toEqual([400, { error: expect.stringContaining(message) }]);
  const completions = await post('/v1/chat/completions', body);
  expect(completions.status).toBe(400);
  expect(JSON.parse(completions.text)).toEqual({
    error: {
      message: expect.stringContaining(message),
      type: 'invalid_request_error',
      param: message === 'messages[0].content' ? message : null,
      code: null,
    },
  });
  expect(native.headers['content-type']).toContain('application/json');
});

test('a body is read as JSON whatever its content type, compressed or not', async () => {
  const body = JSON.stringify({ model: 'sonnet', messages: user('Any type.'), stream: false });
  const types = ['application/x-www-form-urlencoded', 'text/plain', 'application/json; charset=utf-8'];
  for (const type of types) expect((await post('/api/chat', body, { 'content-type': type })).status).toBe(200);
  expect((await post('/api/chat', gzipSync(body), { 'content-encoding': 'gzip' })).status).toBe(200);
  expect((await post('/api/chat', body, { 'content-encoding': 'lzma' })).status).toBe(415);
});

test.each(['constructor', '__proto__', 'toString'])(
  'an encoding named %s is refused like any unknown one',
  async (encoding) => {
    const { status } = await post('/api/chat', '{}', { 'content-encoding': encoding });
    expect([status, (await send(app.url)).status]).toEqual([415, 200]);
  },
);

test('a body of 64 MB is accepted, one byte more is refused', async () => {
  const limit = 64 * 1024 * 1024;
  const sized = (size: number) => {
    // In several texts: one of more than 32 MB is refused by itself.
    const frame = JSON.stringify({ model: 'nope', messages: user('Hi.'), padding: ['', '', ''] });
    const third = 'x'.repeat(Math.floor((size - frame.length) / 3));
    const rest = 'x'.repeat((size - frame.length) % 3);
    return frame.replace('["","",""]', `["${third}","${third}","${third}${rest}"]`);
  };
  const accepted = await post('/v1/chat/completions', sized(limit));
  expect([accepted.status, JSON.parse(accepted.text).error.code]).toEqual([404, 'model_not_found']);
  const refused = await post('/v1/chat/completions', sized(limit + 1));
  expect([refused.status, JSON.parse(refused.text).error.code]).toEqual([413, 'request_too_large']);
  const unpacked = await post('/api/chat', gzipSync(sized(limit + 1)), { 'content-encoding': 'gzip' });
  expect([unpacked.status, JSON.parse(unpacked.text)]).toEqual([413, { error: expect.stringContaining('64 MB') }]);
});

test('an unknown path gives 404, a wrong method 405', async () => {
  expect((await send(`${app.url}/api/nothing`)).status).toBe(404);
  const wrong = await send(`${app.url}/api/chat`);
  expect([wrong.status, wrong.headers.allow, JSON.parse(wrong.text)]).toEqual([
    405,
    'POST, OPTIONS',
    { error: expect.any(String) },
  ]);
  expect((await send(`${app.url}/v1/models`, { method: 'DELETE' })).headers.allow).toBe('GET, HEAD, OPTIONS');
});

test('repeated slashes and prefixes are corrected, and errors have the dialect of the corrected path', async () => {
  const list = await send(`${app.url}//api/tags`);
  expect([list.status, Object.keys(JSON.parse(list.text))]).toEqual([200, ['models']]);
  const messages = await post('/v1/v1/messages', '{}');
  expect([messages.status, JSON.parse(messages.text)]).toMatchObject([400, { type: 'error' }]);
  const upperCase = await post('/API/CHAT', '{}');
  expect([upperCase.status, JSON.parse(upperCase.text)]).toMatchObject([404, { error: { type: 'not_found_error' } }]);
});

test('an unknown model is refused with its own status, for a stream too', async () => {
  const request = { model: 'llama3', messages: user('Hi.'), stream: true } as const;
  await expect(ollama.chat(request)).rejects.toMatchObject({
    status_code: 404,
    error: expect.stringContaining('llama3'),
  });
  await expect(openai.chat.completions.create(request)).rejects.toMatchObject({
    status: 404,
    code: 'model_not_found',
    param: 'model',
  });
  expect(app.api.requests).toHaveLength(0);
});

test.each([
  [401, 'authentication_error', 401, 'authentication_error'],
  [429, 'rate_limit_error', 429, 'rate_limit_error'],
  [529, 'overloaded_error', 503, 'api_error'],
])('an error %i of the API keeps its meaning, for a stream too', async (status, kind, clientStatus, type) => {
  app.api.setDefaultAnswer(httpError(status, kind, 'As the API says.', status === 429 ? { 'retry-after': '7' } : {}));
  for (const stream of [false, true]) {
    const body = JSON.stringify({ model: 'sonnet', messages: user(`Fail ${status} ${stream}.`), stream });
    const completions = await post('/v1/chat/completions', body);
    expect([completions.status, JSON.parse(completions.text).error.type]).toEqual([clientStatus, type]);
    const native = await post('/api/chat', body);
    // 401 would make Ollama's clients ask their user to sign in to Ollama.
    const nativeStatus = clientStatus === 401 ? 403 : clientStatus;
    expect([native.status, JSON.parse(native.text)]).toEqual([nativeStatus, { error: expect.any(String) }]);
    if (status === 429) expect(Number(native.headers['retry-after'])).toBeGreaterThan(0);
  }
});

test('a broken stream ends with an error that the client packages understand', async () => {
  app.api.setDefaultAnswer(text('Hel'), streamError('overloaded_error', 'Overloaded'));
  const nativeTexts: string[] = [];
  const native = async () => {
    const stream = await ollama.chat({ model: 'sonnet', messages: user('Break, Ollama.'), stream: true });
    for await (const part of stream) nativeTexts.push(part.message.content);
  };
  await expect(native()).rejects.toThrow();
  expect(nativeTexts[0]).toBe('Hel');
  const completions = async () => {
    const request = { model: 'sonnet', messages: user('Break, OpenAI.'), stream: true } as const;
    for await (const _ of await openai.chat.completions.create(request));
  };
  await expect(completions()).rejects.toBeInstanceOf(OpenAI.APIError);
});

test('if the CLI dies during an answer, the stream ends with an error, and the next request is answered', async () => {
  const more = gate();
  app.api.answer(text('Hel'), more);
  const stream = await ollama.chat({ model: 'sonnet', messages: user('Die.'), stream: true });
  const read = async () => {
    for await (const part of stream) {
      expect(part.message.content).toBe('Hel');
      const pid = app.core.snapshot().conversations.find(({ phase }) => phase === 'answering')?.pid;
      process.kill(pid ?? Number.NaN, 'SIGKILL');
    }
  };
  await expect(read()).rejects.toThrow(/claude/i);
  more.open();
  app.api.answer(text('Alive.'));
  const next = await ollama.chat({ model: 'sonnet', messages: user('Alive?') });
  expect(next.message.content).toBe('Alive.');
});

test('a client that hangs up interrupts the model', async () => {
  for (const stream of [true, false]) {
    app.api.reset();
    app.api.answer(text('Hel'), hang());
    const client = new AbortController();
    const body = JSON.stringify({ model: 'sonnet', messages: user(`Hang up ${stream}.`), stream });
    const response = fetch(`${app.url}/api/chat`, { method: 'POST', body, signal: client.signal })
      .then((response) => response.text())
      .catch(() => 'aborted');
    const apiRequest = await app.api.waitForRequest(1);
    client.abort();
    expect(await response).toBe('aborted');
    expect(await apiRequest.outcome).toBe('aborted');
    await expect.poll(() => app.core.snapshot().requests[0]?.phase).toBe('cancelled');
    expect(app.core.snapshot().requests[0]?.status).toBe(499);
  }
});

test('OpenAI’s package does not retry a permanent error', async () => {
  const retrying = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: 'any' });
  app.api.setDefaultAnswer(httpError(401, 'authentication_error', 'No.'));
  const before = app.core.snapshot().requests.length;
  await expect(retrying.chat.completions.create({ model: 'sonnet', messages: user('Once.') })).rejects.toMatchObject({
    status: 401,
  });
  await expect.poll(() => app.core.snapshot().requests.length).toBe(before + 1);
});

test('a history that ends with the assistant is refused with the reason', async () => {
  const messages = [...user('Hi.'), { role: 'assistant' as const, content: 'Hel' }];
  await expect(openai.chat.completions.create({ model: 'sonnet', messages })).rejects.toThrow(/from the assistant/);
});

test('an exhausted plan limit is reported with the time until its reset', async () => {
  const subscriber = await startTestApp({ account: 'subscription' });
  const resets = Math.floor(Date.now() / 1000) + 3600;
  const limits = rateLimits({ status: 'rejected', fiveHour: 1, fiveHourReset: resets, sevenDayReset: resets });
  const fields = limits.kind === 'headers' ? limits.headers : {};
  subscriber.api.setDefaultAnswer(httpError(429, 'rate_limit_error', 'Limit reached.', fields));
  const body = JSON.stringify({ model: 'sonnet', messages: user('Limited?') });
  const { status, headers } = await send(`${subscriber.url}/v1/chat/completions`, { body });
  await subscriber.stop();
  expect([status, headers['x-should-retry']]).toEqual([429, 'false']);
  expect(Number(headers['retry-after'])).toBeGreaterThan(3000);
});

test('a signed-out CLI is reported with the remedy', async () => {
  const signedOut = await startTestApp({ account: 'signed-out' });
  const body = JSON.stringify({ model: 'sonnet', messages: user('Anybody?') });
  const { status, text: answer } = await send(`${signedOut.url}/v1/chat/completions`, { body });
  await signedOut.stop();
  expect([status, answer]).toEqual([401, expect.stringContaining('claude auth login')]);
});

test('a lost connection to the API is an error 502', async () => {
  app.api.setDefaultAnswer(reset());
  const body = JSON.stringify({ model: 'sonnet', messages: user('Cut.'), stream: false });
  expect((await post('/api/chat', body)).status).toBe(502);
});

test.each(['/api/chat', '/v1/chat/completions', '/v1/responses', '/v1/messages'])(
  'a body that is nested too deeply is refused on %s',
  async (path) => {
    const nested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const { status, text: answer } = await send(`${app.url}${path}`, {
      body: `{"model":"sonnet","messages":${nested}}`,
    });
    expect([status, answer]).toEqual([400, expect.stringContaining('500 levels deep')]);
  },
);

test('a server that stops ends its streams with an error', async () => {
  app.api.answer(text('Hel'), hang());
  const stream = await ollama.chat({ model: 'sonnet', messages: user('Stop.'), stream: true });
  const read = async () => {
    for await (const part of stream) if (part.message.content === 'Hel') void app.core.calls['server.stop']();
  };
  await expect(read()).rejects.toThrow('stopping');
  await expect.poll(() => app.core.snapshot().server.phase).toBe('stopped');
});
