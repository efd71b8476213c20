/**
 * The API key of a request, from each of the places where programs put one: `Authorization: Bearer`, `x-api-key` (Anthropic), `api-key`
 * (Azure), the password or else the user of HTTP Basic (programs that take only a URL: `http://any:KEY@host`), and the path
 * `/k/KEY/…` (programs that take a host and nothing else).
 */
import type { IncomingMessage } from 'node:http';
import type { KeyVerdict } from '../../../keys/keyRing';
import { claimsToBeKey } from '../../../keys/secret';
import type { ApiKey } from '../../../shared/access/keys';

export type RequestKey =
  /** No key. */
  | { readonly kind: 'none' }
  /** A value that is no key of this app: many programs must send one and have `ollama` or `sk-…` there. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'valid'; readonly key: ApiKey }
  /** @param reason a sentence for the client that does not contain the key. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Takes the key out of the request's URL, before anything else reads the URL: it must not get into a route, a record or a log. */
export function takeUrlKey(request: IncomingMessage): void {
  const { url = '' } = request;
  const [whole, origin = '', segment = '', rest = ''] = URL_KEY.exec(url) ?? [];
  if (whole !== undefined) urlKeys.set(request, decoded(segment));
  const withoutKey = whole === undefined ? url : `${origin}${rest.startsWith('/') ? '' : '/'}${rest}`;
  // A key anywhere else in the URL is of no use, and is not recorded either.
  request.url = withoutKey.replaceAll(KEY_TEXT, 'cld_…');
}

/** The origin of an absolute URL, the segment after `/k/`, and all that follows it. */
const URL_KEY = /^(https?:\/\/[^/?]*)?\/+k\/+([^/?]*)(.*)$/is;
const KEY_TEXT = /cld_[A-Za-z0-9_-]{20,}/g;

const urlKeys = new WeakMap<IncomingMessage, string>();

/** Whether a key was in the request's URL. */
export function hasUrlKey(request: IncomingMessage): boolean {
  return urlKeys.has(request);
}

/** The request's key and what it is. A key in the URL counts before one in a header. */
export function requestKey(request: IncomingMessage, verify: (secret: string) => KeyVerdict): RequestKey {
  const urlKey = urlKeys.get(request);
  const secret = urlKey ?? headerKey(request);
  if (secret === undefined) return { kind: 'none' };
  if (urlKey === undefined && !claimsToBeKey(secret)) return { kind: 'foreign' };
  const verdict = verify(secret);
  if (verdict.kind !== 'valid') return { kind: 'refused', reason: verdict.reason };
  const { key } = verdict;
  if (urlKey !== undefined && !key.inUrl) {
    const reason = `the API key “${key.name}” may not be used in a URL: allow that in Claudacity, or send it in a header`;
    return { kind: 'refused', reason };
  }
  return { kind: 'valid', key };
}

/** Of several values, one that claims to be a key of this app, because programs fill the other headers with placeholders. */
function headerKey({ headers }: IncomingMessage): string | undefined {
  const { authorization = '' } = headers;
  const values = [
    /^Bearer\s+(\S+)\s*$/i.exec(authorization)?.[1],
    ...[headers['x-api-key'], headers['api-key']].flat(),
    ...basicCredentials(authorization),
  ].filter((value) => value !== undefined && value !== '');
  return values.find((value) => value !== undefined && claimsToBeKey(value)) ?? values[0];
}

/** The password, then the user. */
function basicCredentials(authorization: string): string[] {
  const encoded = /^Basic\s+(\S+)\s*$/i.exec(authorization)?.[1];
  if (encoded === undefined) return [];
  const [user = '', ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return [password.join(':'), user];
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
