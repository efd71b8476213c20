/** Parses bodies as JSON within limits: small ones at once, large ones in a thread of their own (bodyWorker.ts). */
import { Worker } from 'node:worker_threads';
import { ChatError } from '../../../chat/errors';
import { errorText } from '../../../shared/errorText';
import { Refusal } from '../../fault';
import { type FromWorker, type TextPath, type ToWorker, workerSource } from './bodyWorker';
import { createJsonScanner, type JsonExcess, type JsonLimits } from './jsonScanner';

const MB = 1024 * 1024;

/**
 * The longest history that a model reads has some tens of thousands of parts; each takes the main thread about 0.2 µs to build.
 * Numbers are cheaper, and the `context` of `/api/generate` consists of them. A single text is copied in one step, which takes the
 * main thread about 0.5 ms per MB; the Messages API takes no request of more than 32 MB.
 */
export const JSON_LIMITS: Required<JsonLimits> = { depth: 500, parts: 200_000, values: 2_000_000, textBytes: 32 * MB };

/** The largest body after decompression, in bytes. */
export const MOST_BYTES = 64 * MB;

/** Bytes. Up to this size, handing a body to the thread takes longer than parsing it. */
export const SMALL_BODY = 128 * 1024;

/** The parsing of one body. */
export interface ParseJob {
  push(bytes: Buffer): void;
  /** Resolves with the value after `end`. Rejects, perhaps before it, with a Refusal for a body that is not JSON or exceeds the limits. */
  readonly value: Promise<unknown>;
  end(): void;
  /** Drops the body: `value` stays pending. */
  cancel(): void;
}

export interface BodyParser {
  begin(): ParseJob;
  /** How many bodies were handed to the thread, for tests. */
  readonly offThread: number;
  /** Ends the thread. The parser can be used again: it then starts another. */
  close(): Promise<void>;
}

/** @param idleMs how long the thread waits for the next large body before it ends */
export function createBodyParser(idleMs = 30_000): BodyParser {
  const thread = parserThread(idleMs);
  let offThread = 0;
  return {
    begin: () => {
      const small: Buffer[] = [];
      let size = 0;
      let large: ThreadJob | undefined;
      const { promise, resolve, reject } = deferred<unknown>();
      return {
        value: promise,
        push(bytes) {
          size += bytes.length;
          if (large === undefined && size <= SMALL_BODY) {
            small.push(bytes);
            return;
          }
          if (large === undefined) {
            offThread += 1;
            large = thread.begin(resolve, reject);
            for (const piece of small.splice(0)) large.push(piece);
          }
          large.push(bytes);
        },
        end() {
          if (large !== undefined) return large.end();
          try {
            resolve(parse(Buffer.concat(small)));
          } catch (error) {
            reject(error);
          }
        },
        cancel: () => large?.cancel(),
      };
    },
    get offThread() {
      return offThread;
    },
    close: thread.close,
  };
}

function parse(bytes: Buffer): unknown {
  if (bytes.length === 0) throw new Refusal(400, 'invalid_request', 'missing request body');
  const excess = createJsonScanner(JSON_LIMITS).push(bytes);
  if (excess !== undefined) throw tooMuch(excess);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw notJson(errorText(error));
  }
}

/** The parser's message quotes the body, which may be a prompt and must not be logged. */
function notJson(message: string): Refusal {
  return new Refusal(400, 'invalid_request', message, 'the body is not JSON');
}

const EXCESS_TEXTS: Readonly<Record<JsonExcess, string>> = {
  depth: `the body is nested more than ${JSON_LIMITS.depth} levels deep`,
  parts: `the body has more than ${JSON_LIMITS.parts} texts, keys, arrays and objects`,
  values: `the body has more than ${JSON_LIMITS.values} values`,
  textBytes: `the body has a text of more than ${JSON_LIMITS.textBytes / MB} MB, which is more than the Messages API takes`,
};

function tooMuch(excess: JsonExcess): Refusal {
  if (excess === 'depth') return new Refusal(400, 'invalid_request', EXCESS_TEXTS.depth);
  return new Refusal(413, 'too_large', EXCESS_TEXTS[excess]);
}

function outOfMemory(reason: string): Refusal {
  return new Refusal(413, 'too_large', 'the body takes too much memory', `the body takes too much memory: ${reason}`);
}

