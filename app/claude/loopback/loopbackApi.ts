/**
 * A Messages API of the app's own on 127.0.0.1, for processes of the CLI that the app runs to learn about the CLI itself. It answers every
 * request with a scripted answer, so such a process needs no sign-in, costs nothing and works without a network.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

export interface LoopbackApi {
  /** `http://127.0.0.1:…`, for ANTHROPIC_BASE_URL. */
  readonly url: string;
  /** The bodies of the requests for an answer, in order of arrival; no more than `MAX_RECORDED` of them. */
  readonly requests: readonly LoopbackRequest[];
  /** The same requests as they were sent. */
  readonly rawRequests: readonly RawRequest[];
  /** Stops listening and closes the open connections. Resolves when that is done. */
  close(): Promise<void>;
}

export interface LoopbackOptions {
  /** The text of every answer. Default `OK`. */
  readonly answer?: string;
  /**
   * Chooses the answer to a question by the last text of the user's, '' where that is the result of a tool. Where it returns undefined, the
   * answer is the text.
   */
  chooseAnswer?(question: string): LoopbackAnswer | undefined;
}

export type LoopbackAnswer =
  | { readonly kind: 'text'; readonly text: string }
  /** Calls a tool with no input. */
  | { readonly kind: 'tool_call'; readonly id: string; readonly tool: string }
  /** Begins with the text and never ends. */
  | { readonly kind: 'endless'; readonly text: string };

export interface RawRequest {
  readonly url: string;
  /** Names and values by turns. */
  readonly headers: readonly string[];
  readonly body: string;
  /** Whether it asked for a stream, as the CLI does for each turn, but not to learn whether a model exists. */
  readonly isTurn: boolean;
}

const Block = z.looseObject({ type: z.string(), text: z.string().optional() });
/** Fields that are not listed are kept. */
const Body = z.looseObject({
  model: z.string().default(''),
  stream: z.boolean().optional(),
  messages: z
    .array(z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(Block)]).optional() }))
    .default([]),
});
export type LoopbackRequest = z.infer<typeof Body>;

const MAX_RECORDED = 100;
/** How long one request may take to arrive, in ms. */
const RECEIVE_MS = 10_000;
const USAGE = { input_tokens: 1, output_tokens: 1 };

/** @throws Error where no port can be opened. */
export async function startLoopbackApi(options: LoopbackOptions = {}): Promise<LoopbackApi> {
  const requests: LoopbackRequest[] = [];
  const rawRequests: RawRequest[] = [];

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { url = '', rawHeaders: headers } = request;
    if (request.method !== 'POST' || url.split('?')[0] !== '/v1/messages') {
      request.resume();
      sendJson(response, request.method === 'HEAD' ? 200 : 404, {});
      return;
    }
    const raw = await text(request).catch(() => '');
    const body = parseBody(raw);
    if (!body) return sendJson(response, 400, { type: 'error', error: { type: 'invalid_request_error', message: '' } });
    if (requests.length < MAX_RECORDED) {
      requests.push(body);
      rawRequests.push({ url, headers, body: raw, isTurn: body.stream === true });
    }
    const words: LoopbackAnswer = { kind: 'text', text: options.answer ?? 'OK' };
    if (body.stream) sendStream(response, body.model, options.chooseAnswer?.(lastQuestion(body)) ?? words);
    else sendJson(response, 200, { ...message(body.model), content: [{ type: 'text', text: words.text }] });
  };

  const server = createServer({ requestTimeout: RECEIVE_MS }, (request, response) => void handle(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  // The app must be able to end while a process that was killed still has a connection.
  server.unref();
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    rawRequests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function parseBody(raw: string): LoopbackRequest | undefined {
  try {
    return Body.safeParse(JSON.parse(raw)).data;
  } catch {
    return undefined;
  }
}

function lastQuestion({ messages }: LoopbackRequest): string {
  const content = messages.filter(({ role }) => role === 'user').at(-1)?.content ?? '';
  if (typeof content === 'string') return content;
  if (content.some(({ type }) => type === 'tool_result')) return '';
  return content.filter(({ type }) => type === 'text').at(-1)?.text ?? '';
}

function message(model: string): object {
  const id = `msg_${Date.now()}`;
  return { id, type: 'message', role: 'assistant', model, stop_reason: 'end_turn', stop_sequence: null, usage: USAGE };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function sendStream(response: ServerResponse, model: string, answer: LoopbackAnswer): void {
  const isCall = answer.kind === 'tool_call';
  const block = isCall ? { type: 'tool_use', id: answer.id, name: answer.tool, input: {} } : { type: 'text', text: '' };
  const delta = isCall ? { type: 'input_json_delta', partial_json: '{}' } : { type: 'text_delta', text: answer.text };
  const stop = { stop_reason: isCall ? 'tool_use' : 'end_turn', stop_sequence: null };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  writeEvents(response, [
    { type: 'message_start', message: { ...message(model), content: [], stop_reason: null } },
    { type: 'content_block_start', index: 0, content_block: block },
    { type: 'content_block_delta', index: 0, delta },
  ]);
  if (answer.kind === 'endless') return;
  writeEvents(response, [
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: stop, usage: USAGE },
    { type: 'message_stop' },
  ]);
  response.end();
}

function writeEvents(response: ServerResponse, events: readonly { type: string; [field: string]: unknown }[]): void {
  response.write(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));
}
