/**
 * A Messages API of the app's own on 127.0.0.1, for processes of the CLI that the app runs to learn about the CLI itself. It answers every
 * request with a short text, so such a process needs no sign-in, costs nothing and works without a network.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { z } from 'zod';

export interface LoopbackApi {
  /** `http://127.0.0.1:…`, for ANTHROPIC_BASE_URL. */
  readonly url: string;
  /** The bodies of the requests for an answer, in order of arrival; no more than `MAX_RECORDED` of them. */
  readonly requests: readonly LoopbackRequest[];
  /** Stops listening and closes the open connections. Resolves when that is done. */
  close(): Promise<void>;
}

export interface LoopbackOptions {
  /** The text of every answer. Default `OK`. */
  readonly answer?: string;
}

/** Fields that are not listed are kept. */
const Body = z.looseObject({
  model: z.string().default(''),
  stream: z.boolean().optional(),
  messages: z.array(z.looseObject({ role: z.string() })).default([]),
});
export type LoopbackRequest = z.infer<typeof Body>;

const MAX_RECORDED = 100;
/** How long one request may take to arrive, in ms. */
const RECEIVE_MS = 10_000;
const USAGE = { input_tokens: 1, output_tokens: 1 };

/** @throws Error where no port can be opened. */
export async function startLoopbackApi({ answer = 'OK' }: LoopbackOptions = {}): Promise<LoopbackApi> {
  const requests: LoopbackRequest[] = [];

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.method !== 'POST' || request.url?.split('?')[0] !== '/v1/messages') {
      request.resume();
      sendJson(response, request.method === 'HEAD' ? 200 : 404, {});
      return;
    }
    const body = Body.safeParse(await json(request).catch(() => undefined)).data;
    if (!body) return sendJson(response, 400, { type: 'error', error: { type: 'invalid_request_error', message: '' } });
    if (requests.length < MAX_RECORDED) requests.push(body);
    if (body.stream) sendStream(response, body.model, answer);
    else sendJson(response, 200, { ...message(body.model), content: [{ type: 'text', text: answer }] });
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
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function message(model: string): object {
  const id = `msg_${Date.now()}`;
  return { id, type: 'message', role: 'assistant', model, stop_reason: 'end_turn', stop_sequence: null, usage: USAGE };
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function sendStream(response: ServerResponse, model: string, answer: string): void {
  const events: readonly { type: string; [field: string]: unknown }[] = [
    { type: 'message_start', message: { ...message(model), content: [], stop_reason: null } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: answer } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: USAGE },
    { type: 'message_stop' },
  ];
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));
}
