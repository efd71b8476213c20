/**
 * Clients that empty the text before a tool call in the history that they send, as Open WebUI 0.12 does with an Ollama connection: the
 * process that waits for the results goes on, in this turn and in all later ones.
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

type Message = Record<string, unknown>;

const TOOLS = [
  {
    type: 'function',
    function: { name: 'weather', description: '', parameters: { type: 'object', properties: { city: {} } } },
  },
];

/** Sends the messages. Returns the answer's message, with its text removed where it calls a tool, and how it was served. */
async function ask(
  messages: readonly Message[],
  content: unknown = '',
): Promise<{ message: Message; served: unknown }> {
  const body = JSON.stringify({ model: 'sonnet', stream: false, tools: TOOLS, messages });
  const { text: answer, headers } = await send(`${app.url}/api/chat`, { body });
  const { message } = JSON.parse(answer);
  const emptied = message.tool_calls ? { ...message, content } : message;
  return { message: emptied, served: headers['x-claudacity-path'] };
}

const resultOf = ({ tool_calls: calls }: Message, content: string): Message => ({
  role: 'tool',
  tool_call_id: (calls as { id: string }[])[0]?.id,
  content,
});

/** What the model was given last: roles and texts, with the names of calls. */
function seen(): string[] {
  const history = app.api.requests.at(-1)?.history ?? [];
  return history.map(({ role, content }) => `${role}: ${content.map((block) => block.text ?? block.type).join(' + ')}`);
}

test.each([
  ['empty', ''],
  ['of white space', ' \n'],
  ['null', null],
])('after a text that is %s, results go to the waiting process, which keeps what it wrote', async (_, content) => {
  const word = uniqueWord('Q');
  app.api.answer(text('Let me see.'), toolUse('weather', { city: 'Oslo' }));
  app.api.answer(text('And Rome.'), toolUse('weather', { city: 'Rome' }));
  app.api.answer(text('Cold, then warm.'));
  app.api.answer(text('Because of the sun.'));
  const history: Message[] = [{ role: 'user', content: word }];

  const first = await ask(history, content);
  history.push(first.message, resultOf(first.message, '3 degrees'));
  const second = await ask(history, content);
  history.push(second.message, resultOf(second.message, '25 degrees'));
  const third = await ask(history, content);
  history.push(third.message, { role: 'user', content: 'Why?' });
  const fourth = await ask(history, content);

  expect([first, second, third, fourth].map(({ served }) => served)).toEqual(['new', 'live', 'live', 'live']);
  expect(third.message.content).toBe('Cold, then warm.');
  expect(seen()).toEqual([
    `user: ${word}`,
    'assistant: Let me see. + tool_use',
    'user: tool_result',
    'assistant: And Rome. + tool_use',
    'user: tool_result',
    'assistant: Cold, then warm.',
    'user: Why?',
  ]);
  const rows = app.core.snapshot().conversations.filter(({ phase }) => phase === 'waiting_for_tool');
  expect(rows).toEqual([]);
});

test('a process ends at once when its client goes on from other words than it holds', async () => {
  app.api.answer(text('Let me see.'), toolUse('weather', { city: 'Oslo' }));
  app.api.answer(text('Cold.'));
  const word = uniqueWord('Q');
  const { message } = await ask([{ role: 'user', content: word }]);
  const [waiting] = app.core.snapshot().conversations.filter(({ phase }) => phase === 'waiting_for_tool');

  const edited = [{ role: 'user', content: `${word}, please` }, message, resultOf(message, '3 degrees')];
  const { served } = await ask(edited);

  expect(served).toBe('replay');
  expect(waiting?.pid).toEqual(expect.any(Number));
  await expect.poll(() => app.core.snapshot().conversations.map(({ pid }) => pid)).not.toContain(waiting?.pid);
});
