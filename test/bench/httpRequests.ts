/** Sends the questions over HTTP, as a client does, and measures the time until the first text of the answer. */
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { type Question, TOOL } from './question';

/** What was measured of an answer. */
export interface TimedAnswer {
  /** Ms from the call of `request` to the first text. */
  readonly firstTokenMs: number;
  /** The header `x-claudacity-path` (live, replay, new, …); '' from a server that is not this app. */
  readonly served: string;
}

/** Sends the question to this app's `POST /api/chat`. @throws if the answer is an error or has no text */
export function askOllama(base: string, { model, system, texts }: Question): Promise<TimedAnswer> {
  const messages = [{ role: 'system', content: system }, ...toMessages(texts)];
  return ask(`${base}/api/chat`, {}, { model, messages, stream: true }, /"content":"[^"]/);
}

/**
 * Sends the question with `TOOL` to this app's `POST /api/chat`, for an answer that calls the tool. Resolves with a function
 * that sends the tool's result and measures the answer to it. @throws if the answer is an error or has no tool call
 */
export async function askForTool(
  base: string,
  { model, system, texts }: Question,
): Promise<() => Promise<TimedAnswer>> {
  const messages = [{ role: 'system', content: system }, ...toMessages(texts)];
  const body = { model, tools: [{ type: 'function', function: TOOL }], stream: true };
  const call = { function: { name: TOOL.name, arguments: {} } };
  await ask(`${base}/api/chat`, {}, { ...body, messages }, /"tool_calls":/);
  const messagesWithCall = [...messages, { role: 'assistant', content: '', tool_calls: [call] }];
  const result = { role: 'tool', tool_name: TOOL.name, content: 'Forty-two.' };
  return () => ask(`${base}/api/chat`, {}, { ...body, messages: [...messagesWithCall, result] }, /"content":"[^"]/);
}

/** Sends the question to this app's `POST /v1/chat/completions`. @throws if the answer is an error or has no text */
export function askOpenai(base: string, { model, system, texts }: Question): Promise<TimedAnswer> {
  const messages = [{ role: 'system', content: system }, ...toMessages(texts)];
  return ask(`${base}/v1/chat/completions`, {}, { model, messages, stream: true }, /"content":"[^"]/);
}

/** Sends the question to the Messages API directly. @throws if the answer is an error or has no text */
export function askMessagesApi(base: string, { model, system, texts }: Question): Promise<TimedAnswer> {
  const headers = { 'x-api-key': 'sk-ant-test', 'anthropic-version': '2023-06-01' };
  const body = { model, system, messages: toMessages(texts), max_tokens: 1024, stream: true };
  return ask(`${base}/v1/messages`, headers, body, /"text_delta","text":"[^"]/);
}

function toMessages(texts: readonly string[]): { role: string; content: string }[] {
  return texts.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content }));
}

/** Reuses its connections, as clients do. */
const agent = new Agent({ keepAlive: true });

/**
 * Uses Node's plain client, because `fetch` adds a millisecond or two that the server is not responsible for.
 * @param expected matches the received text as soon as the answer has begun
 */
async function ask(url: string, headers: Record<string, string>, body: object, expected: RegExp): Promise<TimedAnswer> {
  const payload = JSON.stringify(body);
  const length = String(Buffer.byteLength(payload));
  const startedAt = performance.now();
  const outgoing = request(url, {
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/json', 'content-length': length, ...headers },
  });
  outgoing.end(payload);
  const [response]: IncomingMessage[] = await once(outgoing, 'response');
  if (response === undefined) throw new Error(`${url}: no response`);
  let received = '';
  let firstTokenMs: number | undefined;
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    received += text;
    if (firstTokenMs === undefined && expected.test(received)) firstTokenMs = performance.now() - startedAt;
  });
  await once(response, 'end');
  if (response.statusCode !== 200) throw new Error(`${url}: ${response.statusCode} ${received}`);
  if (firstTokenMs === undefined) throw new Error(`${url}: no text in the answer: ${received.slice(0, 300)}`);
  return { firstTokenMs, served: String(response.headers['x-claudacity-path'] ?? '') };
}
