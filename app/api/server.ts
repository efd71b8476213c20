/** Listens on the port and takes every request through the same steps: record, access control, body, dialect, answer. */
import { createServer, type Server } from 'node:http';
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from 'express';
import { ChatError } from '../chat/errors';
import type { ChatRequest } from '../chat/request';
import type { Chat } from '../chat/service';
import { createKeyLimits } from '../keys/keyLimits';
import type { KeyRing } from '../keys/keyRing';
import type { Log } from '../log/log';
import type { Journal } from '../store/journal';
import type { ApiRequest, DialectServices, RequestModels, Route, RouteReply } from './dialect';
import { dialectOf, dialects } from './dialectTable';
import { Refusal, toFault } from './fault';
import { type AccessRules, accessControl } from './http/access/access';
import { keyRules } from './http/access/keyRules';
import { takeUrlKey } from './http/access/requestKey';
import { securityHeaders } from './http/access/securityHeaders';
import { type AgainTarget, sendAgain } from './http/again/sendAgain';
import { createTickets, type Tickets } from './http/again/tickets';
import { type BodyParser, createBodyParser } from './http/body/bodyParser';
import { BODY_LIMITS, type BodyLimits, bodyDigest, jsonBody } from './http/body/jsonBody';
import { type Exchange, exchangeMiddleware, exchangeOf } from './http/exchange';
import { normalizePath } from './http/normalizePath';
import { boundRefusalLines } from './http/refusalLines';
import { errorToReport, type RespondDeps, respond } from './http/respond';
import { type Attempt, createAnswerSharing } from './http/retries';
import { recordFault, sendFault } from './http/send';
import { createShutdown, type Shutdown } from './http/shutdown';
import { type CapturedRequest, createWireLog, type WireLog } from './http/wire/wireLog';
import { requestModels } from './input/requestModels';
import { unreadFields } from './input/unreadFields';

/** What the server needs from the rest of the app. */
export interface ApiDeps extends Omit<DialectServices, 'chat'>, Omit<AccessRules, 'verifyKey' | 'tickets'> {
  readonly chat: Chat;
  readonly journal: Journal;
  readonly keys: Pick<KeyRing, 'verify' | 'used'>;
  readonly log: Log;
  /** How long, in ms, a client may read nothing of its answer before its connection is closed. Default 5 minutes. */
  readonly readerTimeoutMs?: number | undefined;
  /** Limits of bodies that differ from the default ones. */
  readonly bodyLimits?: Partial<BodyLimits> | undefined;
  /** Whether bodies are kept in memory for the window. Default: none is. */
  keepsBodies?(): boolean;
}

export interface ApiServer {
  /**
   * Resolves with the port; the system chooses one where `port` is 0. Can be called again after `close`.
   * @throws the system's error (`EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`) if the server cannot listen there.
   */
  listen(host: string, port: number): Promise<{ port: number }>;
  /**
   * Ends the requests that are being answered with the key, with a `stopped` error.
   * @param keyId of a key that is not valid any more.
   */
  endRequestsOf(keyId: string): void;
  /** Ends the request's answer, if there is one, with a `stopped` error. */
  stopRequest(id: string): void;
  /** The request as it was sent; null where it is not known any more. */
  captured(id: string): CapturedRequest | null;
  /** Forgets the bodies of the requests to which this applies. */
  dropBodies(isDeleted: (id: string) => boolean): void;
  /** Sends a captured request again. Resolves with the new one's id. @throws Error */
  sendAgain(captured: CapturedRequest, target: AgainTarget): Promise<string>;
  /**
   * Refuses new requests, and resolves when the last connection is closed.
   * @param graceMs the time that running answers have before they end with a `busy` error.
   */
  close(graceMs: number): Promise<void>;
}

/** Creates the server; it does not listen yet. */
export function createApi(deps: ApiDeps): ApiServer {
  const open = new Set<Exchange>();
  const server = createServer({ noDelay: true });
  const shutdown = createShutdown(server, open);
  const parser = createBodyParser();
  const wireLog = createWireLog({ keepsBodies: deps.keepsBodies ?? (() => false) });
  const tickets = createTickets();
  const app = application(deps, { open, shutdown, parser, wireLog, tickets });
  server.on('request', (req, res) => {
    // Express keeps the URL as it first sees it.
    takeUrlKey(req);
    app(req, res);
  });
  // For bodies that nobody reads, as those of refused requests; `jsonBody` has limits of its own, and words them in the dialect.
  server.requestTimeout = BODY_LIMITS.totalMs + HEADERS_TIMEOUT_MS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  // Node would drop the lines beyond its limit without a word; `refuseManyHeaders` refuses such a request.
  server.maxHeadersCount = 0;
  server.on('error', (error) => {
    // `listen` throws the errors of listening; later ones concern a single connection.
    if (server.listening) deps.log.error('a connection failed', { error });
  });
  return {
    listen: (host, port) => listen(server, host, port),
    endRequestsOf: (keyId) => {
      const reason = new ChatError('stopped', 'the API key was revoked');
      for (const { key, abort } of open) if (key?.id === keyId) abort(reason);
    },
    stopRequest: (id) => {
      const reason = new ChatError('stopped', 'the answer was stopped by the user of Claudacity');
      for (const exchange of open) if (exchange.id === id) exchange.abort(reason);
    },
    captured: wireLog.find,
    dropBodies: wireLog.dropBodies,
    sendAgain: (captured, target) => sendAgain(captured, target, tickets),
    close: async (graceMs) => {
      await shutdown.close(graceMs);
      await parser.close();
    },
  };
}

