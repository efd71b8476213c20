/**
 * The `ollama` command: its requests, byte for byte as its Go code writes them (module github.com/ollama/ollama v0.17.4, api/types.go and
 * cmd/cmd.go). Go writes fields without a value as empty, so its bodies have both `model` and the older `name`.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { uniqueWord } from '../support/conversation';
import { text, toolUse } from '../support/messagesApi';
import { send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
beforeEach(() => app.api.reset());

async function post(path: string, body: string, method = 'POST'): Promise<{ status: number; lines: unknown[] }> {
  const { status, text: answer } = await send(`${app.url}${path}`, {
    method,
    body,
    headers: { 'content-length': String(body.length) },
  });
  const lines = answer.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  return { status, lines };
}

const show = (model: string, name: string) =>
  post('/api/show', JSON.stringify({ model, system: '', template: '', verbose: false, options: null, name }));

const LOAD = { model: 'sonnet', prompt: '', suffix: '', system: '', template: '', options: null };

test.each([
  ['sonnet', ''],
  ['', 'sonnet'],
  ['sonnet', 'haiku'],
])('`ollama show` gets the model that is named (model %j, name %j)', async (model, name) => {
  const { status, lines } = await show(model, name);
  expect(status).toBe(200);
  expect(lines).toMatchObject([{ modelfile: 'FROM sonnet', details: { parameter_size: '', quantization_level: '' } }]);
});

test('a body without any name says so', async () => {
  for (const body of ['{"model":"","name":""}', '{"model":null}', '{}']) {
    expect(await post('/api/show', body)).toEqual({ status: 400, lines: [{ error: 'model is required' }] });
  }
});

test('`ollama run` shows and loads the model, then chats', async () => {
  const word = uniqueWord('Q');
  app.api.answer(text('It is ', 'noon.'));

  expect((await show('', 'sonnet')).status).toBe(200);
  expect((await post('/api/generate', JSON.stringify(LOAD))).lines).toMatchObject([
    { done: true, done_reason: 'load' },
  ]);
  const chat = { model: 'sonnet', messages: [{ role: 'user', content: word }], options: {} };
  const { lines } = await post('/api/chat', JSON.stringify(chat));

  expect(lines.map((line) => (line as { message: { content: string } }).message.content).join('')).toBe('It is noon.');
});

test('`ollama run` with a prompt asks once', async () => {
  const word = uniqueWord('Q');
  app.api.answer(text('Noon.'));
  const { lines } = await post(
    '/api/generate',
    JSON.stringify({ ...LOAD, prompt: `${word} `, context: [], options: {} }),
  );
  expect(lines).toMatchObject([{ response: 'Noon.' }, { done: true, done_reason: 'stop' }]);
});

test('`ollama pull` ends with success, and `ollama rm` is refused with the reason', async () => {
  const pull = await post('/api/pull', '{"model":"","username":"","password":"","name":"sonnet"}');
  expect(pull.lines.at(-1)).toEqual({ status: 'success' });
  const remove = await post('/api/delete', '{"model":"","name":"sonnet"}', 'DELETE');
  expect(remove).toEqual({ status: 400, lines: [{ error: expect.stringContaining('cannot be deleted') }] });
});

test('`ollama stop` ends a conversation that waits for the result of a tool, too', async () => {
  app.api.answer(toolUse('weather', { city: 'Oslo' }));
  const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } }];
  const messages = [{ role: 'user', content: uniqueWord('Q') }];
  await post('/api/chat', JSON.stringify({ model: 'sonnet', messages, tools, stream: false }));
  const phases = () => app.core.snapshot().conversations.map(({ phase }) => phase);
  expect(phases()).toContain('waiting_for_tool');

  const stopped = await post('/api/generate', JSON.stringify({ ...LOAD, keep_alive: '0s' }));

  expect(stopped.lines).toMatchObject([{ done: true, done_reason: 'unload' }]);
  expect(phases()).toEqual([]);
});
