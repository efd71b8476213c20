/**
 * Who may come in. The port is open on every network interface by default, and whoever gets through spends its owner's
 * Claude allowance and reads what it answers. Four kinds of caller are expected:
 *
 * 1. Another computer. It has to show an API key; nothing else about it is trusted, no forwarding header above all.
 * 2. A program on this computer. It could run `claude` itself, so it needs no key.
 * 3. A page of some other website, open in a browser on this computer. It can send requests here, and the browser names its
 *    origin: only origins on the list are let in, and never `null`, which any sandboxed frame can claim.
 * 4. The same page after it has made its own host name resolve to this computer (DNS rebinding). To the browser it is then
 *    of the same origin as this server, but the Host header still names its site: a caller without a key must name this machine.
 *
 * What this does not keep out: another user of this computer, and a page that some local server serves from `localhost`.
 * The checks stand in this order, before a single byte of a body is read.
 */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { RequestHandler, Response } from 'express';
import { Refusal } from '../fault';
import { exchangeOf } from './exchange';
import { type IpAddress, isOwnAddress, parseIpAddress } from './ipAddress';

export interface AccessRules {
  /** Origins allowed besides the ones of this computer; `*` in one stands for any text. */
  origins(): readonly string[];
  /** Whether the key is one that the user has made. Absent: no key is. */
  verifyKey?(key: string): boolean;
}

export function accessControl(rules: AccessRules): RequestHandler {
  return (req, res, next) => {
    const exchange = exchangeOf(res);
    const { origin, host = '' } = req.headers;
    const welcome = origin === undefined || isAllowedOrigin(origin, host, rules.origins());
    res.vary('Origin');
    if (origin !== undefined && welcome) allowOrigin(res, origin);

    const key = keyOf(req.headers.authorization, req.headers['x-api-key']);
    const keyed = key !== null && rules.verifyKey?.(key) === true;
    const local = isLoopback(exchange.address);
    const preflight = req.method === 'OPTIONS';

    // A browser asks ahead without the key that it is going to send.
    if (!local && !keyed && !preflight) {
      throw new Refusal(401, 'invalid_api_key', 'requests from another computer need an API key');
    }
    if (local && !keyed && !namesThisMachine(host)) {
      exchange.fail('refused: the Host header does not name this computer');
      res.status(403).end();
    } else if (!welcome) {
      exchange.fail('refused: the page that asks is of an origin that is not allowed');
      res.status(403).end();
    } else if (preflight) {
      answerPreflight(res, req.headers['access-control-request-headers'] ?? '');
    } else {
      next();
    }
  };
}

function keyOf(authorization: string | undefined, apiKey: string | string[] | undefined): string | null {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1];
  return bearer ?? (typeof apiKey === 'string' && apiKey !== '' ? apiKey : null);
}

export function isLoopback(address: string): boolean {
  return parseIpAddress(address)?.range() === 'loopback';
}

/** Whether a Host header is one that a page of a foreign site cannot have caused. */
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

/** Addresses that no public name server can make a browser use for a foreign site: loopback, private, unspecified. */
function isUnroutable(address: IpAddress): boolean {
  const unspecified = ['0.0.0.0', '::'].includes(address.toString());
  return unspecified || ['loopback', 'private', 'uniqueLocal'].includes(address.range());
}

/** Without port, brackets, zone and the root's dot. */
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

/** Whether a page of that origin may ask. @param host the request's Host header: a page that this server served may. */
export function isAllowedOrigin(origin: string, host: string, allowed: readonly string[]): boolean {
  const asked = origin.toLowerCase();
  if (asked === 'null') return false;
  if (asked === `http://${host.toLowerCase()}` || asked === `https://${host.toLowerCase()}`) return true;
  return [...LOCAL_ORIGINS, ...allowed].some((pattern) => matches(pattern.trim().toLowerCase(), asked));
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

function allowOrigin(res: Response, origin: string): void {
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
  // Anthropic's name for a request's id.
  'Request-Id',
].join(', ');

const METHODS = 'GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS';

const STAINLESS = [
  ...['arch', 'async', 'custom-poll-interval', 'helper-method', 'lang', 'os', 'package-version', 'poll-helper'],
  ...['retry-count', 'runtime', 'runtime-version', 'timeout'],
].map((name) => `x-stainless-${name}`);

const REQUEST_HEADERS = [
  ...['Authorization', 'Content-Type', 'User-Agent', 'Accept', 'X-Requested-With', 'OpenAI-Beta'],
  ...['OpenAI-Organization', 'OpenAI-Project', ...STAINLESS, 'x-api-key', 'anthropic-version', 'anthropic-beta'],
  'anthropic-dangerous-direct-browser-access',
];

/** Families of headers whose members are not all known. */
const REQUEST_HEADER_FAMILY = /^x-(openwebui|claudacity|stainless)-[a-z0-9-]+$/i;

const PREFLIGHT_VALID_S = 12 * 60 * 60;

function answerPreflight(res: Response, wanted: string): void {
  const family = wanted.split(',').map((name) => name.trim());
  const headers = [...REQUEST_HEADERS, ...family.filter((name) => REQUEST_HEADER_FAMILY.test(name))];
  res.setHeader('Access-Control-Allow-Methods', METHODS);
  res.setHeader('Access-Control-Allow-Headers', [...new Set(headers)].join(', '));
  res.setHeader('Access-Control-Max-Age', String(PREFLIGHT_VALID_S));
  res.status(204).end();
}
