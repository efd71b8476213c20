/**
 * A stand-in for the Messages API on loopback, for the real `claude` CLI to talk to (ANTHROPIC_BASE_URL): it answers
 * what a test has scripted and records what it was asked. Nothing ever goes out.
 *
 * @example
 * const api = await startMessagesApi();
 * api.answer(text('Hel', 'lo'), usage({ input: 7, output: 2 }));
 * // …the CLI asks…
 * expect(api.requests[0]?.history).toEqual([{ role: 'user', content: [{ type: 'text', text: 'hi' }] }]);
 * await api.close();
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { z } from 'zod';
import { play, playWhole, respondWithError } from './messagesStream';
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

export type MessagesBody = z.infer<typeof MessagesBody>;

export interface HistoryMessage {
  role: string;
  content: Record<string, unknown>[];
}

export interface RecordedCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed; null where there was none. */
  readonly body: unknown;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** One question to the model. */
export interface RecordedRequest extends RecordedCall {
  readonly body: MessagesBody;
  /** The messages without the CLI's own notes (role `system`), content as blocks, `cache_control` left out: what the client sent. */
  readonly history: HistoryMessage[];
  /** The system prompt's texts without the two that the CLI puts ahead of them. */
  readonly system: string[];
  /** Resolves when the client hung up before the answer's end. Stays open where it did not. */
  readonly aborted: Promise<void>;
  /** Resolves when it is over, either way. */
  readonly outcome: Promise<'answered' | 'aborted'>;
}

export interface MessagesApiOptions {
  /** Models that the API says it does not know (404), for all requests that name them. */
  unknownModels?: readonly string[];
}

export interface MessagesApi {
  /** `http://127.0.0.1:…`, for ANTHROPIC_BASE_URL. */
  readonly url: string;
  readonly port: number;
  /**
   * Questions in the order in which they arrived. The CLI's retries are among them, and what it asks for again
   * unstreamed (`body.stream` is not true) when a stream broke.
   */
  readonly requests: readonly RecordedRequest[];
  /** All else that arrived: probes of a model (one token), count_tokens, HEAD. */
  readonly otherCalls: readonly RecordedCall[];
  /** Queues the answer to the next question that has none. */
  answer(...steps: Step[]): void;
  /** The answer to every question for which nothing is queued; `OK` until this is called. */
  always(...steps: Step[]): void;
  /** Is asked first, for every question; undefined leaves it to the queue. */
  choose(script: (request: RecordedRequest) => readonly Step[] | undefined): void;
  /** The n-th question, from 1 on, as soon as it has arrived. */
  received(n: number): Promise<RecordedRequest>;
  /** Forgets what was recorded, queued and chosen. */
  reset(): void;
  /** Ends the open connections too. */
  close(): Promise<void>;
}

export async function startMessagesApi({ unknownModels = [] }: MessagesApiOptions = {}): Promise<MessagesApi> {
  const requests: RecordedRequest[] = [];
  const otherCalls: RecordedCall[] = [];
  const queue: (readonly Step[])[] = [];
  const waiting: { n: number; resolve: (request: RecordedRequest) => void }[] = [];
  let fallback: readonly Step[] = [text('OK')];
  let chosen: (request: RecordedRequest) => readonly Step[] | undefined = () => undefined;

  const record = (request: RecordedRequest) => {
    requests.push(request);
    for (const [index, waiter] of [...waiting.entries()].reverse()) {
      if (waiter.n > requests.length) continue;
      waiting.splice(index, 1);
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
      await playWhole([text('OK')], body.model, response, new AbortController().signal);
      return;
    }
    const { gone, aborted, outcome } = watch(response);
    const request = { ...call, body, history: historyOf(body), system: systemOf(body), aborted, outcome };
    record(request);
    const script = chosen(request) ?? queue.shift() ?? fallback;
    await (body.stream === true ? play : playWhole)(script, body.model, response, gone);
  };

  const server = createServer(async (incoming, response) => {
    incoming.socket.setNoDelay(true);
    const call = await readCall(incoming);
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
    always: (...steps) => {
      fallback = steps;
    },
    choose: (script) => {
      chosen = script;
    },
    received(n) {
      const request = requests[n - 1];
      return request === undefined ? new Promise((resolve) => waiting.push({ n, resolve })) : Promise.resolve(request);
    },
    reset() {
      requests.length = 0;
      otherCalls.length = 0;
      queue.length = 0;
      fallback = [text('OK')];
      chosen = () => undefined;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The CLI asks for one token to find out whether there is a model of that name. */
function isProbe(body: MessagesBody): boolean {
  return body.stream !== true && body.max_tokens === 1;
}

/** Null where the client hung up before its body was through. */
async function readCall(incoming: IncomingMessage): Promise<RecordedCall | null> {
  const at = Date.now();
  const body = await readText(incoming).catch(() => null);
  if (body === null) return null;
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: incoming.headers,
    body: body === '' ? null : parseJson(body),
    at,
  };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function watch(response: ServerResponse) {
  const gone = new AbortController();
  const outcome = new Promise<'answered' | 'aborted'>((resolve) => {
    response.once('close', () => {
      if (response.writableFinished) return resolve('answered');
      gone.abort();
      resolve('aborted');
    });
  });
  const aborted = new Promise<void>((resolve) => {
    gone.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  return { gone: gone.signal, aborted, outcome };
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
  return texts.filter((words) => !/^(x-anthropic-billing-header:|You are a Claude agent\b)/.test(words));
}

function answerOther(method: string, path: string, bodyLength: number, response: ServerResponse): void {
  if (path === '/v1/messages/count_tokens') respondWithJson(response, { input_tokens: Math.ceil(bodyLength / 4) });
  else if (path === '/v1/models')
    respondWithJson(response, { data: [], has_more: false, first_id: null, last_id: null });
  else if (method === 'HEAD' || path === '/') respondWithJson(response, {});
  else respondWithError(response, 404, 'not_found_error', `${method} ${path} is not part of the stand-in`);
}

function respondWithJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
