/** Thinking is turned off where the client says so, and where a tool must be called, which the API does not combine with thinking. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;
beforeAll(async () => {
  // The models that the CLI lists by default always think.
  app = await startTestApp({
    env: { ANTHROPIC_DEFAULT_SONNET_MODEL: 'claude-sonnet-5', CLAUDACITY_PASS_ENV: 'ANTHROPIC_DEFAULT_SONNET_MODEL' },
  });
});
afterAll(() => app.stop());
beforeEach(() => app.api.reset());

const tool = { name: 'f', description: '', parameters: { type: 'object', properties: {} } };
const functions = { tools: [{ type: 'function', function: tool }] };
const anthropicTools = { tools: [{ name: 'f', input_schema: tool.parameters }], max_tokens: 100 };

async function ask(path: string, model: string, fields: object, messages = [{ role: 'user', content: 'Well?' }]) {
  const body = JSON.stringify({ model, messages, stream: false, ...fields });
  const { status, headers, text } = await send(`${app.url}${path}`, { body });
  expect([status, text]).toEqual([200, expect.any(String)]);
  return { path: headers['x-claudacity-path'], body: app.api.requests.at(-1)?.body };
}

test.each([
  ['/v1/chat/completions', { reasoning_effort: 'none' }],
  ['/v1/chat/completions', { ...functions, tool_choice: 'required', reasoning_effort: 'high' }],
  ['/v1/chat/completions', { ...functions, tool_choice: { type: 'function', function: { name: 'f' } } }],
  ['/api/chat', { think: false }],
  ['/api/chat', { ...functions, tool_choice: 'required' }],
  ['/v1/messages', { max_tokens: 100, thinking: { type: 'disabled' } }],
  ['/v1/messages', { ...anthropicTools, tool_choice: { type: 'any' } }],
] as const)('%s turns thinking off: %j', async (path, fields) => {
  expect((await ask(path, 'sonnet', fields)).body).toMatchObject({ thinking: { type: 'disabled' } });
});

test.each([
  ['/v1/chat/completions', functions],
  ['/v1/chat/completions', { ...functions, tool_choice: 'none' }],
  ['/api/chat', {}],
  ['/v1/messages', anthropicTools],
])('%s leaves thinking to the model: %j', async (path, fields) => {
  expect((await ask(path, 'sonnet', fields)).body).toMatchObject({ thinking: { type: 'adaptive' } });
});

test('a conversation can continue with thinking, and without it again', async () => {
  const first = [{ role: 'user', content: 'One.' }];
  const second = [...first, { role: 'assistant', content: 'OK' }, { role: 'user', content: 'Two.' }];
  const third = [...second, { role: 'assistant', content: 'OK' }, { role: 'user', content: 'Three.' }];
  const thinkingOf = async (messages: typeof first, think?: boolean) => {
    const { path, body } = await ask('/api/chat', 'sonnet', { think }, messages);
    return [path, body?.thinking];
  };
  expect(await thinkingOf(first, false)).toEqual(['new', { type: 'disabled' }]);
  expect(await thinkingOf(second)).toMatchObject(['live', { type: 'adaptive' }]);
  expect(await thinkingOf(third, false)).toEqual(['live', { type: 'disabled' }]);
});

test('a request to a model that always thinks is unchanged', async () => {
  const { body } = await ask('/v1/chat/completions', 'haiku', { reasoning_effort: 'none' });
  expect(body).toMatchObject({ thinking: { type: 'adaptive' } });
});
