/** Opens the port and puts every request through the same steps: record, access, body, dialect, answer. */
import { createServer, type Server } from 'node:http';
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from 'express';
import { ChatError } from '../chat/errors';
import type { Log } from '../log/log';
import type { Journal } from '../store/journal';
import type { ApiRequest, DialectServices, Route } from './dialect';
import { dialectOf, dialects } from './dialectTable';
import { Refusal, toFault } from './fault';
import { type AccessRules, access } from './http/access';
import { type Exchange, exchangeMiddleware, exchangeOf } from './http/exchange';
import { jsonBody } from './http/jsonBody';
import { normalizePath } from './http/normalizePath';
import { errorToReport, type Responder, respond } from './http/respond';
import { recordFault, sendFault } from './http/send';

export interface ApiDeps extends DialectServices, AccessRules {
  readonly journal: Journal;
  readonly log: Log;
}

export interface ApiServer {
  /**
   * Resolves with the port that it listens on, which is another than the one asked for only where that is 0.
   * @throws the system's error (`EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`) where it cannot. It may listen again after `close`.
   */
  listen(host: string, port: number): Promise<{ port: number }>;
  /** Ends what is being answered with an error that says so, and resolves when no connection is left. */
  close(): Promise<void>;
}

export function createApi(deps: ApiDeps): ApiServer {
  const open = new Set<Exchange>();
  const server = createServer({ noDelay: true }, application(deps, open));
  // A long prompt over a slow line is no attack; what may come in at all is bounded by size.
  server.requestTimeout = 0;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  server.on('error', (error) => {
    // What goes wrong before it listens is thrown by `listen`; after that, one connection could not be taken.
    if (server.listening) deps.log.error('a connection failed', { error });
  });
  return {
    listen: (host, port) => listen(server, host, port),
    close: () => close(server, open),
  };
}

const HEADERS_TIMEOUT_MS = 60_000;

/** Longer than the 60 s for which Python's clients keep a connection, which they would otherwise reuse as it closes. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

function application(deps: ApiDeps, open: Set<Exchange>): Express {
  const app = express();
  // The dialect that words the errors goes by the path as it stands, so the routes have to do so too.
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing');
  app.use((req, res, next) => {
    req.url = normalizePath(req.url);
    res.setHeader('X-Claudacity-Version', deps.version);
    next();
  });
  app.use(exchangeMiddleware({ journal: deps.journal, log: deps.log, dialectOf }, open));
  app.use(access(deps));
  mount(
    app,
    dialects.flatMap((dialect) => dialect.routes(deps)),
    deps,
  );
  app.use((req) => {
    throw new Refusal(404, 'not_found', `there is nothing at ${req.path.slice(0, 200)}`, 'unknown path');
  });
  app.use(faults(deps.log));
  return app;
}

function mount(app: Express, routes: readonly Route[], responder: Responder): void {
  const paths = new Set(routes.map((route) => route.path));
  for (const path of paths) {
    const here = routes.filter((route) => route.path === path);
    for (const route of here) {
      const read = takesBody(route) ? [jsonBody()] : [];
      app[route.method](path, ...read, handler(route, responder));
    }
    const methods = here.flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
    app.all(path, (req, res) => {
      res.setHeader('Allow', [...methods, 'OPTIONS'].join(', '));
      throw new Refusal(405, 'method_not_allowed', `${req.method} is not allowed here: use ${methods.join(' or ')}`);
    });
  }
}

function takesBody({ method, hasBody = true }: Route): boolean {
  return hasBody && (method === 'post' || method === 'delete');
}

function handler(route: Route, responder: Responder): RequestHandler {
  return async (req, res) => {
    const exchange = exchangeOf(res);
    exchange.change(asked(req.body, route));
    const reply = await route.handle(callOf(req, exchange));
    await respond(res, exchange, reply, responder);
  };
}

/** For the record, ahead of any check: a refused request is also one for a model. All dialects agree on these two names. */
function asked(body: unknown, route: Route): { model?: string; stream?: boolean } {
  if (typeof body !== 'object' || body === null) return {};
  const fields = new Map<string, unknown>(Object.entries(body));
  const model = fields.get('model');
  const stream = fields.get('stream') ?? route.streamDefault;
  return {
    ...(typeof model === 'string' && { model: model.slice(0, 200) }),
    ...(route.streamDefault !== undefined && { stream: stream === true }),
  };
}

function callOf(req: Request, exchange: Exchange): ApiRequest {
  const body: unknown = req.body;
  const params = Object.entries(req.params).map(([name, value]) => [name, [value].flat().join('/')]);
  return {
    body,
    params: Object.fromEntries(params),
    query: new URLSearchParams(req.url.split('?')[1]),
    client: exchange.client,
    userAgent: req.headers['user-agent'] ?? '',
    header: (name) => req.get(name) || undefined,
    // There are no keys yet; a request that is let in is this computer's own.
    owner: '',
  };
}

function faults(log: Log): ErrorRequestHandler {
  return (thrown: unknown, _req, res, _next) => {
    const exchange = exchangeOf(res);
    const error = errorToReport(exchange, thrown);
    const fault = toFault(error, exchange.id);
    // Either nobody is there to be answered, and that is recorded as such, or the answer was given in full.
    if (res.destroyed || res.writableEnded) return;
    recordFault(exchange, fault, error, log);
    if (res.headersSent) res.destroy();
    else sendFault(res, exchange, fault);
  };
}

function listen(server: Server, host: string, port: number): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve({ port: typeof address === 'object' && address !== null ? address.port : port });
    });
  });
}

/** Ms that a client has to take what ends its answer. */
const FAREWELL_MS = 1_000;

/** Ms between looks for connections that have become idle, which `close` alone looks for once. */
const TIDY_MS = 20;

function close(server: Server, open: Set<Exchange>): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) return resolve();
    const tidy = setInterval(() => server.closeIdleConnections(), TIDY_MS);
    const farewell = setTimeout(() => server.closeAllConnections(), FAREWELL_MS);
    server.close(() => {
      clearInterval(tidy);
      clearTimeout(farewell);
      resolve();
    });
    for (const exchange of open) exchange.abort(new ChatError('busy', 'the server is stopping'));
  });
}
