/** Reads bodies as JSON, whatever their Content-Type: `curl -d` sends form-urlencoded, and Ollama ignores the header. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import type { RequestHandler } from 'express';
import { ChatError } from '../../chat/errors';
import { errorText } from '../../shared/errorText';
import { Refusal } from '../fault';

/** The largest accepted body after decompression, in bytes: 64 MB. */
export const BODY_LIMIT = 64 * 1024 * 1024;

/** Parses the body into `req.body`. @throws Refusal for a body that is empty, too large, wrongly encoded or not JSON. */
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
    // The parser's message quotes the body, which may be a prompt and must not be logged.
    throw new Refusal(400, 'invalid_request', errorText(error), 'the body is not JSON');
  }
  if (isDeeper(value, MAX_DEPTH)) {
    throw new Refusal(400, 'invalid_request', `the body is nested more than ${MAX_DEPTH} levels deep`);
  }
  return value;
}

/**
 * `JSON.parse` accepts any depth, but recursive code such as `JSON.stringify` overflows the stack at some thousands of levels.
 */
const MAX_DEPTH = 500;

function isDeeper(value: unknown, maxDepth: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}

function read(req: IncomingMessage, limit: number): Promise<Buffer> {
  const source = decompressed(req);
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

function decompressed(req: IncomingMessage): Readable {
  const encoding = (req.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const decoder = DECODERS.get(encoding)?.();
  if (encoding === 'identity' || encoding === '') return req;
  if (decoder !== undefined) return req.pipe(decoder);
  req.resume();
  throw new Refusal(415, 'unsupported_encoding', `unsupported Content-Encoding: ${encoding.slice(0, 40)}`);
}

/** Codex can send zstd, which Node supports from 22.15 on. */
const zstd: unknown = Reflect.get(zlib, 'createZstdDecompress');

/** A map rather than an object, since the client chooses the name: an object also has a `constructor`. */
const DECODERS: ReadonlyMap<string, () => NodeJS.ReadWriteStream & Readable> = new Map([
  ['gzip', zlib.createGunzip],
  ['x-gzip', zlib.createGunzip],
  ['deflate', zlib.createInflate],
  ['br', zlib.createBrotliDecompress],
  ...(typeof zstd === 'function' ? ([['zstd', () => zstd()]] as const) : []),
]);

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
