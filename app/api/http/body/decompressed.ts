/** Decompresses request bodies. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { Refusal } from '../../fault';

/** The body without its Content-Encoding. @throws Refusal for an encoding that is not supported. */
export function decompressed(req: IncomingMessage): Readable {
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
