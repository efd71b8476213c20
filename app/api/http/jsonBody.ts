/**
 * Bodies are JSON whatever their Content-Type says: `curl -d` says form-urlencoded, and Ollama does not look at it.
 */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import type { RequestHandler } from 'express';
import { ChatError } from '../../chat/errors';
import { errorText } from '../../shared/errorText';
import { Refusal } from '../fault';

/** Bytes, after decompression: 64 MB, a body of exactly this size included. */
export const BODY_LIMIT = 64 * 1024 * 1024;

/** Puts the parsed body into `req.body`. Refuses, in the path's dialect, one that is too large, empty, or no JSON. */
export function jsonBody(limit: number = BODY_LIMIT): RequestHandler {
  return async (req, _res, next) => {
    const bytes = await read(req, limit);
    if (bytes.length === 0) throw new Refusal(400, 'invalid_request', 'missing request body');
    req.body = parse(bytes);
    next();
  };
}

function parse(bytes: Buffer): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    // The parser quotes the body, which may be what somebody wrote to the model.
    throw new Refusal(400, 'invalid_request', errorText(error), 'the body is not JSON');
  }
  if (isDeeper(value, MOST_LEVELS)) {
    throw new Refusal(400, 'invalid_request', `the body is nested more than ${MOST_LEVELS} levels deep`);
  }
  return value;
}

/** The parser takes any depth, but whoever writes the value again, by recursion, runs out of stack at some thousands. */
const MOST_LEVELS = 500;

function isDeeper(value: unknown, most: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > most) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}

function read(req: IncomingMessage, limit: number): Promise<Buffer> {
  const source = decoded(req);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let refused = false;
    const refuse = (refusal: Refusal) => {
      if (refused) return;
      refused = true;
      chunks.length = 0;
      req.unpipe();
      discard(req, limit).then(() => reject(refusal));
    };
    source.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) refuse(tooLarge(limit));
      else if (!refused) chunks.push(chunk);
    });
    source.on('end', () => {
      if (!refused) resolve(Buffer.concat(chunks));
    });
    source.on('error', (error) => refuse(undecodable(req, error)));
    req.on('close', () => {
      if (!req.complete) reject(new ChatError('cancelled', 'request canceled'));
    });
  });
}

function decoded(req: IncomingMessage): Readable {
  const encoding = (req.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const decoder = DECODERS.get(encoding)?.();
  if (encoding === 'identity' || encoding === '') return req;
  if (decoder !== undefined) return req.pipe(decoder);
  req.resume();
  throw new Refusal(415, 'unsupported_encoding', `unsupported Content-Encoding: ${encoding.slice(0, 40)}`);
}

/** Node has zstd from 22.15 on; Codex sends it where it may. */
const zstd: unknown = Reflect.get(zlib, 'createZstdDecompress');

/** A map, since the client chooses the name: an object would have a `constructor` too. */
const DECODERS: ReadonlyMap<string, () => NodeJS.ReadWriteStream & Readable> = new Map([
  ['gzip', zlib.createGunzip],
  ['x-gzip', zlib.createGunzip],
  ['deflate', zlib.createInflate],
  ['br', zlib.createBrotliDecompress],
  ...(typeof zstd === 'function' ? ([['zstd', () => zstd()]] as const) : []),
]);

/** Bounds for the rest of a body that is refused already: bytes, as a multiple of the limit, and ms. */
const MOST_DISCARDED = 8;
const LONGEST_DISCARD_MS = 10_000;

/** A client that is still sending reads no answer, and loses it when the connection is reset. */
function discard(req: IncomingMessage, limit: number): Promise<void> {
  return new Promise((resolve) => {
    let size = 0;
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, LONGEST_DISCARD_MS);
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit * MOST_DISCARDED) done();
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
