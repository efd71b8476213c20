/** Follow-ups, ids and memory, with the real CLI: which process is asked, and what the model is told. */
import { Ollama } from 'ollama';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RecordedRequest, text } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(() => app.stop());

beforeEach(() => app.api.reset());

interface Said {
  role: 'user' | 'assistant';
  content: string;
}

interface Answered {
  text: string;
  path: string | null;
  conversation: string | null;
  status: number;
}

/** Asks on `/v1/chat/completions`; the answer is what the Messages API was told to say next. */
async function ask(
  body: { messages: Said[] } & Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const response = await fetch(`${app.url}/v1/chat/completions`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ model: 'sonnet', ...body }),
  });
  const answer = await response.json();
  return {
    text: answer.choices?.[0]?.message.content ?? answer.error?.message,
    path: response.headers.get('x-claudacity-path'),
    conversation: response.headers.get('x-claudacity-conversation'),
    status: response.status,
  };
}

function user(content: string): Said {
  return { role: 'user', content };
}

function assistant(content: string): Said {
  return { role: 'assistant', content };
}

/** What the model was told last, as role and text. */
function told(request: RecordedRequest | undefined = app.api.requests.at(-1)): string[] {
  return (request?.history ?? []).map(
    ({ role, content }) => `${role}: ${content.map((block) => ('text' in block ? block.text : block.type)).join('|')}`,
  );
}

describe('a follow-up', () => {
  test('is asked of the process that holds its history, and the model sees exactly the turns sent', async () => {
    app.api.answer(text('A1'));
    app.api.answer(text('A2'));
    const first = await ask({ messages: [user('Q1')] });
    const second = await ask({ messages: [user('Q1'), assistant('A1'), user('Q2')] });

    expect([first.path, second.path]).toEqual(['new', 'live']);
    expect(second.conversation).toBe(first.conversation);
    expect(told()).toEqual(['user: Q1', 'assistant: A1', 'user: Q2']);
  });
});

test('the same id twice', async () => {
  app.api.answer(text('A1'));
  app.api.answer(text('A2'));
  const first = await ask({ id: 'x1', messages: [user('Q')] });
  const second = await ask({ id: 'x1', messages: [user('Q')] });
  expect([first.path, second.path]).toEqual(['new', 'live']);
  expect(told()).toEqual(['user: Q', 'assistant: A1', 'user: Q']);
  await new Ollama({ host: app.url }).ps().then((r) => console.log(r));
});
