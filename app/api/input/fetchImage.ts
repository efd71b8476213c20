/**
 * Fetches an image from a URL in a request, if the user's settings allow it. A client could misuse this to reach hosts of the
 * local network (server-side request forgery). Only public addresses are therefore fetched from, and the connection goes to the
 * IP address that was checked: a second look-up of the name could give another one.
 */
import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './publicAddress';

/** Bounds of fetching; tests set other ones than the defaults. */
export interface FetchLimits {
  /** Whether a connection to the IP address is allowed. Default: to public addresses. */
  readonly isAllowed?: (address: string) => boolean;
  /** The largest image, in bytes. Default: 20 MB. */
  readonly bytes?: number;
  /** The time for everything, redirects included, in ms. Default: 15,000. */
  readonly timeMs?: number;
}

const MAX_TIME_MS = 15_000;
const MAX_BYTES = 20 * 1024 * 1024;
const MAX_REDIRECTS = 3;

/** The image's bytes. @throws Error with the reason, in words for the client; the URL is not part of it. */
export async function fetchImage(address: string, limits: FetchLimits = {}): Promise<Buffer> {
  const { isAllowed = isPublicAddress, bytes = MAX_BYTES, timeMs = MAX_TIME_MS } = limits;
  const signal = AbortSignal.timeout(timeMs);
  try {
    let url = parseUrl(address);
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const response = await sendRequest(url, isAllowed, signal);
      const next = redirectTarget(response, url);
      if (next === null) return await read(response, bytes);
      response.destroy();
      url = next;
    }
  } catch (error) {
    if (error instanceof FetchError) throw error;
    throw new FetchError(signal.aborted ? `it took longer than ${timeMs / 1000} s` : 'there is no answer');
  }
  throw new FetchError('it is redirected too often');
}

/** Its message is for the client. */
class FetchError extends Error {}

/** @throws FetchError for a URL that is malformed, not http(s), or contains a password. */
function parseUrl(address: string, base?: URL): URL {
  const url = URL.canParse(address, base) ? new URL(address, base) : null;
  if (url === null) throw new FetchError('the address is malformed');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new FetchError('only http and https are fetched');
  if (url.username !== '' || url.password !== '') throw new FetchError('an address with a password is not fetched');
  return url;
}

function sendRequest(url: URL, isAllowed: (address: string) => boolean, signal: AbortSignal): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // A host name is checked when it is looked up; an IP address is not looked up.
  if (isIP(host) !== 0 && !isAllowed(host)) throw forbidden();
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const headers = { accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'Claudacity' };
    // No agent: it could reuse a connection whose address was checked against other rules.
    request(url, { agent: false, headers, signal, lookup: checkedLookup(isAllowed) }, resolve)
      .on('error', reject)
      .end();
  });
}

/** A look-up that fails if any of the name's addresses is forbidden, even if others are allowed. */
function checkedLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (name, options, done) => {
    systemLookup(name, { ...options, all: true }, (error, found: LookupAddress[]) => {
      const [first] = found ?? [];
      if (error || first === undefined) return done(error ?? new FetchError('there is no such host'), '');
      if (!found.every(({ address }) => isAllowed(address))) return done(forbidden(), '');
      if (options.all) done(null, found);
      else done(null, first.address, first.family);
    });
  };
}

function forbidden(): FetchError {
  return new FetchError('the address is not a public one');
}

function redirectTarget({ statusCode = 0, headers }: IncomingMessage, url: URL): URL | null {
  if (![301, 302, 303, 307, 308].includes(statusCode)) return null;
  if (headers.location === undefined) throw new FetchError('a redirect names no address');
  return parseUrl(headers.location, url);
}

async function read(response: IncomingMessage, limit: number): Promise<Buffer> {
  const { statusCode, headers } = response;
  try {
    if (statusCode !== 200) throw new FetchError(`the answer is ${statusCode}`);
    const tooLarge = new FetchError(`it is larger than ${Math.floor(limit / 1024 / 1024)} MB`);
    if (Number(headers['content-length'] ?? 0) > limit) throw tooLarge;
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response) {
      size += chunk.length;
      if (size > limit) throw tooLarge;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    response.destroy();
  }
}
