/** Chats of twenty turns with the packages of real client programs: only the first turn gets a new process. */
import { InMemoryChatMessageHistory } from '@langchain/core/chat_history';
import { ChatPromptTemplate, MessagesPlaceholder } from '@langchain/core/prompts';
import { RunnableWithMessageHistory } from '@langchain/core/runnables';
import { ChatOllama } from '@langchain/ollama';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { transcriptSeenByApi } from '../support/conversation';
import { text } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';

const TURNS = 20;

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(() => app.stop());

beforeEach(() => {
  app.api.reset();
  app.core.calls['requests.clear']();
  app.api.chooseAnswer(() => [text(` Answer ${app.api.requests.length}: `, 'Wie schön! 🎉\n\n```js\n1 < 2\n```\n')]);
});

const question = (turn: number) => `Question ${turn}?`;

/** How the requests so far got their process, the oldest first. */
const servedPaths = () =>
  [...app.core.snapshot().requests]
    .reverse()
    .map(({ id }) => app.core.calls['requests.details'](id)?.served)
    .filter((served) => served);

function expectOneProcess(program: string): void {
  expect(servedPaths(), program).toEqual(['new', ...Array(TURNS - 1).fill('live')]);
  const last = app.api.requests.at(-1);
  const seen = last ? transcriptSeenByApi(last) : [];
  expect(seen).toHaveLength(2 * TURNS - 1);
  for (const [index, line] of seen.entries()) {
    const turn = Math.floor(index / 2) + 1;
    expect(line).toBe(
      index % 2 === 0
        ? `user: ${question(turn)}`
        : `assistant:  Answer ${turn}: Wie schön! 🎉\n\n\`\`\`js\n1 < 2\n\`\`\`\n`,
    );
  }
}

test('a chat of the ollama package stays in one process', async () => {
  const ollama = new Ollama({ host: app.url });
  const messages = [];
  for (let turn = 1; turn <= TURNS; turn += 1) {
    messages.push({ role: 'user', content: question(turn) });
    let content = '';
    for await (const part of await ollama.chat({ model: 'sonnet', messages, stream: true })) {
      content += part.message.content;
    }
    messages.push({ role: 'assistant', content });
  }
  expectOneProcess('ollama');
});

test('a chat of the openai package stays in one process', async () => {
  const openai = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: 'none' });
  const messages: OpenAI.Chat.Completions.ChatCompletionMessageParam[] = [{ role: 'system', content: 'Be brief.' }];
  for (let turn = 1; turn <= TURNS; turn += 1) {
    messages.push({ role: 'user', content: question(turn) });
    // Every other answer is not streamed.
    const message =
      turn % 2 === 0
        ? (await openai.chat.completions.create({ model: 'sonnet', messages })).choices[0]?.message
        : await openai.chat.completions.stream({ model: 'sonnet', messages }).finalMessage();
    if (message) messages.push(message);
  }
  expectOneProcess('openai');
});

test('a chat of LangChain’s message history stays in one process', async () => {
  const prompt = ChatPromptTemplate.fromMessages([
    ['system', 'Be brief.'],
    new MessagesPlaceholder('history'),
    ['human', '{question}'],
  ]);
  const history = new InMemoryChatMessageHistory();
  const chat = new RunnableWithMessageHistory({
    runnable: prompt.pipe(new ChatOllama({ baseUrl: app.url, model: 'sonnet' })),
    getMessageHistory: () => history,
    inputMessagesKey: 'question',
    historyMessagesKey: 'history',
  });
  for (let turn = 1; turn <= TURNS; turn += 1) {
    await chat.invoke({ question: question(turn) }, { configurable: { sessionId: 'one' } });
  }
  expectOneProcess('langchain');
});
