/** Chat requests over HTTP as a client program sends them, and look-ups of what the CLI then sent to the Messages API. */
import { expect } from 'vitest';
import type { ConversationRow, MessagesPart, SaidMessage } from '../../app/shared/contract';
import type { HistoryMessage, MessagesApi, RecordedRequest } from './messagesApi';
import type { TestApp } from './testApp';

/** A message in the form of `/v1/chat/completions`. */
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: unknown;
  [field: string]: unknown;
}

/** The parts of an answer that tests look at. */
export interface ChatAnswer {
  status: number;
  /** The answer's text, or the error's message. */
  text: string;
  /** The header `x-claudacity-path`: live, replay, new, …; null where the server sent none. */
  path: string | null;
  /** The conversation's id, from the header `x-claudacity-conversation`. */
  conversation: string | null;
  headers: Headers;
}

/** Request headers besides the content type, and a signal that aborts the request. */
export interface AskOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Sends an unstreamed request to `/v1/chat/completions`, for the model `sonnet` unless the body names another. */
export async function ask(
  app: Pick<TestApp, 'url'>,
  messages: readonly ChatMessage[],
  body: Record<string, unknown> = {},
  { headers = {}, signal }: AskOptions = {},
): Promise<ChatAnswer> {
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

/** Sends a streamed request. Resolves when the first text of the answer has arrived; `rest` reads the stream to its end. */
export async function startStream(
  app: Pick<TestApp, 'url'>,
  messages: readonly ChatMessage[],
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

/** A message of the user. */
export function user(content: unknown): ChatMessage {
  return { role: 'user', content };
}

/** A message of the model. */
export function assistant(content: unknown): ChatMessage {
  return { role: 'assistant', content };
}

let wordCount = 0;

/** A text that occurs in no other chat of this test run, so that `requestFor` finds the request that contains it. */
export function uniqueWord(kind = 'word'): string {
  wordCount += 1;
  return `${kind}-${wordCount}-${Math.random().toString(36).slice(2, 8)}`;
}

/** The last recorded request whose last message contains the text. @throws if there is none */
export function requestFor(api: MessagesApi, question: string): RecordedRequest {
  const request = api.requests.findLast(({ history }) => JSON.stringify(history.at(-1)).includes(question));
  if (!request) throw new Error(`no request's last message contains ${question}`);
  return request;
}

/** The request's messages, each as `role: text`, with the content blocks of one message separated by `|`. */
export function transcriptSeenByApi(request: Pick<RecordedRequest, 'history'>): string[] {
  return request.history.map(({ role, content }) => `${role}: ${content.map(partText).join('|')}`);
}

function partText(part: HistoryMessage['content'][number]): string {
  if (typeof part.text === 'string') return part.text;
  if (part.type === 'tool_use') return `[${part.name} ${JSON.stringify(part.input)}]`;
  if (part.type === 'tool_result') return `[result ${JSON.stringify(part.content)}]`;
  return `[${part.type}]`;
}

/** The live conversation as the window lists it. @throws if no process holds it */
export function conversationRow(app: TestApp, conversation: string | null): ConversationRow {
  const row = app.core.snapshot().conversations.find(({ id }) => id === conversation);
  if (!row) throw new Error(`${conversation} is not live`);
  return row;
}

/** All messages of a stored conversation as the window reads them, part by part. @throws where they are not stored */
export async function storedMessages(app: TestApp, conversation: string | null): Promise<SaidMessage[]> {
  const messages: SaidMessage[] = [];
  for (let next: number | null = 0; next !== null; ) {
    const part: MessagesPart | null = await app.core.calls['conversations.read'](conversation ?? '', next);
    if (!part) throw new Error(`${conversation} is not stored`);
    messages.push(...part.messages);
    next = part.next;
  }
  return messages;
}

/** Waits up to ten seconds until no process holds the conversation. @throws if one still does */
export async function waitForProcessEnd(app: TestApp, conversation: string | null): Promise<void> {
  const live = () => app.core.snapshot().conversations.some(({ id }) => id === conversation);
  await expect.poll(live, { timeout: 10_000 }).toBe(false);
}

/** Waits up to ten seconds until no request of the conversation is being answered. @throws if one still is */
export async function waitForTurnEnd(app: TestApp, conversation: string | null): Promise<void> {
  const phase = () => app.core.snapshot().conversations.find(({ id }) => id === conversation)?.phase;
  await expect.poll(phase, { timeout: 10_000 }).not.toMatch(/^(preparing|answering|waiting_for_tool)$/);
}

/** Kills the conversation's process with SIGKILL, as the system does when memory runs out, and waits until the app has noticed. */
export async function killProcessOf(app: TestApp, conversation: string | null): Promise<void> {
  const { pid } = conversationRow(app, conversation);
  if (pid === null) throw new Error(`${conversation} has no process`);
  process.kill(pid, 'SIGKILL');
  await waitForProcessEnd(app, conversation);
}
