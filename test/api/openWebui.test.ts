/**
 * Open WebUI's requests for one chat: the chat itself, then title, tags, follow-ups, a search query and an emoji under the chat's id
 * (context/OPENWEBUI_COMPATIBILITY.md). Only the chat's own turns may become part of its conversation.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type ChatMessage,
  requestFor,
  transcriptSeenByApi,
  uniqueWord,
  user,
  waitForProcessEnd,
} from '../support/conversation';
import { text } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;
let chat: string;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(() => app.stop());

beforeEach(() => {
  app.api.reset();
  chat = randomUUID();
});

/** Open WebUI connected to this app as Ollama and as OpenAI. */
const MODES = [
  { mode: 'ollama', path: '/api/chat', limit: { num_predict: 1000 } },
  { mode: 'openai', path: '/v1/chat/completions', limit: { max_tokens: 1000 } },
] as const;

type Mode = (typeof MODES)[number];

interface Reply {
  readonly status: number;
  readonly path: string | null;
  readonly conversation: string | null;
}

async function call(
  { path }: Mode,
  messages: readonly ChatMessage[],
  body: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(`${app.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-openwebui-chat-id': chat, ...headers },
    body: JSON.stringify({ model: 'sonnet', messages, ...body }),
  });
  await response.text();
  return {
    status: response.status,
    path: response.headers.get('x-claudacity-path'),
    conversation: response.headers.get('x-claudacity-conversation'),
  };
}

const say = (mode: Mode, messages: readonly ChatMessage[]) => call(mode, messages, { stream: true });

/** The tasks as Open WebUI's templates write them; the emoji's has a different form. */
function templates(question: string, answer: string): string[] {
  const history = `<chat_history>\nUSER: ${question}\nASSISTANT: ${answer}\n</chat_history>`;
  const task = (what: string, form: string) =>
    `### Task:\n${what}\n### Guidelines:\n- Be brief.\n### Output:\nJSON format: ${form}\n### Chat History:\n${history}`;
  return [
    task('Generate a concise, 3-5 word title with an emoji summarizing the chat history.', '{ "title": "your title" }'),
    task('Generate 1-3 broad tags categorizing the main themes of the chat history.', '{ "tags": ["tag1", "tag2"] }'),
    task('Suggest 3-5 relevant follow-up questions.', '{ "follow_ups": ["Question 1?", "Question 2?"] }'),
    task('Analyze the chat history to determine the necessity of search queries.', '{ "queries": ["query1"] }'),
    `Your task is to reflect the speaker's likely facial expression through a fitting emoji.\nMessage: """${answer}"""`,
  ];
}

const tasks = (mode: Mode, question: string, answer: string) =>
  Promise.all(templates(question, answer).map((task) => call(mode, [user(task)], { stream: false, ...mode.limit })));

describe.each(MODES)('as an $mode connection', (mode) => {
  test('a chat has only its own turns, and its next turn goes on in it', async () => {
    const [question, answer, next] = [uniqueWord('Q'), uniqueWord('A'), uniqueWord('Q')];
    app.api.answer(text(answer));

    const first = await say(mode, [user(question)]);
    const about = await tasks(mode, question, answer);
    const second = await say(mode, [user(question), { role: 'assistant', content: answer }, user(next)]);

    expect([first, ...about, second].map(({ status }) => status)).toEqual(Array(7).fill(200));
    expect(second.path).toBe('live');
    expect(second.conversation).toBe(first.conversation);
    expect(about.map(({ conversation }) => conversation)).not.toContain(first.conversation);
    expect(transcriptSeenByApi(requestFor(app.api, next))).toEqual([
      `user: ${question}`,
      `assistant: ${answer}`,
      `user: ${next}`,
    ]);
    const stored = (await app.core.calls['conversations.read'](first.conversation ?? '', 0))?.messages;
    expect(stored?.map(({ parts }) => parts)).toEqual(
      [question, answer, next, 'OK'].map((text) => [{ kind: 'text', text }]),
    );
    const named = app.core.calls['conversations.list'](Number.POSITIVE_INFINITY, 100).filter(
      ({ name }) => name === chat,
    );
    expect(named.map(({ id }) => id)).toEqual([first.conversation]);
  });

  test('a question with documents is part of the chat, although it starts like a task', async () => {
    const [question, next] = [uniqueWord('Q'), uniqueWord('Q')];
    const documents = `### Task:\nRespond to the user query using the provided context.\n### Output:\nJSON format: none\n<context>\n<source id="1">rain</source>\n</context>\n\n${question}`;

    const first = await call(mode, [user(documents)], { stream: false });
    // Open WebUI does not store the documents, so the history that it sends differs.
    const second = await say(mode, [user(question), { role: 'assistant', content: 'OK' }, user(next)]);

    expect([first.path, second.path]).toEqual(['new', 'replay']);
    expect(transcriptSeenByApi(requestFor(app.api, next))).toEqual([
      `user: ${question}`,
      'assistant: OK',
      `user: ${next}`,
    ]);
    expect(app.core.calls['conversations.list'](Number.POSITIVE_INFINITY, 1)[0]).toMatchObject({
      name: chat,
      turns: 2,
    });
  });
});

const [, openai] = MODES;

test('a task with the task header leaves no conversation, whatever its form', async () => {
  const before = app.core.calls['conversations.list'](Number.POSITIVE_INFINITY, 1000).length;

  const { conversation } = await call(
    openai,
    [user('Complete this: The sky is')],
    { stream: false },
    { 'x-claudacity-task': 'autocomplete_generation' },
  );

  await waitForProcessEnd(app, conversation);
  expect(app.core.calls['conversations.list'](Number.POSITIVE_INFINITY, 1000)).toHaveLength(before);
});

test('an unset task variable is no task', async () => {
  for (const unset of ['{{TASK}}', 'None', '']) {
    const headers = { 'x-claudacity-task': unset };
    const { conversation } = await call(openai, [user(uniqueWord('Q'))], { stream: false }, headers);
    expect((await app.core.calls['conversations.read'](conversation ?? '', 0))?.messages).toHaveLength(2);
  }
});

test('a temporary chat has no conversation name', async () => {
  const { conversation } = await call(openai, [user(uniqueWord('Q'))], {}, { 'x-openwebui-chat-id': `local:${chat}` });

  const stored = app.core.calls['conversations.list'](Number.POSITIVE_INFINITY, 1000).find(
    ({ id }) => id === conversation,
  );
  expect(stored?.name).toBeNull();
});

test('tasks that arrive during the chat’s first answer do not take its name', async () => {
  const [question, next] = [uniqueWord('Q'), uniqueWord('Q')];

  const [first] = await Promise.all([
    say(openai, [user(question)]),
    call(openai, [user(`Fitting emoji for ${question}`)], { stream: false }),
  ]);
  await say(openai, [user(question), { role: 'assistant', content: 'OK' }, user(next)]);

  const stored = app.core.calls['conversations.list'](Number.POSITIVE_INFINITY, 1000).filter(
    ({ name }) => name === chat,
  );
  expect(stored).toMatchObject([{ id: first.conversation, turns: 2 }]);
});
