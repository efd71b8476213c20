/** Stops the HTTP server: running answers get some time to end, new requests are refused, and then the connections close. */
import type { Server } from 'node:http';
import type { RequestHandler } from 'express';
import { ChatError } from '../../chat/errors';
import type { Exchange } from './exchange';

export interface Shutdown {
  /** Refuses requests while the server is stopping, with the time after which a client should try again. */
  readonly refuseWhileStopping: RequestHandler;
  /**
   * Resolves when the last connection is closed: at once if nothing is answered, else after the answers have ended, or
   * `graceMs` and a second later. Answers that have not ended by then end with an error of their dialect.
   */
  close(graceMs: number): Promise<void>;
}

/** @param open the exchanges that have not ended. */
export function createShutdown(server: Server, open: ReadonlySet<Exchange>): Shutdown {
  let stopping = false;
  return {
    refuseWhileStopping: (_req, res, next) => {
      if (!stopping) return next();
      // Otherwise the client would send its retry over this connection, which is about to close.
      res.setHeader('Connection', 'close');
      throw new ChatError('busy', STOPPING);
    },
    close: async (graceMs) => {
      if (!server.listening) return;
      stopping = true;
      // The server still listens: a refused connection would tell a client less than an answer with `Retry-After`.
      await ended([...open], graceMs);
      try {
        await closeServer(server, open);
      } finally {
        stopping = false;
      }
    },
  };
}

const STOPPING = 'the server is stopping';

/** Resolves when the exchanges have ended, or after `graceMs`. */
async function ended(exchanges: readonly Exchange[], graceMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  await Promise.race([Promise.all(exchanges.map((exchange) => exchange.ended)), grace]);
  clearTimeout(timer);
}

/** How long, in ms, clients have to read the error that ends their answer before their connections are closed. */
const CLOSE_GRACE_MS = 1_000;

/**
 * `Server.close` closes the connections that are idle at that moment; this is the interval, in ms, for those that become idle
 * later.
 */
const CLOSE_IDLE_INTERVAL_MS = 20;

function closeServer(server: Server, open: ReadonlySet<Exchange>): Promise<void> {
  return new Promise((resolve) => {
    const closeIdle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_INTERVAL_MS);
    const closeAll = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearInterval(closeIdle);
      clearTimeout(closeAll);
      resolve();
    });
    for (const exchange of open) {
      exchange.markStopped();
      exchange.abort(new ChatError('busy', STOPPING));
    }
  });
}
