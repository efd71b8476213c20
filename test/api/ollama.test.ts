/** What Ollama's own client package gets, through the real CLI. */
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

/** The question as the API got it. The CLI may have asked something else by itself since, such as to go on after a limit. */
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

test('text is passed on as soon as it is there', async () => {
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

test('the last chunk alone has the counts, and they are the API’s', async () => {
  app.api.answer(text('Hello'), usage({ input: 7, cacheRead: 100, cacheWrite: 20, output: 5 }));
  const messages = [{ role: 'user', content: 'Count.' }];
  const parts = await all(await ollama.chat({ model: 'sonnet', messages, stream: true }));
  const last = parts.pop();
  expect(parts.some((part) => 'eval_count' in part)).toBe(false);
  expect(last).toMatchObject({ done_reason: 'stop', prompt_eval_count: 127, eval_count: 5 });
  const durations = [last?.total_duration, last?.load_duration, last?.prompt_eval_duration, last?.eval_duration];
  expect(durations.every((duration) => Number.isInteger(duration) && Number(duration) >= 1)).toBe(true);
});

test('a chat that is not streamed is one object with all of the text', async () => {
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

test('thinking comes as thinking', async () => {
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
  expect(parts.at(-1)?.context).toEqual([expect.any(Number)]);
  expect(asked('Hi.').system.join('\n')).toContain('Be kind.');
});

test('every listed model can be shown and asked for by its listed name', async () => {
  const { models } = await ollama.list();
  expect(models.map(({ name }) => name)).toContain('sonnet:latest');
  for (const { name, digest, size } of models) {
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(size).toBeGreaterThanOrEqual(1);
    const shown = await ollama.show({ model: name });
    expect(shown.capabilities).toContain('completion');
    expect(shown.model_info).toMatchObject({ 'general.architecture': 'claude' });
  }
  const answer = await ollama.chat({ model: 'Sonnet:latest', messages: [{ role: 'user', content: 'Any case?' }] });
  expect(answer.model).toBe('Sonnet:latest');
});

test('a question without messages loads and unloads the model, also where a stream is asked for', async () => {
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

test('probes find Ollama', async () => {
  const root = await send(`${app.url}/`);
  expect([root.status, root.text]).toEqual([200, 'Ollama is running']);
  expect(await ollama.version()).toEqual({ version: '0.24.0' });
  for (const path of ['/', '/api/tags', '/api/version']) {
    const head = await send(`${app.url}${path}`, { method: 'HEAD' });
    expect([head.status, head.text, head.headers['x-claudacity-version']]).toEqual([200, '', '0.0.0-test']);
  }
});

test('parameters without effect are named in a header and in the record', async () => {
  const body = { model: 'sonnet', prompt: 'Hi.', stream: false, options: { temperature: 0.5, num_ctx: 9 } };
  const { headers } = await send(`${app.url}/api/generate`, { body: JSON.stringify(body) });
  expect(headers['x-claudacity-ignored']).toBe('temperature');
  const [row] = app.core.snapshot().requests;
  expect(app.core.requestDetails(row?.id ?? '')?.ignored).toEqual(['temperature']);
});
