/**
 * Access control and its threat model. The port is open on every network interface by default; a client that passes spends the
 * owner's Claude allowance and reads the answers. Four kinds of client are expected:
 *
 * 1. A program on another computer. It must send an API key. Nothing else about it is trusted, least of all a forwarding header.
 * 2. A program on this computer. It could run `claude` itself, so it needs no key.
 * 3. A web page of a foreign site, open in a browser on this computer. It can send requests here, but the browser adds the
 *    page's origin: only listed origins pass, and never `null`, which any sandboxed frame can send.
 * 4. The same page after its host name has been made to resolve to this computer (DNS rebinding). For the browser the page and
 *    this server then have the same origin, but the Host header still names the foreign site: without a key, it must name this machine.
 *
 * Not covered: other users of this computer, and pages that another local server serves from `localhost`. All checks are made
 * before any byte of the body is read.
 */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { RequestHandler, Response } from 'express';
import { SETTINGS } from '../../shared/settings';
import { Refusal, type RefusalCode } from '../fault';
import { exchangeOf } from './exchange';
import { type IpAddress, isOwnAddress, parseIpAddress } from './ipAddress';

/** The user's rules; they are read for every request. */
export interface AccessRules {
  /** Origins that are allowed in addition to those of this computer; `*` matches any text. */
  origins(): readonly string[];
  /** Whether the API key is valid. Absent: no key is. */
  verifyKey?(key: string): boolean;
}

/** Refuses a request by throwing `Refusal`, and answers CORS preflight requests itself. */
export function accessControl(rules: AccessRules): RequestHandler {
  return (req, res, next) => {
    const exchange = exchangeOf(res);
    const { origin, host = '' } = req.headers;
    const originAllowed = origin === undefined || isAllowedOrigin(origin, host, rules.origins());
    res.vary('Origin');
    if (origin !== undefined && originAllowed) setCorsHeaders(res, origin);

    const key = keyOf(req.headers.authorization, req.headers['x-api-key']);
    const hasValidKey = key !== null && rules.verifyKey?.(key) === true;
    const local = isLoopback(exchange.address);
    const preflight = req.method === 'OPTIONS';

    const refuse = (status: number, code: RefusalCode, message: string, recorded = message): never => {
      exchange.markRefused();
      throw new Refusal(status, code, message, recorded);
    };

    // The browser sends a preflight request without the key, and then the request itself with it.
    if (!local && !hasValidKey && !preflight) {
      refuse(401, 'invalid_api_key', 'requests from another computer need an API key');
    }
    if (local && !hasValidKey && !namesThisMachine(host)) {
      refuse(403, 'forbidden', FOREIGN_HOST, 'refused: the Host header does not name this computer');
    }
    if (!originAllowed) refuse(403, 'forbidden', FOREIGN_ORIGIN, 'refused: the page’s origin is not allowed');
    if (preflight) answerPreflight(res, req.headers['access-control-request-headers'] ?? '');
    else next();
  };
}

const FOREIGN_HOST =
  'the Host header does not name this computer: use its address, localhost or its name, or send an API key';
const FOREIGN_ORIGIN = `requests from web pages of this origin are not allowed: add the origin to ${SETTINGS.origins.variables[0]}, and start Claudacity again`;

function keyOf(authorization: string | undefined, apiKey: string | string[] | undefined): string | null {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1];
  return bearer ?? (typeof apiKey === 'string' && apiKey !== '' ? apiKey : null);
}

/** Whether the IP address is a loopback address. */
export function isLoopback(address: string): boolean {
  return parseIpAddress(address)?.range() === 'loopback';
}

/** Whether the Host header names this machine, so that it cannot come from a page of a foreign site. */
export function namesThisMachine(hostHeader: string): boolean {
  const name = hostName(hostHeader);
  const address = parseIpAddress(name);
  if (address !== null) return isUnroutable(address) || isOwnAddress(address);
  return (
    name === '' ||
    name === 'localhost' ||
    name === hostname().toLowerCase() ||
    ['.localhost', '.local', '.internal'].some((suffix) => name.endsWith(suffix))
  );
}

