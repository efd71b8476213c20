/** The command's end of the control socket: connects to the running app, makes calls and follows topics. */
import { once } from 'node:events';
import { lstatSync } from 'node:fs';
import net from 'node:net';
import { splitLines } from '../claude/process/pipe/lines';
import type { CallArguments, CallName, CallResult, TopicUpdate, TopicValues } from '../shared/contract';
import { asError } from '../shared/errorText';
import { parseReply } from './reply';
import { findSocket } from './socketPath';
import type { ControlRequest, ControlTopic } from './wire';

/** No app with this data folder is running. */
export class NotRunningError extends Error {
  override readonly name = 'NotRunningError';
}

export interface ControlClient {
  /** Rejects with a message for the user, or where the app takes longer than `timeoutMs`. Calls that need the window are refused. */
  call<N extends CallName>(name: N, ...args: CallArguments<N>): Promise<CallResult<N>>;
  /** The current values of topics. Rejects as `call`. */
  read<T extends ControlTopic>(...topics: readonly T[]): Promise<Pick<TopicValues, T>>;
  /** Calls the listener with a snapshot, then with changes, until the connection ends. Rejects where the app refuses the subscription. */
  subscribe<T extends ControlTopic>(topics: readonly T[], listener: (update: TopicUpdate<T>) => void): Promise<void>;
  /** Resolves when the connection has ended, at either end. */
  readonly closed: Promise<void>;
  close(): void;
}

export interface ControlClientOptions {
  readonly dataDir: string;
  /** How long to wait for the connection. */
  readonly connectMs?: number;
  /** How long to wait for each answer. */
  readonly timeoutMs?: number;
}

/**
 * Connects to the app that uses a data folder.
 * @throws NotRunningError
 * @throws Error where the socket belongs to another user, or the app does not answer in time.
 */
export async function connectToApp({
  dataDir,
  connectMs = 2_000,
  timeoutMs = 30_000,
}: ControlClientOptions): Promise<ControlClient> {
  const socket = await connect(findSocket(dataDir), connectMs);
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<number, (update: TopicUpdate) => void>();
  let lastId = 0;

  const receive = (line: string) => {
    const message = parseReply(line);
    // Such an error is about the connection as a whole.
    if (message.id === null) throw new Error('error' in message ? message.error.message : 'An answer has no id.');
    const request = waiting.get(message.id);
    if ('error' in message) return request?.reject(new Error(message.error.message));
    if ('update' in message) listeners.get(message.id)?.(message.update);
    request?.resolve('result' in message ? message.result : undefined);
  };
  const receiveAll = async () => {
    let end = new Error('Claudacity has ended the connection.');
    try {
      for await (const line of splitLines(socket)) receive(line);
    } catch (error) {
      end = asError(error);
    }
    socket.destroy();
    for (const { reject } of waiting.values()) reject(end);
  };
  const closed = receiveAll();

  const send = (id: number, message: DistributiveOmit<ControlRequest, 'id'>): Promise<unknown> => {
    if (socket.destroyed) return Promise.reject(new Error('The connection to Claudacity has ended.'));
    return new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`Claudacity did not answer within ${timeoutMs / 1000} s.`)),
        timeoutMs,
      );
      waiting.set(id, { resolve, reject, timer });
      socket.write(`${JSON.stringify({ id, ...message })}\n`);
    }).finally(() => {
      clearTimeout(waiting.get(id)?.timer);
      waiting.delete(id);
    });
  };
  const nextId = () => {
    lastId += 1;
    return lastId;
  };

  return {
    call: async <N extends CallName>(call: N, ...args: CallArguments<N>) =>
      // The app has checked the arguments against the contract, whose result this is.
      (await send(nextId(), { call, args: [...args] })) as CallResult<N>,
    read: async <T extends ControlTopic>(...topics: readonly T[]) =>
      (await send(nextId(), { read: [...topics] })) as Pick<TopicValues, T>,
    subscribe: async (topics, listener) => {
      const id = nextId();
      // The app sends only values of these topics.
      listeners.set(id, listener as (update: TopicUpdate) => void);
      await send(id, { subscribe: [...topics] });
    },
    closed,
    close: () => socket.destroy(),
  };
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout;
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

async function connect(file: string, connectMs: number): Promise<net.Socket> {
  if (!belongsToUser(file)) throw new Error(`${file} belongs to another user.`);
  const socket = net.connect(file);
  // `once` reports a failure to connect; later ones end the reading of lines.
  socket.on('error', () => {});
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(connectMs) });
    return socket;
  } catch (error) {
    socket.destroy();
    const { name, code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTSOCK')
      throw new NotRunningError('Claudacity is not running.');
    if (name === 'AbortError') throw new Error(`Claudacity did not answer within ${connectMs / 1000} s.`);
    throw error;
  }
}

/** A program of somebody else could otherwise read what is sent, or answer in the app's place. Root may use everybody's. */
function belongsToUser(file: string): boolean {
  const user = process.getuid?.();
  if (process.platform === 'win32' || user === 0) return true;
  try {
    const stat = lstatSync(file, { throwIfNoEntry: false });
    return stat === undefined || stat.uid === user;
  } catch {
    // It is in a folder that this user cannot open.
    return false;
  }
}