const HEADERS_TIMEOUT_MS = 60_000;
const READER_TIMEOUT_MS = 5 * 60_000;

/** Longer than the 60 s for which Python clients keep a connection: they would reuse one at the moment this server closes it. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

/** What the steps of all requests share. */
interface ServerParts {
  readonly open: Set<Exchange>;
  readonly shutdown: Shutdown;
  readonly parser: BodyParser;
  readonly wireLog: WireLog;
  readonly tickets: Tickets;
}

function application(deps: ApiDeps, { open, shutdown, parser, wireLog, tickets }: ServerParts): Express {
  const app = express();
  const log = boundRefusalLines(deps.log);
  // Case-sensitive like `dialectOf`: the dialect that answers a path must also answer its errors.
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing');
  app.use((req, res, next) => {
    req.url = normalizePath(req.url);
    res.setHeader('X-Claudacity-Version', deps.version);
    next();
  });
  app.use(securityHeaders);
  const routes = dialects.flatMap((dialect) => dialect.routes(deps));
  const { chat, readerTimeoutMs = READER_TIMEOUT_MS } = deps;
  app.use(exchangeMiddleware({ journal: deps.journal, log: deps.log, dialectOf, readerTimeoutMs, wireLog }, open));
  app.use(matchRoute(routes));
  app.use(accessControl({ ...deps, verifyKey: deps.keys.verify, tickets }));
  // After the access check, which bounds how many refused requests are recorded.
  app.use(refuseManyHeaders);
  app.use(shutdown.refuseWhileStopping);
  const limits = createKeyLimits({ usedToday: deps.journal.keyUsage });
  app.use(keyRules(routes, { keys: deps.keys, limits, journal: deps.journal }));
  const readBody = jsonBody(parser, { ...BODY_LIMITS, ...deps.bodyLimits }, wireLog.addBody);
  mount(app, routes, { chat, log, readerTimeoutMs, answers: createAnswerSharing() }, readBody);
  app.use((req) => {
    throw new Refusal(404, 'not_found', `there is nothing at ${req.path.slice(0, 200)}`, 'unknown path');
  });
  app.use(faultHandler(log));
  return app;
}

/** More header lines than any client sends; their size is bounded by Node. */
const MAX_HEADER_LINES = 2_000;

const refuseManyHeaders: RequestHandler = (req, _res, next) => {
  if (req.rawHeaders.length <= MAX_HEADER_LINES * 2) return next();
  throw new Refusal(431, 'invalid_request', `a request may have at most ${MAX_HEADER_LINES} header lines`);
};

/** Sets `req.route` ahead of the access check, so that the metrics count a refused request under the path it was for. */
function matchRoute(routes: readonly Route[]): RequestHandler {
  const router = express.Router({ caseSensitive: true });
  for (const path of new Set(routes.map((route) => route.path))) router.all(path, (_req, _res, next) => next());
  // A malformed path makes the match fail; the same error is thrown again after the access check, where it is reported.
  return (req, res, next) => router(req, res, () => next());
}

interface MountDeps extends RespondDeps {
  readonly chat: Chat;
}

function mount(app: Express, routes: readonly Route[], deps: MountDeps, readBody: RequestHandler): void {
  const paths = new Set(routes.map((route) => route.path));
  for (const path of paths) {
    const routesAtPath = routes.filter((route) => route.path === path);
    for (const route of routesAtPath) {
      app[route.method](path, ...(takesBody(route) ? [readBody] : []), routeHandler(route, deps));
    }
    const methods = routesAtPath.flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
    app.all(path, (req, res) => {
      res.setHeader('Allow', [...methods, 'OPTIONS'].join(', '));
      throw new Refusal(405, 'method_not_allowed', `${req.method} is not allowed here: use ${methods.join(' or ')}`);
    });
  }
}

