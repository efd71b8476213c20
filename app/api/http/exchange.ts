/**
 * One HTTP request and its response, from arrival to the last byte: its dialect, its record in the journal, and the signal
 * that ends the work when the client hangs up or the server stops.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { Request, RequestHandler, Response } from 'express';
import type { ChatError } from '../../chat/errors';
import type { ChatEvent } from '../../chat/events';
import type { ChatRequest } from '../../chat/request';
import type { Log } from '../../log/log';
import type { ApiKey } from '../../shared/access/keys';
import { maskKeys } from '../../shared/access/maskKeys';
import type { FailureCode } from '../../shared/requests/requestOutcome';
import type { Journal, RequestChange } from '../../store/journal';
import type { Dialect } from '../dialect';
import { clientName } from './clientName';
import type { WireLog } from './wire/wireLog';

export interface Exchange {
  /** The journal's id of the request. */
  readonly id: string;
  readonly dialect: Dialect;
  /** A short name of the program that sent the request. */
  readonly client: string;
  /** The client's IP address. */
  readonly address: string;
  /** The API key of the request; null for a request without a valid one. */
  readonly key: ApiKey | null;
  /** Aborted when the client hangs up; aborted with a ChatError as its reason when this app ends the answer. */
  readonly signal: AbortSignal;
  /** Resolves when the response is complete or its connection is closed. */
  readonly ended: Promise<void>;
  /** Ms since the request arrived. */
  elapsedMs(): number;
  /** Counts the request under the key. */
  setKey(key: ApiKey): void;
  /** Marks the request as one that this app has sent again, under the key of the first one, if it had one. */
  markAgain(key: ApiKey | null): void;
  /** Updates the record in the journal. */
  change(change: RequestChange): void;
  /** Records what is asked, and each event of the answer. @param choice the index of the answer. */
  recordQuestion(request: ChatRequest): void;
  recordAnswer(choice: number, event: ChatEvent): void;
  /**
   * Has the request recorded as failed when it ends; the first reason counts.
   * @param recorded the reason, without text of the client's.
   */
  fail(recorded: string, code: FailureCode): void;
  /** Has the request recorded as ended by the user instead of failed. */
  markStopped(): void;
  /** Has the request recorded as refused before its body was read; the journal bounds how many of these it stores. */
  markRefused(): void;
  /** Ends the answer with the error. */
  abort(reason: ChatError): void;
}

/** What the exchanges of a server share. */
export interface ExchangeDeps {
  readonly journal: Journal;
  readonly log: Log;
  /** The dialect that answers errors at a path. */
  dialectOf(path: string, headers: IncomingHttpHeaders): Dialect;
  /** The time in which a client must have read the rest of a complete response, in ms. */
  readonly readerTimeoutMs: number;
  readonly wireLog: Pick<WireLog, 'begin'>;
}

/** Comes first, so that a refused request is recorded too. @param open holds the exchanges that have not ended. */
export function exchangeMiddleware(deps: ExchangeDeps, open: Set<Exchange>): RequestHandler {
  return (req, res, next) => {
    const exchange = begin(req, res, deps);
    open.add(exchange);
    void exchange.ended.then(() => open.delete(exchange));
    byResponse.set(res, exchange);
    deps.wireLog.begin(exchange.id, req, res);
    res.setHeader('X-Request-Id', exchange.id);
    closeIfUnread(res, deps.readerTimeoutMs);
    next();
  };
}

/** The exchange that `exchangeMiddleware` has begun. @throws Error where there is none. */
export function exchangeOf(res: Response): Exchange {
  const exchange = byResponse.get(res);
  if (exchange === undefined) throw new Error('the response has no exchange');
  return exchange;
}

