/** Asks over HTTP as a client does, and takes the time until the first words of the answer are there. */
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { type Question, TOOL } from './question';

export interface Answered {
  /** From the call of `request` to the first words, in ms. */
  readonly firstTokenMs: number;
  /** How the server says that it served the request; '' where it is not this app's. */
  readonly served: string;
}

/** `POST /api/chat` of this app. @throws where the answer is an error or has no words. */
export function askOllama(base: string, { model, system, words }: Question): Promise<Answered> {
  const messages = [{ role: 'system', content: system }, ...turns(words)];
  return ask(`${base}/api/chat`, {}, { model, messages, stream: true }, /"content":"[^"]/);
}

/**
 * `POST /api/chat` of this app, for an answer that calls `TOOL`. Resolves, when it has called, with how to bring it the
 * result. @throws as `askOllama`.
 */
export async function askForTool(base: string, { model, system, words }: Question): Promise<() => Promise<Answered>> {
  const messages = [{ role: 'system', content: system }, ...turns(words)];
  const body = { model, tools: [{ type: 'function', function: TOOL }], stream: true };
  const call = { function: { name: TOOL.name, arguments: {} } };
  await ask(`${base}/api/chat`, {}, { ...body, messages }, /"tool_calls":/);
  const called = [...messages, { role: 'assistant', content: '', tool_calls: [call] }];
  const result = { role: 'tool', tool_name: TOOL.name, content: 'Forty-two.' };
  return () => ask(`${base}/api/chat`, {}, { ...body, messages: [...called, result] }, /"content":"[^"]/);
}

/** `POST /v1/chat/completions` of this app. @throws as `askOllama`. */
export function askOpenai(base: string, { model, system, words }: Question): Promise<Answered> {
  const messages = [{ role: 'system', content: system }, ...turns(words)];
  return ask(`${base}/v1/chat/completions`, {}, { model, messages, stream: true }, /"content":"[^"]/);
}

/** The Messages API itself. @throws as `askOllama`. */
export function askMessagesApi(base: string, { model, system, words }: Question): Promise<Answered> {
  const headers = { 'x-api-key': 'sk-ant-test', 'anthropic-version': '2023-06-01' };
  const body = { model, system, messages: turns(words), max_tokens: 1024, stream: true };
  return ask(`${base}/v1/messages`, headers, body, /"text_delta","text":"[^"]/);
}

function turns(words: readonly string[]): { role: string; content: string }[] {
  return words.map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content }));
}

/** Kept open, as clients keep theirs. */
const agent = new Agent({ keepAlive: true });

/** With Node's plain client: what `fetch` takes for itself, a millisecond or two, is none of the server's. */
async function ask(url: string, headers: Record<string, string>, body: object, firstWords: RegExp): Promise<Answered> {
  const payload = JSON.stringify(body);
  const length = String(Buffer.byteLength(payload));
  const begin = performance.now();
  const asked = request(url, {
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/json', 'content-length': length, ...headers },
  });
  asked.end(payload);
  const [response]: IncomingMessage[] = await once(asked, 'response');
  if (response === undefined) throw new Error(`${url}: no response`);
  let said = '';
  let firstTokenMs: number | undefined;
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    said += text;
    if (firstTokenMs === undefined && firstWords.test(said)) firstTokenMs = performance.now() - begin;
  });
  await once(response, 'end');
  if (response.statusCode !== 200) throw new Error(`${url}: ${response.statusCode} ${said}`);
  if (firstTokenMs === undefined) throw new Error(`${url}: an answer without words: ${said.slice(0, 300)}`);
  return { firstTokenMs, served: String(response.headers['x-claudacity-path'] ?? '') };
}