/** Loopback, private and unspecified addresses: no foreign site is served from them, so no page of one has them as its host. */
function isUnroutable(address: IpAddress): boolean {
  const unspecified = ['0.0.0.0', '::'].includes(address.toString());
  return unspecified || ['loopback', 'private', 'uniqueLocal'].includes(address.range());
}

/** Removes the port, the brackets and zone of an IPv6 address, and the trailing dot of a fully qualified name. */
function hostName(hostHeader: string): string {
  const host = hostHeader.trim().toLowerCase();
  const bracketed = /^\[([^\]%]*)(%[^\]]*)?\](:\d+)?$/.exec(host)?.[1];
  return bracketed ?? (isIP(host) === 6 ? host : host.replace(/:\d*$/, '').replace(/\.$/, ''));
}

const LOCAL_ORIGINS: readonly string[] = [
  ...['localhost', '127.0.0.1', '0.0.0.0', '[::1]'].flatMap((host) =>
    ['http', 'https'].flatMap((scheme) => [`${scheme}://${host}`, `${scheme}://${host}:*`]),
  ),
  'app://*',
  'file://*',
  'tauri://*',
  'vscode-webview://*',
  'vscode-file://*',
];

/** Whether pages of the origin may send requests. @param host the request's Host header: this server's own pages may. */
export function isAllowedOrigin(origin: string, host: string, allowed: readonly string[]): boolean {
  const lowerOrigin = origin.toLowerCase();
  if (lowerOrigin === 'null') return false;
  if (lowerOrigin === `http://${host.toLowerCase()}` || lowerOrigin === `https://${host.toLowerCase()}`) return true;
  return [...LOCAL_ORIGINS, ...allowed].some((pattern) => matches(pattern.trim().toLowerCase(), lowerOrigin));
}

function matches(pattern: string, origin: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return origin === first;
  if (!origin.startsWith(first) || !origin.endsWith(last) || origin.length < first.length + last.length) return false;
  let middle = origin.slice(first.length, origin.length - last.length);
  for (const part of rest) {
    const at = middle.indexOf(part);
    if (at < 0) return false;
    middle = middle.slice(at + part.length);
  }
  return true;
}

function setCorsHeaders(res: Response, origin: string): void {
  res.setHeader('Access-Control-Allow-Origin', origin);
  res.setHeader('Access-Control-Expose-Headers', EXPOSED);
}

const EXPOSED = [
  'Retry-After',
  'X-Request-Id',
  'X-Claudacity-Version',
  'X-Claudacity-Conversation',
  'X-Claudacity-Path',
  'X-Claudacity-Ignored',
  'X-Claudacity-Estimate',
  // Anthropic's name for the request's id.
  'Request-Id',
].join(', ');

const METHODS = 'GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS';

/** Headers of the SDKs of OpenAI and Anthropic, which Stainless generates. */
const STAINLESS = [
  ...['arch', 'async', 'custom-poll-interval', 'helper-method', 'lang', 'os', 'package-version', 'poll-helper'],
  ...['retry-count', 'runtime', 'runtime-version', 'timeout'],
].map((name) => `x-stainless-${name}`);

const REQUEST_HEADERS = [
  ...['Authorization', 'Content-Type', 'User-Agent', 'Accept', 'X-Requested-With', 'OpenAI-Beta'],
  ...['OpenAI-Organization', 'OpenAI-Project', ...STAINLESS, 'x-api-key', 'anthropic-version', 'anthropic-beta'],
  'anthropic-dangerous-direct-browser-access',
];

/** Headers that are allowed by their prefix. */
const REQUEST_HEADER_PREFIXES = /^x-(openwebui|claudacity|stainless)-[a-z0-9-]+$/i;

const PREFLIGHT_VALID_S = 12 * 60 * 60;

/** @param requested the value of `Access-Control-Request-Headers`. */
function answerPreflight(res: Response, requested: string): void {
  const requestedNames = requested.split(',').map((name) => name.trim());
  const headers = [...REQUEST_HEADERS, ...requestedNames.filter((name) => REQUEST_HEADER_PREFIXES.test(name))];
  res.setHeader('Access-Control-Allow-Methods', METHODS);
  res.setHeader('Access-Control-Allow-Headers', [...new Set(headers)].join(', '));
  res.setHeader('Access-Control-Max-Age', String(PREFLIGHT_VALID_S));
  res.status(204).end();
}