/** Closes the connection of a client that does not read what is left of a response after its end. */
function closeIfUnread(res: Response, timeoutMs: number): void {
  res.once('prefinish', () => {
    const timer = setTimeout(() => res.destroy(), timeoutMs);
    timer.unref();
    res.once('finish', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
  });
}

const byResponse = new WeakMap<Response, Exchange>();

/** The longest text of a client's that the journal records, in UTF-16 units. */
const MAX_RECORDED = 300;

function begin(req: Request, res: Response, { journal, log, dialectOf }: ExchangeDeps): Exchange {
  const arrived = performance.now();
  const controller = new AbortController();
  const dialect = dialectOf(req.path, req.headers);
  let client = maskKeys(clientName(req.headers));
  const path = maskKeys(req.path.slice(0, MAX_RECORDED));
  const address = peerAddress(req);
  const record = journal.begin({
    client,
    address,
    dialect: dialect.name,
    method: req.method,
    path,
    model: '',
    stream: false,
    userAgent: maskKeys((req.headers['user-agent'] ?? '').slice(0, MAX_RECORDED)),
  });
  let failure: string | null = null;
  let failureCode: FailureCode | undefined;
  let stopped = false;
  let refused = false;
  let sentKey: ApiKey | null = null;
  // Node reports a response as finished, too, when its connection is closed with a part of it unsent. The listener comes before Node's
  // own, which closes a connection that is not kept alive.
  let complete = false;
  res.prependOnceListener('finish', () => {
    complete = !req.socket.destroyed;
  });

  const ended = closed(req, res);
  void ended.then(() => {
    const route = routeOf(req);
    if (failureCode !== undefined) record.change({ failure: failureCode });
    if (!complete) {
      controller.abort();
      record.end({ route, status: 499, phase: 'cancelled', ...(failure !== null && { error: failure }) });
    } else if (failure !== null || res.statusCode >= 400) {
      const phase = stopped ? 'stopped' : 'failed';
      record.end({ route, status: res.statusCode, phase, error: failure }, { refused });
    } else {
      record.end({ route, status: res.statusCode, phase: 'done' });
    }
    const status = complete ? res.statusCode : 499;
    log.debug('request', { id: record.id, client, method: req.method, path, status });
  });

  return {
    id: record.id,
    dialect,
    get client() {
      return client;
    },
    address,
    get key() {
      return sentKey;
    },
    setKey: (key) => {
      sentKey = key;
      record.change({ keyId: key.id, keyName: key.name });
    },
    markAgain: (key) => {
      client = `${client} (again)`;
      sentKey = key;
      record.change({ client, ...(key && { keyId: key.id, keyName: key.name }) });
    },
    signal: controller.signal,
    ended,
    elapsedMs: () => performance.now() - arrived,
    // Users put a key into the field of the model, too.
    change: ({ model, ...change }) =>
      record.change(model === undefined ? change : { ...change, model: maskKeys(model) }),
    recordQuestion: record.ask,
    recordAnswer: record.answer,
    fail: (recorded, code) => {
      failure ??= maskKeys(recorded.slice(0, MAX_RECORDED));
      failureCode ??= code;
    },
    markStopped: () => {
      stopped = true;
    },
    markRefused: () => {
      refused = true;
    },
    abort: (reason) => controller.abort(reason),
  };
}

/** What waits for the end of each connection. */
const bySocket = new WeakMap<Socket, Set<() => void>>();

/**
 * Resolves when the response is complete or its connection is closed. A response that waits for the one before it on its connection
 * has no event of its own for the latter.
 */
function closed({ socket }: Request, res: Response): Promise<void> {
  const waiting = bySocket.get(socket) ?? new Set();
  if (!bySocket.has(socket)) {
    bySocket.set(socket, waiting);
    socket.once('close', () => {
      for (const resolve of waiting) resolve();
    });
  }
  return new Promise((resolve) => {
    const done = () => {
      waiting.delete(done);
      resolve();
    };
    waiting.add(done);
    res.once('close', done);
  });
}

/** The path of the route that Express matched; null where none did. */
function routeOf(req: Request): string | null {
  const route: { path?: unknown } | undefined = req.route;
  return typeof route?.path === 'string' ? route.path : null;
}

/** The address of the TCP connection; forwarding headers are not trusted, since any client can send them. */
function peerAddress(req: Request): string {
  return (req.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
}
