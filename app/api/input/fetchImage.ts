/**
 * Fetches an image from an address that a client names, where the user allows that. Whoever may ask this app could have it ask
 * others in its name: so only the internet is asked, and the connection goes to the very address that was checked, not to
 * whatever the name stands for a moment later.
 */
import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './publicAddress';

export interface FetchLimits {
  /** Whether the IP address may be asked. Default: the internet's. */
  readonly isAllowed?: (address: string) => boolean;
  /** Default: 20 MB. */
  readonly bytes?: number;
  /** Ms for all of it, redirects included. Default: 15,000. */
  readonly timeMs?: number;
}

const LONGEST_MS = 15_000;
const MOST_BYTES = 20 * 1024 * 1024;
const MOST_REDIRECTS = 3;

/** @throws Error that says why there is no image, without naming what was asked. */
export async function fetchImage(address: string, limits: FetchLimits = {}): Promise<Buffer> {
  const { isAllowed = isPublicAddress, bytes = MOST_BYTES, timeMs = LONGEST_MS } = limits;
  const signal = AbortSignal.timeout(timeMs);
  try {
    let url = urlOf(address);
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
      const response = await ask(url, isAllowed, signal);
      const next = redirectOf(response, url);
      if (next === null) return await read(response, bytes);
      response.destroy();
      url = next;
    }
  } catch (error) {
    if (error instanceof Unfetched) throw error;
    throw new Unfetched(signal.aborted ? `it took longer than ${timeMs / 1000} s` : 'there is no answer');
  }
  throw new Unfetched('it is redirected too often');
}

/** What went wrong, in words for the client. */
class Unfetched extends Error {}

function urlOf(address: string, base?: URL): URL {
  const url = URL.canParse(address, base) ? new URL(address, base) : null;
  if (url === null) throw new Unfetched('the address is malformed');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Unfetched('only http and https are fetched');
  if (url.username !== '' || url.password !== '') throw new Unfetched('an address with a password is not fetched');
  return url;
}

function ask(url: URL, isAllowed: (address: string) => boolean, signal: AbortSignal): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // A name is checked when it is looked up; a number never is.
  if (isIP(host) !== 0 && !isAllowed(host)) throw forbidden();
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const headers = { accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'Claudacity' };
    // An agent of its own: a kept connection was checked for somebody else.
    request(url, { agent: false, headers, signal, lookup: checkedLookup(isAllowed) }, resolve)
      .on('error', reject)
      .end();
  });
}

/** Fails for a name that stands for any address that may not be asked, also where it stands for others besides. */
function checkedLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (name, options, done) => {
    systemLookup(name, { ...options, all: true }, (error, found: LookupAddress[]) => {
      const [first] = found ?? [];
      if (error || first === undefined) return done(error ?? new Unfetched('there is no such host'), '');
      if (!found.every(({ address }) => isAllowed(address))) return done(forbidden(), '');
      if (options.all) done(null, found);
      else done(null, first.address, first.family);
    });
  };
}

function forbidden(): Unfetched {
  return new Unfetched('the address is not one of the internet');
}

function redirectOf({ statusCode = 0, headers }: IncomingMessage, url: URL): URL | null {
  if (![301, 302, 303, 307, 308].includes(statusCode)) return null;
  if (headers.location === undefined) throw new Unfetched('it is redirected nowhere');
  return urlOf(headers.location, url);
}

async function read(response: IncomingMessage, limit: number): Promise<Buffer> {
  const { statusCode, headers } = response;
  try {
    if (statusCode !== 200) throw new Unfetched(`the answer is ${statusCode}`);
    const tooLarge = new Unfetched(`it is larger than ${Math.floor(limit / 1024 / 1024)} MB`);
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