function takesBody({ method, hasBody = true }: Route): boolean {
  return hasBody && (method === 'post' || method === 'delete');
}

function routeHandler(route: Route, deps: MountDeps): RequestHandler {
  return async (req, res) => {
    const exchange = exchangeOf(res);
    exchange.change(modelAndStream(req.body, route));
    const readHeaders = new Map<string, string | undefined>();
    const models = requestModels(deps.chat, exchange.key);
    const request = apiRequest(req, exchange, models, readHeaders);
    const reply = await withAllowedModels(await route.handle(request), exchange, models);
    const schema = route.docs?.body;
    const unread = schema === undefined ? [] : await unreadFields(schema, req.body);
    await respond(res, exchange, reply, unread, attemptOf(req, request, readHeaders), deps);
  };
}

/**
 * The reply, whose requests name only models that the key may use. A model that the user's settings prefer is left out where the key may not
 * use it. @throws ChatError `model_not_found`.
 */
async function withAllowedModels(reply: RouteReply, { key }: Exchange, models: RequestModels): Promise<RouteReply> {
  if (reply.type !== 'chat' || key === null || key.models.length === 0) return reply;
  const allowed = async ({ preferredModel, ...request }: ChatRequest): Promise<ChatRequest> => {
    await models.resolve(request.model);
    const prefers = preferredModel !== undefined && (await models.resolve(preferredModel).catch(() => null)) !== null;
    return prefers ? { ...request, preferredModel } : request;
  };
  const [request, further = []] = await Promise.all([
    allowed(reply.request),
    reply.furtherRequests && Promise.all(reply.furtherRequests.map(allowed)),
  ]);
  return { ...reply, request, ...(reply.furtherRequests && { furtherRequests: further }) };
}

/** @param readHeaders the headers that have decided what the request means. */
function attemptOf(req: Request, { owner }: ApiRequest, readHeaders: ReadonlyMap<string, string | undefined>): Attempt {
  const content = JSON.stringify([req.method, req.url, bodyDigest(req), [...readHeaders]]);
  const count = req.get('x-stainless-retry-count');
  return { owner, content, isRetry: Number(count) > 0, countsRetries: count !== undefined };
}

/**
 * Read from the body before it is validated, so that the journal has them for a refused request too; all dialects use these
 * names.
 */
function modelAndStream(body: unknown, route: Route): { model?: string; stream?: boolean } {
  if (typeof body !== 'object' || body === null) return {};
  const fields = new Map<string, unknown>(Object.entries(body));
  const model = fields.get('model');
  const stream = fields.get('stream') ?? route.streamDefault;
  return {
    ...(typeof model === 'string' && { model: model.slice(0, 200) }),
    ...(route.streamDefault !== undefined && { stream: stream === true }),
  };
}

function apiRequest(
  req: Request,
  exchange: Exchange,
  models: RequestModels,
  readHeaders: Map<string, string | undefined>,
): ApiRequest {
  const body: unknown = req.body;
  const params = Object.entries(req.params).map(([name, value]) => [name, [value].flat().join('/')]);
  return {
    body,
    params: Object.fromEntries(params),
    query: new URLSearchParams(req.url.split('?')[1]),
    client: exchange.client,
    userAgent: req.headers['user-agent'] ?? '',
    header: (name) => {
      const value = req.get(name) || undefined;
      readHeaders.set(name, value);
      return value;
    },
    models,
    owner: exchange.key?.id ?? '',
  };
}

function faultHandler(log: Log): ErrorRequestHandler {
  return (thrown: unknown, _req, res, _next) => {
    const exchange = exchangeOf(res);
    const error = errorToReport(exchange, thrown);
    const fault = toFault(error, exchange.id);
    // The client has hung up, which `exchangeMiddleware` records, or it has the complete answer.
    if (res.destroyed || res.writableEnded) return;
    recordFault(exchange, fault, error, log);
    if (res.headersSent) res.destroy();
    else sendFault(res, exchange, fault);
  };
}

/** Every address means IPv6, too, where the system has it: one socket then takes both kinds. */
async function listen(server: Server, host: string, port: number): Promise<{ port: number }> {
  if (host !== '0.0.0.0') return listenOn(server, host, port);
  try {
    return await listenOn(server, '::', port);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && NO_IPV6.has(error.code))) throw error;
    return listenOn(server, host, port);
  }
}

/** What the system answers where IPv6 is turned off. */
const NO_IPV6: ReadonlySet<unknown> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL']);

function listenOn(server: Server, host: string, port: number): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve({ port: typeof address === 'object' && address !== null ? address.port : port });
    });
  });
}
