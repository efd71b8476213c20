/** Ollama's own client package against the server with the real CLI. */
import { Ollama } from 'ollama';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { gate, stop, text, thinking, usage } from '../support/messagesApi';
import { send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;
let ollama: Ollama;

beforeAll(async () => {
  app = await startTestApp();
  ollama = new Ollama({ host: app.url });
});
afterAll(() => app.stop());
beforeEach(() => app.api.reset());

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** The request of the question as the API received it. The CLI may have sent further requests by itself, such as to continue after a limit. */
function asked(question: string) {
  const found = app.api.requests.find(({ history }) => JSON.stringify(history.at(-1)).includes(question));
  if (found === undefined) throw new Error(`nobody asked “${question}”`);
  return found;
}

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const parts: T[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

test('a chat arrives chunk for chunk as the model wrote it', async () => {
  const deltas = ['Grü', 'ße ', '👋🏽', ' 漢', '字', '\n\n', ' ', '"\\"', '👩‍👩‍👧'];
  app.api.answer(text(...deltas));
  const messages = [{ role: 'user', content: 'Say hello.' }];
  const parts = await all(await ollama.chat({ model: 'sonnet', messages, stream: true }));
  expect(parts.map(({ message }) => message.content)).toEqual([...deltas, '']);
  expect(parts.map(({ done }) => done)).toEqual([...deltas.map(() => false), true]);
});

test('text is sent as soon as it arrives', async () => {
  const rest = gate();
  app.api.answer(text('first'), rest, text('second'));
  const stream = await ollama.chat({ model: 'sonnet', messages: [{ role: 'user', content: 'Slowly.' }], stream: true });
  for await (const part of stream) {
    if (part.message.content === 'first') rest.open();
    else expect(part.message.content).toBe(part.done ? '' : 'second');
  }
});

test('a long piece of text is sent in lines that every client can read', async () => {
  const long = '漢字 "quoted" 👋🏽\n'.repeat(5_000);
  app.api.answer(text(long));
  const body = JSON.stringify({ model: 'sonnet', messages: [{ role: 'user', content: 'At length.' }] });
  const lines = (await send(`${app.url}/api/chat`, { body })).text.trimEnd().split('\n');
  expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(32 * 1024);
  expect(lines.map((line) => JSON.parse(line).message.content).join('')).toBe(long);
});

test('only the last chunk has the counts, and they are the API’s', async () => {
  app.api.answer(text('Hello'), usage({ input: 7, cacheRead: 100, cacheWrite: 20, output: 5 }));
  const messages = [{ role: 'user', content: 'Count.' }];
  const parts = await all(await ollama.chat({ model: 'sonnet', messages, stream: true }));
  const last = parts.pop();
  expect(parts.some((part) => 'eval_count' in part)).toBe(false);
  expect(last).toMatchObject({ done_reason: 'stop', prompt_eval_count: 127, eval_count: 5 });
  const durations = [last?.total_duration, last?.load_duration, last?.prompt_eval_duration, last?.eval_duration];
  expect(durations.every((duration) => Number.isInteger(duration) && Number(duration) >= 1)).toBe(true);
});

test('a chat that is not streamed is one object with the whole text', async () => {
  app.api.answer(text('Hel', 'lo'), stop('max_tokens'));
  const answer = await ollama.chat({ model: 'sonnet', messages: [{ role: 'user', content: 'At once.' }] });
  expect(answer).toMatchObject({ model: 'sonnet', message: { content: 'Hello' }, done: true, done_reason: 'length' });
});

test('system prompt and history reach the API with their roles', async () => {
  app.api.answer(text('Blue.'));
  const messages = [
    { role: 'system', content: 'Answer in one word.' },
    { role: 'user', content: 'A fruit?' },
    { role: 'assistant', content: 'Apple.' },
    { role: 'user', content: 'A colour?' },
  ];
  await ollama.chat({ model: 'sonnet', messages });
  const { system, history } = asked('A colour?');
  expect(system.join('\n')).toContain('Answer in one word.');
  expect(history.map(({ role, content }) => [role, content.map((block) => block.text).join('')])).toEqual([
    ['user', 'A fruit?'],
    ['assistant', 'Apple.'],
    ['user', 'A colour?'],
  ]);
});

test.each(['@/etc/hostname', '/context', '/clear and go', '!ls', '# note'])(
  '“%s” reaches the API as typed',
  async (typed) => {
    await ollama.chat({ model: 'sonnet', messages: [{ role: 'user', content: typed }] });
    const { history } = asked(typed);
    expect(history).toEqual([{ role: 'user', content: [{ type: 'text', text: typed }] }]);
  },
);

test('thinking is sent as thinking', async () => {
  app.api.answer(thinking('Hm, ', 'well.'), text('Yes.'));
  const messages = [{ role: 'user', content: 'Really?' }];
  const parts = await all(await ollama.chat({ model: 'sonnet', messages, think: true, stream: true }));
  expect(parts.map(({ message }) => [message.thinking, message.content])).toEqual([
    ['Hm, ', ''],
    ['well.', ''],
    [undefined, 'Yes.'],
    [undefined, ''],
  ]);
});

test('images reach the API as images', async () => {
  await ollama.chat({ model: 'sonnet', messages: [{ role: 'user', content: 'What is it?', images: [PNG] }] });
  const { history } = asked('What is it?');
  expect(history[0]?.content).toContainEqual({
    type: 'image',
    source: { type: 'base64', media_type: 'image/png', data: PNG },
  });
});

test('generate answers a prompt', async () => {
  app.api.answer(text('Hel', 'lo'));
  const parts = await all(await ollama.generate({ model: 'sonnet', prompt: 'Hi.', system: 'Be kind.', stream: true }));
  expect(parts.map(({ response }) => response)).toEqual(['Hel', 'lo', '']);
  expect(asked('Hi.').system.join('\n')).toContain('Be kind.');
});

test('generate continues from the context of an answer, in the process that holds it', async () => {
  app.api.answer(text('Apple.'));
  app.api.answer(text('Red.'));
  const first = await ollama.generate({ model: 'sonnet', prompt: 'A fruit?', system: 'One word.' });
  const prompt = 'And its colour?';
  const body = { model: 'sonnet', prompt, context: first.context, stream: false };
  const second = await send(`${app.url}/api/generate`, { body: JSON.stringify(body) });
  expect(second.headers['x-claudacity-path']).toBe('live');
  const { system, history } = asked(prompt);
  expect(system.join('\n')).toContain('One word.');
  expect(history.map(({ role, content }) => [role, content.map((block) => block.text).join('')])).toEqual([
    ['user', 'A fruit?'],
    ['assistant', 'Apple.'],
    ['user', prompt],
  ]);
});

test('every listed model can be shown and used under its listed name', async () => {
  const { models } = await ollama.list();
  expect(models.map(({ name }) => name)).toContain('sonnet:latest');
  for (const { name, digest, size } of models) {
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(size).toBeGreaterThanOrEqual(1);
    const shown = await ollama.show({ model: name });
    expect(shown.capabilities).toEqual(expect.arrayContaining(['completion', 'tools', 'vision']));
    expect(shown.template.toLowerCase()).toContain('tools');
    expect(shown.model_info).toMatchObject({ 'general.architecture': 'claude' });
  }
  const answer = await ollama.chat({ model: 'Sonnet:latest', messages: [{ role: 'user', content: 'Any case?' }] });
  expect(answer.model).toBe('Sonnet:latest');
});

test('a request without messages loads and unloads the model, also with a stream', async () => {
  const ask = (path: string, body: object) => send(`${app.url}${path}`, { body: JSON.stringify(body) });
  const loaded = await ask('/api/chat', { model: 'sonnet', messages: [] });
  expect(loaded.headers['content-type']).toContain('application/json');
  expect(JSON.parse(loaded.text)).toMatchObject({ done: true, done_reason: 'load', message: { content: '' } });
  const unloaded = await ask('/api/generate', { model: 'sonnet', prompt: '', keep_alive: 0 });
  expect(JSON.parse(unloaded.text)).toMatchObject({ done: true, done_reason: 'unload', response: '' });
});

test('a model that answers is listed as running', async () => {
  const rest = gate();
  app.api.answer(text('first'), rest, text('second'));
  const stream = await ollama.chat({ model: 'sonnet', messages: [{ role: 'user', content: 'Run.' }], stream: true });
  const { models } = await ollama.ps();
  rest.open();
  await all(stream);
  expect(models.map(({ name }) => name)).toEqual(['sonnet:latest']);
  expect(Date.parse(String(models[0]?.expires_at))).toBeGreaterThan(Date.now());
});

test('probes recognise an Ollama server', async () => {
  const root = await send(`${app.url}/`);
  expect([root.status, root.text]).toEqual([200, 'Ollama is running']);
  expect(await ollama.version()).toEqual({ version: '0.24.0' });
  for (const path of ['/', '/api/tags', '/api/version']) {
    const head = await send(`${app.url}${path}`, { method: 'HEAD' });
    expect([head.status, head.text, head.headers['x-claudacity-version']]).toEqual([200, '', '0.0.0-test']);
  }
});

test('parameters without effect are listed in a header and in the journal', async () => {
  const body = { model: 'sonnet', prompt: 'Hi.', stream: false, options: { temperature: 0.5, num_ctx: 9 } };
  const { headers } = await send(`${app.url}/api/generate`, { body: JSON.stringify(body) });
  expect(headers['x-claudacity-ignored']).toBe('temperature, num_ctx');
  const [row] = app.core.snapshot().requests;
  expect(app.core.calls['requests.details'](row?.id ?? '')?.ignored).toEqual(['temperature', 'num_ctx']);
});

test('pulling an existing model reports progress and ends with success', async () => {
  const { models } = await ollama.list();
  const digest = models.find(({ name }) => name === 'sonnet:latest')?.digest;
  const parts = await all(await ollama.pull({ model: 'sonnet', stream: true }));
  expect(parts).toEqual([
    { status: 'pulling manifest' },
    { status: `pulling ${digest?.slice(0, 12)}`, digest: `sha256:${digest}`, total: 1, completed: 1 },
    { status: 'verifying sha256 digest' },
    { status: 'writing manifest' },
    { status: 'success' },
  ]);
  expect(await ollama.pull({ model: 'sonnet' })).toEqual({ status: 'success' });
});

test('pulling an unknown model fails in the stream, or with a status', async () => {
  const unknown = 'pull model manifest: file does not exist';
  await expect(async () => all(await ollama.pull({ model: 'llama3', stream: true }))).rejects.toThrow(unknown);
  await expect(ollama.pull({ model: 'llama3' })).rejects.toThrow(unknown);
});

test('embeddings are refused, except for an empty input', async () => {
  expect(await ollama.embed({ model: 'sonnet', input: [] })).toMatchObject({ model: 'sonnet', embeddings: [] });
  expect(await ollama.embeddings({ model: 'sonnet', prompt: '' })).toEqual({ embedding: [] });
  const unsupported = { status_code: 400, error: '"sonnet" does not support embeddings' };
  await expect(ollama.embed({ model: 'sonnet', input: 'x' })).rejects.toMatchObject(unsupported);
  await expect(ollama.embeddings({ model: 'sonnet', prompt: 'x' })).rejects.toMatchObject(unsupported);
});

test('requests that would change the models are refused', async () => {
  const refused = { status_code: 400, error: expect.stringMatching(/^models cannot be \w+ here/) };
  await expect(ollama.delete({ model: 'sonnet' })).rejects.toMatchObject(refused);
  await expect(ollama.push({ model: 'sonnet' })).rejects.toMatchObject(refused);
  await expect(ollama.create({ model: 'mine', from: 'sonnet' })).rejects.toMatchObject(refused);
  await expect(ollama.copy({ source: 'sonnet', destination: 'mine' })).rejects.toMatchObject(refused);
  const unknown = { status_code: 404, error: expect.stringContaining("model 'llama3' not found") };
  await expect(ollama.delete({ model: 'llama3' })).rejects.toMatchObject(unknown);
  await expect(ollama.copy({ source: 'llama3', destination: 'mine' })).rejects.toMatchObject(unknown);
});

test('copying a model to one of its own names succeeds with an empty body', async () => {
  const body = JSON.stringify({ source: 'sonnet', destination: 'sonnet:latest' });
  const { status, text: said } = await send(`${app.url}/api/copy`, { body });
  expect([status, said]).toEqual([200, '']);
});

const BLOB = `/api/blobs/sha256:${'0'.repeat(64)}`;

test.each([
  ['GET', '/api/status', undefined, 200, { cloud: { disabled: true, source: 'none' } }],
  ['POST', '/api/me', undefined, 401, { error: 'unauthorized' }],
  ['POST', '/api/signout', undefined, 401, { error: 'unauthorized' }],
  ['HEAD', BLOB, undefined, 404, null],
  ['POST', BLOB, 'no JSON', 400, { error: expect.stringContaining('cannot be created') }],
  ['POST', '/api/experimental/web_search', '{}', 404, { error: expect.any(String) }],
  ['GET', '/api/delete', undefined, 405, { error: expect.stringContaining('use DELETE') }],
  ['PUT', '/api/chat', '{}', 405, { error: expect.stringContaining('use POST') }],
  ['DELETE', '/api/delete', undefined, 400, { error: 'missing request body' }],
])('%s %s is answered in Ollama’s form', async (method, path, body, status, said) => {
  const answer = await send(`${app.url}${path}`, { method, ...(body !== undefined && { body }) });
  expect([answer.status, answer.text === '' ? null : JSON.parse(answer.text)]).toEqual([status, said]);
});

test('the rest of a refused blob does not reach the next request', async () => {
  const body = Buffer.alloc(3_000_000, 'x');
  expect((await send(`${app.url}${BLOB}`, { body })).status).toBe(400);
  expect(await ollama.version()).toEqual({ version: '0.24.0' });
});

test('an image URL is refused with an error that names the alternatives', async () => {
  const messages = [{ role: 'user', content: 'What is it?', images: ['https://example.com/cat.png'] }];
  const body = JSON.stringify({ model: 'sonnet', messages });
  const answer = await send(`${app.url}/api/chat`, { body });
  expect([answer.status, JSON.parse(answer.text).error]).toEqual([
    400,
    expect.stringMatching(/^messages\[0\]\.images\[0\]: images are not fetched from URLs: send the image itself/),
  ]);
});

test('an image URL of this computer is refused even if the user allows fetching', async () => {
  await app.core.calls['settings.change']({ fetchImages: true });
  const messages = [{ role: 'user', content: 'What is it?', images: [`${app.url}/api/tags`] }];
  const answer = await send(`${app.url}/api/chat`, { body: JSON.stringify({ model: 'sonnet', messages }) });
  await app.core.calls['settings.change']({ fetchImages: false });
  expect(JSON.parse(answer.text).error).toContain('the address is not a public one');
});
