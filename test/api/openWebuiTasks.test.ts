/** What the CLI asks the API for a task about a chat, such as a title: no thinking, a low effort, and the model of the user's choice. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { uniqueWord } from '../support/conversation';
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
beforeEach(async () => {
  app.api.reset();
  await app.core.calls['settings.change']({ taskModel: '' });
});

async function requestedFrom(path: string, fields: object, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ model: 'sonnet', stream: false, ...fields });
  const { status, text } = await send(`${app.url}${path}`, { body, headers });
  expect([status, text]).toEqual([200, expect.any(String)]);
  return { answer: JSON.parse(text), sent: app.api.requests.at(-1)?.body };
}

/** A task as Open WebUI's templates write it. */
const task = (what: string, form: string) => ({
  messages: [
    {
      role: 'user',
      content: `### Task:\n${what}\n### Output:\nJSON format: ${form}\n### Chat History:\n<chat_history>\nUSER: ${uniqueWord('Q')}\n</chat_history>`,
    },
  ],
});

const title = () => task('Generate a title.', '{ "title": "your title" }');
const TASKS = [
  ['titles', title],
  ['tags', () => task('Generate 1-3 tags.', '{ "tags": ["tag1"] }')],
  ['follow-ups', () => task('Suggest 3-5 follow-up questions.', '{ "follow_ups": ["Question 1?"] }')],
  ['search queries', () => task('Determine the necessity of search queries.', '{ "queries": ["query1"] }')],
  [
    'the selection of tools',
    () => ({
      messages: [
        { role: 'system', content: 'Available Tools: [{"name":"get_weather"}]' },
        { role: 'user', content: `Query: ${uniqueWord('Q')}` },
      ],
    }),
  ],
] as const;

const SHORT = { model: 'claude-sonnet-5', thinking: { type: 'disabled' }, output_config: { effort: 'low' } };

test.each(
  ['/api/chat', '/v1/chat/completions'].flatMap((path) => TASKS.map(([what, body]) => [path, what, body] as const)),
)('%s has the model write %s without thinking and at low effort', async (path, _what, body) => {
  const { sent } = await requestedFrom(path, { ...body(), think: true });
  expect(sent).toMatchObject(SHORT);
});

test('a task in a response or a message is as short', async () => {
  const { messages } = title();
  expect((await requestedFrom('/v1/responses', { input: messages })).sent).toMatchObject(SHORT);
  expect((await requestedFrom('/v1/messages', { messages, max_tokens: 100 })).sent).toMatchObject(SHORT);
});

test('the header names a short task; an answer that is merged from several is none', async () => {
  const messages = [{ role: 'user', content: uniqueWord('Q') }];
  const thinkingFor = async (name: string) => {
    const { sent } = await requestedFrom('/v1/chat/completions', { messages }, { 'x-claudacity-task': name });
    return sent?.thinking;
  };
  expect(await thinkingFor('emoji_generation')).toEqual({ type: 'disabled' });
  expect(await thinkingFor('moa_response_generation')).toMatchObject({ type: 'adaptive' });
});

test('a chat after the task thinks as before', async () => {
  const messages = [{ role: 'user', content: uniqueWord('Q') }];
  await requestedFrom('/api/chat', title());
  const { sent } = await requestedFrom('/api/chat', { messages });
  expect(sent).toMatchObject({ thinking: { type: 'adaptive' } });
});

test('the setting names the model of tasks, and of nothing else; a name that is no model changes nothing', async () => {
  const messages = [{ role: 'user', content: uniqueWord('Q') }];
  await app.core.calls['settings.change']({ taskModel: 'haiku' });
  for (const path of ['/api/chat', '/v1/chat/completions']) {
    const { answer, sent } = await requestedFrom(path, title());
    expect([sent?.model, answer.model]).toEqual([expect.stringContaining('haiku'), 'sonnet']);
    expect((await requestedFrom(path, { messages })).sent?.model).toBe('claude-sonnet-5');
  }
  await app.core.calls['settings.change']({ taskModel: 'no such model' });
  expect((await requestedFrom('/api/chat', title())).sent).toMatchObject(SHORT);
});
