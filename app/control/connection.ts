/** One connection to the control socket: reads requests, runs them and writes their answers. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { z } from 'zod';
import { LineTooLongError, splitLines } from '../claude/process/pipe/lines';
import { answerCall } from '../core/answerCall';
import type { Subscription, Topics } from '../core/topics';
import type { Log } from '../log/log';
import type { CallHandlers } from '../shared/contract';
import { errorText } from '../shared/errorText';
import type { ControlReply } from './reply';
import { MAX_REQUEST_BYTES, request } from './wire';

export interface ConnectionLimits {
  /** Requests of a connection at a time, and its subscriptions; the next one is read when one has ended. */
  readonly running: number;
  /** How long a client may leave answers unread before it is disconnected, in ms. */
  readonly unreadMs: number;
}

export interface ConnectionOptions {
  readonly calls: Partial<CallHandlers>;
  readonly topics: Pick<Topics, 'read' | 'subscribe'>;
  readonly log: Log;
  readonly limits: ConnectionLimits;
}

/** Resolves when the connection has ended. Never rejects. */
export async function serveConnection(socket: Socket, options: ConnectionOptions): Promise<void> {
  const { log, limits } = options;
  const subscriptions = new Set<Subscription>();
  const writer = replyWriter(socket, subscriptions, limits.unreadMs, log);
  const running = new Set<Promise<void>>();
  try {
    for await (const line of splitLines(socket.iterator({ destroyOnReturn: false }), MAX_REQUEST_BYTES)) {
      const answered = answerLine(line, writer.write, subscriptions, options).finally(() => running.delete(answered));
      running.add(answered);
      if (running.size >= limits.running) await Promise.race(running);
      await writer.drained();
    }
    await Promise.all(running);
    socket.end();
  } catch (error) {
    if (!(error instanceof LineTooLongError)) return;
    writer.write({ id: null, error: { message: `A line has more than ${MAX_REQUEST_BYTES} bytes.` } });
    socket.end();
  } finally {
    for (const subscription of subscriptions) subscription.close();
    // `end` waits until the answers are read, for as long as `replyWriter` allows.
    socket.destroySoon();
  }
}

/** Never rejects. */
async function answerLine(
  line: string,
  write: (reply: ControlReply) => void,
  subscriptions: Set<Subscription>,
  { calls, topics, log, limits }: ConnectionOptions,
): Promise<void> {
  let id: number | null = null;
  try {
    const json = parseLine(line);
    id = idOf(json);
    const parsed = request.safeParse(json);
    if (!parsed.success) throw new Error(`This is no request: ${z.prettifyError(parsed.error)}`);
    const asked = parsed.data;
    if ('call' in asked) {
      const result = await answerCall(calls, asked.call, asked.args, log);
      // JSON has no `undefined`, which calls without a result return.
      write({ id, result: result ?? null });
    } else if ('read' in asked) {
      write({ id, result: topics.read(asked.read) });
    } else if (subscriptions.size >= limits.running) {
      throw new Error('This connection has too many subscriptions.');
    } else {
      const subscription = topics.subscribe(asked.subscribe, (update) => write({ id, update }), { paused: true });
      // Before its snapshot is sent, which may be more than the client reads at once.
      subscriptions.add(subscription);
      subscription.resume();
    }
  } catch (error) {
    write({ id, error: { message: errorText(error) } });
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error('This line is not JSON.');
  }
}

/** So that the client can tell which of its requests was refused. */
function idOf(json: unknown): number | null {
  const parsed = z.object({ id: z.int().min(0) }).safeParse(json);
  return parsed.success ? parsed.data.id : null;
}

interface ReplyWriter {
  write(reply: ControlReply): void;
  /** Resolves when the client has read enough that more may be written. Rejects where the connection has ended. */
  drained(): Promise<void>;
}

/** While the client does not read, its subscriptions pause: each gets one snapshot afterwards in place of the changes. */
function replyWriter(
  socket: Socket,
  subscriptions: ReadonlySet<Subscription>,
  unreadMs: number,
  log: Log,
): ReplyWriter {
  let unread: NodeJS.Timeout | undefined;
  const disconnect = () => {
    log.warn('a program that does not read its answers was disconnected from the control socket');
    socket.destroy();
  };
  socket.on('drain', () => {
    clearTimeout(unread);
    unread = undefined;
    for (const subscription of subscriptions) subscription.resume();
  });
  socket.once('close', () => clearTimeout(unread));
  return {
    write: (reply) => {
      if (!socket.writable || socket.write(`${JSON.stringify(reply)}\n`)) return;
      unread ??= setTimeout(disconnect, unreadMs);
      for (const subscription of subscriptions) subscription.pause();
    },
    drained: async () => {
      if (!socket.writableNeedDrain) return;
      const ended = new AbortController();
      const end = () => ended.abort();
      socket.once('close', end);
      try {
        await once(socket, 'drain', { signal: ended.signal });
      } finally {
        socket.off('close', end);
      }
    },
  };
}
