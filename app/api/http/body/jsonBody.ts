/** Reads bodies as JSON, whatever their Content-Type: `curl -d` sends form-urlencoded, and Ollama ignores the header. */
import { createHash, type Hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler, Response } from 'express';
import { ChatError } from '../../../chat/errors';
import { errorText } from '../../../shared/errorText';
import { Refusal } from '../../fault';
import { type BodyParser, MOST_BYTES } from './bodyParser';
import { decompressed } from './decompressed';

/** What a body may take; every time is in ms. */
export interface BodyLimits {
  /** The largest accepted body after decompression, in bytes; `MOST_BYTES` at most. */
  readonly bytes: number;
  /** The time in which all of it must have arrived. */
  readonly totalMs: number;
  /** The time without a single byte. */
  readonly silentMs: number;
  /** After this time, the bytes so far must be `bytesPerS` on average. */
  readonly slowAfterMs: number;
  readonly bytesPerS: number;
}

/** A long prompt over a slow connection takes its time, so these are meant for clients that do not really send. */
export const BODY_LIMITS: BodyLimits = {
  bytes: MOST_BYTES,
  totalMs: 10 * 60_000,
  silentMs: 60_000,
  slowAfterMs: 60_000,
  bytesPerS: 1024,
};

/** Parses the body into `req.body`. @param onChunk called with each decompressed piece. @throws Refusal for a body that is empty, too large, too slow, wrongly encoded or not JSON. */
export function jsonBody(
  parser: BodyParser,
  limits: BodyLimits = BODY_LIMITS,
  onChunk: (req: IncomingMessage, chunk: Buffer) => void = () => {},
): RequestHandler {
  return async (req, res, next) => {
    const hash = createHash('sha256');
    req.body = await read(req, res, { parser, limits, hash, onChunk });
    digests.set(req, hash.digest('base64'));
    next();
  };
}

const digests = new WeakMap<IncomingMessage, string>();

/** A digest of the body's bytes; '' for a request whose body was not read. */
export function bodyDigest(req: IncomingMessage): string {
  return digests.get(req) ?? '';
}

interface ReadOptions {
  readonly parser: BodyParser;
  readonly limits: BodyLimits;
  readonly hash: Hash;
  onChunk(req: IncomingMessage, chunk: Buffer): void;
}

function read(req: IncomingMessage, res: Response, { parser, limits, hash, onChunk }: ReadOptions): Promise<unknown> {
  const source = decompressed(req);
  const job = parser.begin();
  return new Promise((resolve, reject) => {
    let size = 0;
    let settled = false;
    const settle = (settlement: () => void) => {
      if (settled) return;
      settled = true;
      stopWatching();
      settlement();
    };
    const refuse = (refusal: unknown) =>
      settle(() => {
        job.cancel();
        req.unpipe();
        discard(req, limits.bytes).then(() => reject(refusal));
      });
    const stopWatching = watchArrival(req, limits, (refusal) =>
      settle(() => {
        job.cancel();
        // The rest of the body would be taken for the next request.
        res.setHeader('Connection', 'close');
        reject(refusal);
      }),
    );
    source.on('data', (chunk: Buffer) => {
      if (settled) return;
      size += chunk.length;
      if (size > limits.bytes) refuse(tooLarge(limits.bytes));
      else {
        hash.update(chunk);
        onChunk(req, chunk);
        job.push(chunk);
      }
    });
    source.on('end', () => {
      stopWatching();
      job.end();
    });
    source.on('error', (error) => refuse(undecodable(req, error)));
    req.on('close', () => {
      if (req.complete) return;
      settle(() => {
        job.cancel();
        reject(new ChatError('cancelled', 'request canceled'));
      });
    });
    // The parser may refuse the body before it has arrived completely.
    job.value.then((value) => settle(() => resolve(value)), refuse);
  });
}

/** How many times a limit is checked in the time that it allows. */
const CHECKS = 4;

/** Refuses a body that arrives too slowly. Returns the function that ends the watch. */
function watchArrival(req: IncomingMessage, limits: BodyLimits, refuse: (refusal: Refusal) => void): () => void {
  const { totalMs, silentMs, slowAfterMs, bytesPerS } = limits;
  const startedAt = performance.now();
  let seen = 0;
  let lastByteAt = startedAt;
  // As sent, before decompression.
  const { socket } = req;
  const before = socket.bytesRead;
  const timer = setInterval(
    () => {
      const now = performance.now();
      const received = socket.bytesRead - before;
      if (received !== seen) lastByteAt = now;
      seen = received;
      const elapsed = now - startedAt;
      if (elapsed > totalMs) refuse(tooSlow(`did not arrive within ${totalMs / 1000} s`));
      else if (now - lastByteAt > silentMs) refuse(tooSlow(`stopped arriving for ${silentMs / 1000} s`));
      else if (elapsed > slowAfterMs && received < (elapsed / 1000) * bytesPerS)
        refuse(tooSlow(`arrives at less than ${bytesPerS} bytes/s`));
    },
    Math.min(totalMs, silentMs, slowAfterMs) / CHECKS,
  );
  timer.unref();
  return () => clearInterval(timer);
}

function tooSlow(what: string): Refusal {
  return new Refusal(408, 'request_timeout', `the request body ${what}`);
}

/** How much of a refused body is read and discarded: a multiple of the size limit, and ms. */
const MAX_DISCARDED_FACTOR = 8;
const MAX_DISCARD_MS = 10_000;

/**
 * Reads the rest of a refused body: a client that is still sending does not read the answer, and loses it if the connection is
 * reset.
 */
function discard(req: IncomingMessage, limit: number): Promise<void> {
  return new Promise((resolve) => {
    let size = 0;
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, MAX_DISCARD_MS);
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit * MAX_DISCARDED_FACTOR) done();
    });
    req.once('end', done);
    req.once('close', done);
    if (req.readableEnded || req.destroyed) done();
    req.resume();
  });
}

function tooLarge(limit: number): Refusal {
  const size = limit >= 1024 * 1024 ? `${limit / 1024 / 1024} MB` : `${limit} bytes`;
  return new Refusal(413, 'too_large', `request body too large: the limit is ${size}`);
}

function undecodable(req: IncomingMessage, error: unknown): Refusal {
  const encoding = req.headers['content-encoding'] ?? '';
  return new Refusal(400, 'invalid_request', `the body is not valid ${encoding}: ${errorText(error)}`);
}
