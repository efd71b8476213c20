/** Chats as a program holds them over HTTP, and what the model was told of them. */
import { expect } from 'vitest';
import type { ConversationRow } from '../../app/shared/contract';
import type { HistoryMessage, MessagesApi, RecordedRequest } from './messagesApi';
import type { TestApp } from './testApp';

export interface Said {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: unknown;
  [field: string]: unknown;
}

export interface Answered {
  status: number;
  /** The answer, or the error's message. */
  text: string;
  path: string | null;
  conversation: string | null;
  headers: Headers;
}

export interface AskOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Asks on `/v1/chat/completions`, of `sonnet` unless the body says otherwise. */
export async function ask(
  app: Pick<TestApp, 'url'>,
  messages: readonly Said[],
  body: Record<string, unknown> = {},
  { headers = {}, signal }: AskOptions = {},
): Promise<Answered> {
  const response = await fetch(`${app.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'sonnet', messages, ...body }),
    ...(signal && { signal }),
  });
  const answer = await response.json();
  return {
    status: response.status,
    text: answer.choices?.[0]?.message.content ?? answer.error?.message,
    path: response.headers.get('x-claudacity-path'),
    conversation: response.headers.get('x-claudacity-conversation'),
    headers: response.headers,
  };
}

/** Asks for a stream, and resolves when the first words of the answer have come. */
export async function begun(
  app: Pick<TestApp, 'url'>,
  messages: readonly Said[],
  body: Record<string, unknown> = {},
): Promise<{ conversation: string | null; hangUp(): void; rest(): Promise<string> }> {
  const client = new AbortController();
  const response = await fetch(`${app.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'sonnet', messages, stream: true, ...body }),
    signal: client.signal,
  });
  const chunks = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  const read = async () => {
    const { value, done } = await chunks.read();
    return done ? null : decoder.decode(value, { stream: true });
  };
  for (let seen = '', piece: string | null = ''; piece !== null && !/"content":"[^"]/.test(seen); ) {
    piece = await read();
    seen += piece ?? '';
  }
  const rest = async () => {
    let text = '';
    for (let piece = await read(); piece !== null; piece = await read()) text += piece;
    return text;
  };
  return {
    conversation: response.headers.get('x-claudacity-conversation'),
    hangUp: () => client.abort(),
    rest,
  };
}

export function user(content: unknown): Said {
  return { role: 'user', content };
}

export function assistant(content: unknown): Said {
  return { role: 'assistant', content };
}

let words = 0;

/** A text that no other chat of this test run holds, so that what the model was told can be found by it. */
export function word(kind = 'word'): string {
  words += 1;
  return `${kind}-${words}-${Math.random().toString(36).slice(2, 8)}`;
}

/** The last request whose question, the last message, holds the text. @throws where there is none */
export function asked(api: MessagesApi, question: string): RecordedRequest {
  const request = api.requests.findLast(({ history }) => JSON.stringify(history.at(-1)).includes(question));
  if (!request) throw new Error(`the model was never asked ${question}`);
  return request;
}

/** What the model was told, as `role: text`; parts of one message stand apart by `|`. */
export function told(request: Pick<RecordedRequest, 'history'>): string[] {
  return request.history.map(({ role, content }) => `${role}: ${content.map(partText).join('|')}`);
}

function partText(part: HistoryMessage['content'][number]): string {
  if (typeof part.text === 'string') return part.text;
  if (part.type === 'tool_use') return `[${part.name} ${JSON.stringify(part.input)}]`;
  if (part.type === 'tool_result') return `[result ${JSON.stringify(part.content)}]`;
  return `[${part.type}]`;
}

/** @throws where there is no such conversation */
export function rowOf(app: TestApp, conversation: string | null): ConversationRow {
  const row = app.core.snapshot().conversations.find(({ id }) => id === conversation);
  if (!row) throw new Error(`${conversation} is not live`);
  return row;
}

/** Resolves when no process holds the conversation. */
export async function gone(app: TestApp, conversation: string | null): Promise<void> {
  const live = () => app.core.snapshot().conversations.some(({ id }) => id === conversation);
  await expect.poll(live, { timeout: 10_000 }).toBe(false);
}

/** Ends the conversation's process as the system would, and waits until the app knows. */
export async function killProcessOf(app: TestApp, conversation: string | null): Promise<void> {
  const { pid } = rowOf(app, conversation);
  if (pid === null) throw new Error('it has no process');
  process.kill(pid, 'SIGKILL');
  await gone(app, conversation);
}
