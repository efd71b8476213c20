/**
 * A mock of Anthropic's Messages API on loopback. The real `claude` CLI talks to it (ANTHROPIC_BASE_URL): it plays the
 * answers that a test has scripted and records the requests. Nothing is sent to the network.
 *
 * @example
 * const api = await startMessagesApi();
 * api.answer(text('Hel', 'lo'), usage({ input: 7, output: 2 }));
 * // …the CLI sends a request…
 * expect(api.requests[0]?.history).toEqual([{ role: 'user', content: [{ type: 'text', text: 'hi' }] }]);
 * await api.close();
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { z } from 'zod';
import { playStream, playUnstreamed, respondWithError } from './messagesStream';
import { type Step, text } from './script';

export * from './script';

const Block = z.looseObject({ type: z.string() });
const MessagesBody = z.looseObject({
  model: z.string(),
  max_tokens: z.number().optional(),
  stream: z.boolean().optional(),
  system: z.union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string() }))]).optional(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(Block)]) })),
  tools: z.array(z.looseObject({ name: z.string() })).optional(),
});

/** The body of `POST /v1/messages`; fields that are not listed are passed through. */
export type MessagesBody = z.infer<typeof MessagesBody>;

/** A message of a request, with its content always as a list of blocks. */
export interface HistoryMessage {
  role: string;
  content: Record<string, unknown>[];
}

/** An HTTP request that the mock has received. */
export interface RecordedCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The headers as they came: names and values by turns. */
  readonly rawHeaders: readonly string[];
  /** The parsed JSON, the text where it is not JSON, null where there was no body. */
  readonly body: unknown;
  /** The body as it came. */
  readonly rawBody: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** A request for an answer of the model, streamed or not. */
export interface RecordedRequest extends RecordedCall {
  readonly body: MessagesBody;
  /** The conversation as the client sent it: without the CLI's own messages (role `system`) and without `cache_control`. */
  readonly history: HistoryMessage[];
  /** The texts of the system prompt, without the two that the CLI adds in front. */
  readonly system: string[];
  /** Resolves when the CLI closes the connection before the end of the answer; never, if it does not. */
  readonly aborted: Promise<void>;
  /** Resolves when the answer is complete or the CLI has closed the connection. */
  readonly outcome: Promise<'answered' | 'aborted'>;
}

/** How a mock differs from the default one. */
export interface MessagesApiOptions {
  /** Model names for which every request is answered with 404. */
  unknownModels?: readonly string[];
  /** Bytes. A larger body is read, but neither parsed nor recorded: its request has no messages. Default: no limit. */
  ignoredAbove?: number;
}

/** A running mock. */
export interface MessagesApi {
  /** `http://127.0.0.1:…`, for ANTHROPIC_BASE_URL. */
  readonly url: string;
  readonly port: number;
  /**
   * The requests for an answer, in order of arrival. They include the CLI's retries, and the unstreamed requests
   * (`body.stream` is not true) that it sends after a stream broke.
   */
  readonly requests: readonly RecordedRequest[];
  /** All other requests: the CLI's probes of a model (one token), count_tokens, HEAD, and invalid ones. */
  readonly otherCalls: readonly RecordedCall[];
  /** Adds an answer to the queue. Each request takes the first one in it. */
  answer(...steps: Step[]): void;
  /** Sets the answer to requests that find the queue empty. Initially it is the text `OK`. */
  setDefaultAnswer(...steps: Step[]): void;
  /** Calls the function for every request before the queue is used. Where it returns undefined, the queue answers. */
  chooseAnswer(select: (request: RecordedRequest) => readonly Step[] | undefined): void;
  /** Resolves with the n-th of `requests`, counted from 1, as soon as it has arrived. */
  waitForRequest(n: number): Promise<RecordedRequest>;
  /** Empties the recordings and the queue, and restores the default answer. */
  reset(): void;
  /** Stops listening and closes the open connections. */
  close(): Promise<void>;
}

