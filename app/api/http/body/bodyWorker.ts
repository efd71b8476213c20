/**
 * The thread in which large bodies are scanned and parsed, so that other requests do not wait meanwhile. Only a body within the
 * limits is handed back: the main thread has to build the value once more, which takes time in proportion to its parts. Long texts
 * follow one by one, since the main thread copies each in one step.
 */
import type { createJsonScanner, JsonExcess, JsonLimits } from './jsonScanner';

/** To the thread: the body of a job, piece by piece. */
export type ToWorker =
  | { readonly job: number; readonly type: 'piece'; readonly bytes: Uint8Array }
  | { readonly job: number; readonly type: 'end' }
  /** Requests the next long text of the value. */
  | { readonly job: number; readonly type: 'next' }
  | { readonly job: number; readonly type: 'cancel' };

/** The keys that lead from the root to a text in it; `__proto__` is none of them. */
export type TextPath = readonly string[];

/** From the thread: one for each job that was not cancelled, and the long texts of its value. */
export type FromWorker =
  /** The value, in an object of its own, with '' in place of its long texts. */
  | {
      readonly job: number;
      readonly type: 'value';
      readonly root: { readonly value: unknown };
      readonly paths: readonly TextPath[];
    }
  | { readonly job: number; readonly type: 'text'; readonly text: string }
  | { readonly job: number; readonly type: 'excess'; readonly excess: JsonExcess }
  /** The parser's message, which quotes the body. */
  | { readonly job: number; readonly type: 'not_json'; readonly message: string };

interface Port {
  on(event: 'message', listener: (message: ToWorker) => void): void;
  postMessage(message: FromWorker): void;
}

/** A resizable array buffer, which the compiler's library does not know yet. */
interface GrowingBuffer extends ArrayBuffer {
  resize(bytes: number): void;
}

/**
 * Runs in the thread. Its source is sent there as text, so it uses nothing from outside of itself (`workerSource`).
 * @param maxBytes the size of the largest body
 */
export function runBodyWorker(
  port: Port,
  createScanner: typeof createJsonScanner,
  limits: JsonLimits,
  maxBytes: number,
): void {
  const texts = new Map<number, string[]>();
  const jobs = new Map<number, { readonly body: GrowingBuffer; readonly scanner: ReturnType<typeof createScanner> }>();

  // Grows in place: pieces that are joined at the end would be in memory twice.
  const newBody = () => Reflect.construct(ArrayBuffer, [0, { maxByteLength: maxBytes }]) as GrowingBuffer;
  const append = (body: GrowingBuffer, bytes: Uint8Array) => {
    const at = body.byteLength;
    body.resize(at + bytes.length);
    new Uint8Array(body, at).set(bytes);
  };
  /** A function of its own, so that nothing refers to the text any more when the value is sent. */
  const parsed = (body: ArrayBuffer): unknown => {
    // Several times as fast as a TextDecoder, but it keeps the byte order mark.
    const text = Buffer.from(body).toString();
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  };
  /** A text of more characters is sent by itself. */
  const longText = 256 * 1024;
  /** Takes the long texts out of the value. */
  const detach = (container: unknown, path: TextPath, found: { path: TextPath; text: string }[]) => {
    if (typeof container !== 'object' || container === null) return;
    for (const key of Object.keys(container)) {
      // A field of this name stays as it is: the main thread could not tell it from the prototype.
      if (key === '__proto__') continue;
      const value: unknown = Reflect.get(container, key);
      if (typeof value === 'string' && value.length > longText) {
        found.push({ path: [...path, key], text: value });
        Reflect.set(container, key, '');
      } else if (typeof value === 'object') {
        detach(value, [...path, key], found);
      }
    }
  };
  const parse = (job: number, body: ArrayBuffer): FromWorker => {
    try {
      const root = { value: parsed(body) };
      const found: { path: TextPath; text: string }[] = [];
      detach(root, [], found);
      if (found.length > 0)
        texts.set(
          job,
          found.map(({ text }) => text),
        );
      return { job, type: 'value', root, paths: found.map(({ path }) => path) };
    } catch (error) {
      return { job, type: 'not_json', message: String(error instanceof Error ? error.message : error) };
    }
  };

  port.on('message', (message) => {
    const { job } = message;
    if (message.type === 'cancel') {
      jobs.delete(job);
      texts.delete(job);
    } else if (message.type === 'next') {
      const left = texts.get(job);
      const text = left?.shift();
      if (left?.length === 0) texts.delete(job);
      if (text !== undefined) port.postMessage({ job, type: 'text', text });
    } else if (message.type === 'end') {
      const { body } = jobs.get(job) ?? {};
      jobs.delete(job);
      if (body !== undefined) port.postMessage(parse(job, body));
    } else if (message.type === 'piece') {
      const { body, scanner } = jobs.get(job) ?? { body: newBody(), scanner: createScanner(limits) };
      jobs.set(job, { body, scanner });
      const excess = scanner.push(message.bytes);
      if (excess === undefined) append(body, message.bytes);
      else {
        jobs.delete(job);
        port.postMessage({ job, type: 'excess', excess });
      }
    }
  });
}

/**
 * The thread's program, for a `Worker` that evaluates it. As text it needs no file of its own, which would be at another place in
 * each of the app's bundles and in the archive of a package.
 */
export function workerSource(createScanner: typeof createJsonScanner, limits: JsonLimits, maxBytes: number): string {
  const port = "require('node:worker_threads').parentPort";
  return `'use strict';(${runBodyWorker})(${port}, ${createScanner}, ${JSON.stringify(limits)}, ${maxBytes});`;
}
