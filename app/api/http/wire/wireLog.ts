/**
 * Headers and bodies of the latest requests of this run, as they went over the wire. They are in memory alone, bounded, and cost the stream
 * nothing: a chunk is referred to until it is shown. Headers are masked at once; bodies when they are shown, since a request can be sent again.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestWire } from '../../../shared/contract';
import { hasUrlKey } from '../access/requestKey';
import { AGAIN_HEADER } from '../again/tickets';
import { type KeptBody, keptBody } from './keptBody';
import { bodyText, type Header, isSecretHeader, maskHeader, maskText } from './maskWire';

/** How the client sent its key, so that it can be told where to put it. */
export type KeyPlace = 'bearer' | 'basic' | 'x-api-key' | 'api-key' | 'url' | 'none';

/** A request as it was sent. Nothing in it is secret but what the body has. */
export interface CapturedRequest {
  readonly method: string;
  /** Path and query, without a key. */
  readonly url: string;
  readonly httpVersion: string;
  readonly keyPlace: KeyPlace;
  /** Masked, in their order. */
  readonly headers: readonly Header[];
  /** All of it; null where it was not kept, or only a part of it. */
  readonly body: Buffer | null;
  /** Whether texts were kept out when it arrived, or have been deleted. */
  readonly isPrivate: boolean;
  /** null until the response has begun. */
  readonly status: number | null;
  readonly statusText: string;
  readonly wire: RequestWire;
}

export interface WireLog {
  /** Follows the request and its response. */
  begin(id: string, req: IncomingMessage, res: ServerResponse): void;
  /** Notes a chunk of the request's body, without its Content-Encoding. */
  addBody(req: IncomingMessage, chunk: Buffer): void;
  find(id: string): CapturedRequest | null;
  /** Forgets the bodies of the requests to which this applies. */
  dropBodies(isDeleted: (id: string) => boolean): void;
}

export interface WireLogOptions {
  /** Whether the user's settings let texts be kept. */
  keepsBodies(): boolean;
  readonly maxRequests?: number;
  readonly maxBytes?: number;
}

/** Of each body. */
const MAX_BODY_BYTES = 256 * 1024;
/** Requests without a body, such as polls and refused ones, do not push out the others. */
const MAX_WITHOUT_BODY = 100;

interface Entry {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly request: Omit<CapturedRequest, 'body' | 'isPrivate' | 'status' | 'statusText' | 'wire'>;
  readonly sent: KeptBody;
  readonly received: KeptBody;
  isPrivate: boolean;
}

export function createWireLog({
  keepsBodies,
  maxRequests = 300,
  maxBytes = 64 * 1024 * 1024,
}: WireLogOptions): WireLog {
  const withoutBody = new Map<string, Entry>();
  const withBody = new Map<string, Entry>();
  const ids = new WeakMap<IncomingMessage, string>();
  let bytes = 0;

  const remove = (entries: Map<string, Entry>) => {
    const [oldest] = entries;
    if (oldest === undefined) return;
    const [id, { sent, received }] = oldest;
    entries.delete(id);
    bytes -= sent.keptBytes + received.keptBytes;
    sent.drop();
    received.drop();
  };
  const bound = () => {
    while (withoutBody.size > MAX_WITHOUT_BODY) remove(withoutBody);
    while (withBody.size > maxRequests) remove(withBody);
    while (bytes > maxBytes && withBody.size + withoutBody.size > 0) remove(withBody.size > 0 ? withBody : withoutBody);
  };
  const count = (added: number) => {
    if (added === 0) return;
    bytes += added;
    if (bytes > maxBytes) bound();
  };
  const entryOf = (id: string) => withBody.get(id) ?? withoutBody.get(id);

  return {
    begin: (id, req, res) => {
      const isKept = keepsBodies();
      const entry: Entry = {
        ...{ req, res },
        request: captured(req),
        sent: keptBody(isKept, MAX_BODY_BYTES),
        received: keptBody(isKept, MAX_BODY_BYTES),
        isPrivate: !isKept,
      };
      ids.set(req, id);
      withoutBody.set(id, entry);
      followResponse(res, (chunk) => {
        if (entryOf(id) === entry) count(entry.received.add(chunk));
      });
      bound();
    },
    addBody: (req, chunk) => {
      const id = ids.get(req);
      const entry = id === undefined ? undefined : entryOf(id);
      if (id === undefined || entry === undefined) return;
      if (withoutBody.delete(id)) withBody.set(id, entry);
      count(entry.sent.add(chunk));
      bound();
    },
    find: (id) => {
      const entry = entryOf(id);
      return entry === undefined ? null : read(entry);
    },
    dropBodies: (isDeleted) => {
      for (const [id, entry] of [...withBody, ...withoutBody]) {
        if (!isDeleted(id)) continue;
        bytes -= entry.sent.keptBytes + entry.received.keptBytes;
        entry.isPrivate = true;
        entry.sent.drop();
        entry.received.drop();
      }
    },
  };
}

