/**
 * The control socket, through which the `claudacity` command talks to the running app, with or without a window. It offers the core's calls and
 * topics, so who can open it can do what the window can: make API keys, open the server to a network, read and delete conversations.
 *
 * Who could misuse it:
 *
 * 1. Another user of this computer. The socket has mode 0600 in a folder of mode 0700 that belongs to this user; a folder that belongs to
 *    somebody else is not used. On Windows a named pipe of Node can be written to by this user, administrators and the system alone. Node cannot
 *    read the peer's user id (SO_PEERCRED), so the modes are all that is checked; root passes them.
 * 2. Somebody who puts a socket of his own where the command looks, to read what it sends. The command checks whose the socket is (client.ts); on
 *    Windows it cannot.
 * 3. A web page: browsers cannot open such a socket. Neither can another computer, nor a container unless the data folder is mounted into it:
 *    who mounts it hands over the window.
 * 4. A program of this user. It could read the database and run `claude` itself; the socket gives it no more. It must not stop the app, though, by
 *    accident either: lines, requests at a time and connections are bounded, and a client that does not read is disconnected.
 */
import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import net from 'node:net';
import type { Topics } from '../core/topics';
import type { Log } from '../log/log';
import type { CallHandlers } from '../shared/contract';
import { type ConnectionLimits, serveConnection } from './connection';
import { isListening } from './isListening';
import { pipeName, preparePath, readTemporaryPath, removeTemporaryPath, temporaryPath } from './socketPath';

export interface ControlOptions {
  readonly dataDir: string;
  /** Calls without a handler are refused. */
  readonly calls: Partial<CallHandlers>;
  readonly topics: Pick<Topics, 'read' | 'subscribe'>;
  readonly log: Log;
  /** Limits that differ from the default ones, for tests. */
  readonly limits?: Partial<ControlLimits>;
}

export interface ControlLimits extends ConnectionLimits {
  /** Connections at a time. */
  readonly clients: number;
}

const LIMITS: ControlLimits = { clients: 32, running: 16, unreadMs: 30_000 };

export interface Control {
  readonly path: string;
  /** Ends all connections and removes the socket. */
  close(): Promise<void>;
}

/**
 * Opens the socket. That of an app that was killed is replaced.
 * @throws Error where another app with this data folder has one, or none can be opened.
 */
export async function openControl({ dataDir, calls, topics, log, limits }: ControlOptions): Promise<Control> {
  const { clients: maxClients, ...connectionLimits } = { ...LIMITS, ...limits };
  const clients = new Set<net.Socket>();
  // A client may end its half of the connection and still wait for answers.
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', (error) => log.debug('a connection to the control socket failed', { error: String(error) }));
    if (clients.size >= maxClients) {
      socket.end(`${JSON.stringify({ id: null, error: { message: 'Too many programs are connected.' } })}\n`);
      socket.destroySoon();
      return;
    }
    clients.add(socket);
    socket.once('close', () => clients.delete(socket));
    void serveConnection(socket, { calls, topics, log, limits: connectionLimits });
  });
  const path = await listen(server, dataDir, log);
  server.on('error', (error) => log.warn('the control socket has failed', { error: String(error) }));
  return {
    path,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of clients) socket.destroy();
      await closed;
      removeTemporaryPath(dataDir);
    },
  };
}

async function listen(server: net.Server, dataDir: string, log: Log): Promise<string> {
  if (process.platform === 'win32') return await listenOn(server, pipeName(dataDir));
  const file = preparePath(dataDir);
  for (const existing of [file, readTemporaryPath(dataDir)]) {
    if (existing === undefined) continue;
    if (await isListening(existing)) throw new Error('another Claudacity with this data folder is running');
    rmSync(existing, { force: true });
  }
  removeTemporaryPath(dataDir);
  if (file !== undefined) {
    try {
      return await listenOn(server, file);
    } catch (error) {
      // Not every file system has sockets.
      log.debug('the data folder can hold no socket', { error: String(error) });
    }
  }
  return await listenOn(server, temporaryPath(dataDir));
}

async function listenOn(server: net.Server, file: string): Promise<string> {
  const listening = once(server, 'listening');
  server.listen(file);
  await listening;
  if (process.platform !== 'win32') chmodSync(file, 0o600);
  return file;
}