interface ThreadJob {
  push(bytes: Buffer): void;
  end(): void;
  cancel(): void;
}

/** MB. A thread that needs more than this ends, and with it the bodies in it, but not the app. */
const THREAD_HEAP_MB = 400;

function parserThread(idleMs: number) {
  let worker: Worker | undefined;
  let lastJob = 0;
  let idle: NodeJS.Timeout | undefined;
  const jobs = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();

  /** Values whose long texts have not all arrived, by job. */
  const incompleteValues = new Map<
    number,
    { readonly root: { readonly value: unknown }; readonly paths: TextPath[] }
  >();

  const settle = (job: number) => {
    const waiting = jobs.get(job);
    jobs.delete(job);
    incompleteValues.delete(job);
    if (jobs.size === 0) {
      clearTimeout(idle);
      idle = setTimeout(() => void close(), idleMs).unref();
    }
    return waiting;
  };
  const start = (): Worker => {
    const source = workerSource(createJsonScanner, JSON_LIMITS, MOST_BYTES);
    const started = new Worker(source, {
      eval: true,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: THREAD_HEAP_MB },
    });
    started.unref();
    started.on('message', (message: FromWorker) => {
      if (message.type === 'value' && message.paths.length > 0) {
        const { job, root, paths } = message;
        if (jobs.has(job)) incompleteValues.set(job, { root, paths: [...paths] });
        return void started.postMessage({ job, type: 'next' } satisfies ToWorker);
      }
      if (message.type === 'text') return receiveText(started, message.job, message.text);
      const waiting = settle(message.job);
      if (message.type === 'value') waiting?.resolve(message.root.value);
      else waiting?.reject(message.type === 'excess' ? tooMuch(message.excess) : notJson(message.message));
    });
    // The thread ran out of memory; nothing else ends it.
    started.on('error', (error) => fail(started, outOfMemory(errorText(error))));
    started.on('exit', () => fail(started, outOfMemory('the thread has ended')));
    return started;
  };
  /** Takes one long text, and lets other work run before the next. */
  const receiveText = (from: Worker, job: number, text: string) => {
    const received = incompleteValues.get(job);
    const path = received?.paths.shift();
    if (received === undefined || path === undefined) return;
    setAt(received.root, path, text);
    setImmediate(() => {
      if (received.paths.length > 0) from.postMessage({ job, type: 'next' } satisfies ToWorker);
      else settle(job)?.resolve(received.root.value);
    });
  };
  const fail = (ended: Worker, error: Error) => {
    if (worker !== ended) return;
    worker = undefined;
    for (const job of [...jobs.keys()]) settle(job)?.reject(error);
  };
  const close = async () => {
    clearTimeout(idle);
    const ended = worker;
    if (ended === undefined) return;
    fail(ended, new ChatError('busy', 'the server is stopping'));
    await ended.terminate();
  };

  return {
    begin(resolve: (value: unknown) => void, reject: (error: unknown) => void): ThreadJob {
      clearTimeout(idle);
      worker ??= start();
      const own = worker;
      lastJob += 1;
      const job = lastJob;
      jobs.set(job, { resolve, reject });
      const post = (message: ToWorker, transfer: ArrayBuffer[] = []) => {
        if (jobs.has(job)) own.postMessage(message, transfer);
      };
      return {
        push: (bytes) => {
          // A copy: the socket's buffer is shared with what it receives next, and must not be transferred.
          const copy = new Uint8Array(bytes);
          post({ job, type: 'piece', bytes: copy }, [copy.buffer]);
        },
        end: () => post({ job, type: 'end' }),
        cancel: () => {
          post({ job, type: 'cancel' });
          settle(job);
        },
      };
    },
    close,
  };
}

/** @param path leads from the root to a text, which is replaced. */
function setAt(root: object, path: TextPath, text: string): void {
  let container: unknown = root;
  for (const key of path.slice(0, -1)) container = Reflect.get(Object(container), key);
  const key = path.at(-1);
  if (key !== undefined && typeof container === 'object' && container !== null) Reflect.set(container, key, text);
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((res, rej) => {
    resolve = res;
    reject = rej;
  });
  return { promise, resolve, reject };
}