function captured(req: IncomingMessage): Entry['request'] {
  return {
    method: req.method ?? '',
    url: maskText(req.url ?? ''),
    httpVersion: req.httpVersion,
    keyPlace: keyPlaceOf(req),
    headers: pairs(req.rawHeaders)
      .filter(([name]) => name.toLowerCase() !== AGAIN_HEADER)
      .map(maskHeader),
  };
}

function keyPlaceOf(req: IncomingMessage): KeyPlace {
  const { authorization = '' } = req.headers;
  if (hasUrlKey(req)) return 'url';
  if (/^Bearer\s/i.test(authorization)) return 'bearer';
  if (/^Basic\s/i.test(authorization)) return 'basic';
  if (req.headers['x-api-key'] !== undefined) return 'x-api-key';
  return req.headers['api-key'] === undefined ? 'none' : 'api-key';
}

function read({ res, request, sent, received, isPrivate }: Entry): CapturedRequest {
  const body = sent.read();
  const responseHeaders = Object.entries(res.getHeaders()).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): Header => maskHeader([name, String(one)])),
  );
  return {
    ...request,
    body: body !== null && sent.bytes <= MAX_BODY_BYTES ? body : null,
    isPrivate,
    status: res.headersSent ? res.statusCode : null,
    statusText: res.headersSent ? (res.statusMessage ?? '') : '',
    wire: {
      request: { headers: request.headers, body: textOf(body), bytes: sent.bytes, truncated: isCut(sent, body) },
      response: {
        ...{ headers: responseHeaders, body: textOf(received.read()), bytes: received.bytes },
        truncated: isCut(received, received.read()),
      },
    },
  };
}

function textOf(body: Buffer | null): string | null {
  return body && bodyText(body);
}

function isCut({ bytes }: KeptBody, body: Buffer | null): boolean {
  return body !== null && bytes > body.length;
}

/** The headers that a request sent again must not repeat: secrets, and those that belong to a connection. */
export function isRepeatable(name: string): boolean {
  return !isSecretHeader(name) && !CONNECTION_HEADERS.has(name.toLowerCase());
}

const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  ...['host', 'connection', 'keep-alive', 'content-length', 'transfer-encoding', 'content-encoding', 'expect', 'te'],
  ...['trailer', 'upgrade', 'origin', 'referer', 'proxy-connection', 'accept-encoding'],
  // It is no retry of the client's.
  'x-stainless-retry-count',
]);

function pairs(rawHeaders: readonly string[]): Header[] {
  return rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : []));
}

/** Calls the listener with each chunk of the response's body. Node's `end` writes its chunk without `write`. */
function followResponse(res: ServerResponse, onChunk: (chunk: string | Uint8Array) => void): void {
  const follow = (name: 'write' | 'end') => {
    const original = res[name].bind(res) as (...args: unknown[]) => unknown;
    const followed = (...args: unknown[]) => {
      const [chunk] = args;
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) onChunk(chunk);
      return original(...args);
    };
    Object.assign(res, { [name]: followed });
  };
  follow('write');
  follow('end');
}