/** Starts a mock on a free port of 127.0.0.1. @throws if it cannot listen */
export async function startMessagesApi({
  unknownModels = [],
  ignoredAbove = Number.POSITIVE_INFINITY,
}: MessagesApiOptions = {}): Promise<MessagesApi> {
  const requests: RecordedRequest[] = [];
  const otherCalls: RecordedCall[] = [];
  const queue: (readonly Step[])[] = [];
  const waiters: { n: number; resolve: (request: RecordedRequest) => void }[] = [];
  let defaultAnswer: readonly Step[] = [text('OK')];
  let selectAnswer: (request: RecordedRequest) => readonly Step[] | undefined = () => undefined;

  const record = (request: RecordedRequest) => {
    requests.push(request);
    for (const [index, waiter] of [...waiters.entries()].reverse()) {
      if (waiter.n > requests.length) continue;
      waiters.splice(index, 1);
      waiter.resolve(request);
    }
  };

  const answerMessages = async (call: RecordedCall, response: ServerResponse) => {
    const parsed = MessagesBody.safeParse(call.body);
    if (!parsed.success) {
      otherCalls.push(call);
      respondWithError(response, 400, 'invalid_request_error', z.prettifyError(parsed.error));
      return;
    }
    const body = parsed.data;
    if (unknownModels.includes(body.model)) {
      otherCalls.push(call);
      respondWithError(response, 404, 'not_found_error', `model: ${body.model}`);
      return;
    }
    if (isProbe(body)) {
      otherCalls.push(call);
      await playUnstreamed([text('OK')], body.model, response, new AbortController().signal);
      return;
    }
    const { clientGone, aborted, outcome } = watchConnection(response);
    const request = { ...call, body, history: historyOf(body), system: systemOf(body), aborted, outcome };
    record(request);
    const script = selectAnswer(request) ?? queue.shift() ?? defaultAnswer;
    await (body.stream === true ? playStream : playUnstreamed)(script, body.model, response, clientGone);
  };

  const server = createServer(async (incoming, response) => {
    incoming.socket.setNoDelay(true);
    const call = await readCall(incoming, ignoredAbove);
    if (call === null) return;
    const path = call.path.split('?')[0];
    if (call.method === 'POST' && path === '/v1/messages') return answerMessages(call, response);
    otherCalls.push(call);
    answerOther(call.method, path ?? '', JSON.stringify(call.body ?? '').length, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    otherCalls,
    answer: (...steps) => void queue.push(steps),
    setDefaultAnswer: (...steps) => {
      defaultAnswer = steps;
    },
    chooseAnswer: (select) => {
      selectAnswer = select;
    },
    waitForRequest(n) {
      const request = requests[n - 1];
      return request === undefined ? new Promise((resolve) => waiters.push({ n, resolve })) : Promise.resolve(request);
    },
    reset() {
      requests.length = 0;
      otherCalls.length = 0;
      queue.length = 0;
      defaultAnswer = [text('OK')];
      selectAnswer = () => undefined;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The CLI requests a single token to find out whether a model of that name exists. */
function isProbe(body: MessagesBody): boolean {
  return body.stream !== true && body.max_tokens === 1;
}

/** @returns null if the client closed the connection before it had sent the whole body */
async function readCall(incoming: IncomingMessage, ignoredAbove: number): Promise<RecordedCall | null> {
  const receivedAt = Date.now();
  const isIgnored = Number(incoming.headers['content-length'] ?? 0) > ignoredAbove;
  const body = await (isIgnored ? discard(incoming) : readText(incoming)).catch(() => null);
  if (body === null) return null;
  return {
    method: incoming.method ?? '',
    path: pathOf(incoming.url ?? ''),
    headers: incoming.headers,
    rawHeaders: incoming.rawHeaders,
    rawBody: body,
    body: body === '' ? null : parseJson(body),
    receivedAt,
  };
}

/** A client for which this is the proxy sends the whole address. */
function pathOf(url: string): string {
  return url.startsWith('http://') ? url.slice(new URL(url).origin.length) : url;
}

/** Reads a large body without joining it. Returns the body that stands for it. */
async function discard(incoming: IncomingMessage): Promise<string> {
  for await (const _ of incoming);
  return JSON.stringify({ model: 'claude-sonnet', stream: true, messages: [] });
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function watchConnection(response: ServerResponse) {
  const clientGone = new AbortController();
  const outcome = new Promise<'answered' | 'aborted'>((resolve) => {
    response.once('close', () => {
      if (response.writableFinished) return resolve('answered');
      clientGone.abort();
      resolve('aborted');
    });
  });
  const aborted = new Promise<void>((resolve) => {
    clientGone.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  return { clientGone: clientGone.signal, aborted, outcome };
}

function historyOf(body: MessagesBody): HistoryMessage[] {
  return body.messages
    .filter((message) => message.role !== 'system')
    .map(({ role, content }) => ({
      role,
      content: typeof content === 'string' ? [{ type: 'text', text: content }] : content.map(withoutCacheControl),
    }));
}

function withoutCacheControl(block: Record<string, unknown>): Record<string, unknown> {
  const { cache_control: _, ...rest } = block;
  return rest;
}

function systemOf(body: MessagesBody): string[] {
  const texts = typeof body.system === 'string' ? [body.system] : (body.system ?? []).map((block) => block.text);
  return texts.filter((part) => !/^(x-anthropic-billing-header:|You are a Claude agent\b)/.test(part));
}

function answerOther(method: string, path: string, bodyLength: number, response: ServerResponse): void {
  if (path === '/v1/messages/count_tokens') respondWithJson(response, { input_tokens: Math.ceil(bodyLength / 4) });
  else if (path === '/v1/models')
    respondWithJson(response, { data: [], has_more: false, first_id: null, last_id: null });
  else if (method === 'HEAD' || path === '/') respondWithJson(response, {});
  else respondWithError(response, 404, 'not_found_error', `${method} ${path} is not part of the mock`);
}

function respondWithJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
