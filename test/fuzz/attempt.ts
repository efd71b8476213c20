/** Generates the requests. A seed and an index always give the same request, so that a finding can be repeated. */
import type { OutgoingHttpHeaders } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { type Random, random } from '../support/random';
import type { RequestTraits } from './answerFaults';
import { NO_MODEL, validBodies } from './bodies';
import { isObject, write } from './json';
import { mutate } from './mutate';
import type { HttpAttempt, RawAttempt } from './send';
import type { ServedRoute } from './servedRoutes';

export type Attempt = (HttpAttempt & RequestTraits) | RawAttempt;

export type Attempts = (index: number) => Attempt;

/**
 * @param seed determines all requests.
 * @throws if test/fuzz/bodies.ts has no body for a route that takes one.
 */
export function attempts(routes: readonly ServedRoute[], seed: number): Attempts {
  const withBodies = routes.flatMap((route) => {
    const bodies = validBodies(route);
    return bodies.length > 0 ? [{ route, bodies }] : [];
  });
  const all = withBodies.flatMap(({ bodies }) => bodies);
  return (index) => {
    const chance = random(Math.imul(seed, 1_000_003) + index);
    // The first numbers of two generators are similar if their seeds are.
    chance.below(2);
    if (chance.chance(0.01)) return rawAttempt(chance);
    if (chance.chance(0.12)) return oddRequest(chance.pick(routes), chance);
    const { route, bodies } = chance.pick(withBodies);
    const changed = changedTimes(chance.pick(bodies), chance.pick([1, 1, 1, 2, 2, 3, 6]), all, chance);
    const body = withLateFault(changed, route, chance);
    const bytes = Buffer.from(write(body));
    return withBody(route, chance.chance(0.25) ? oddBytes(bytes, chance) : bytes, chance);
  };
}

function changedTimes(body: unknown, times: number, others: readonly unknown[], chance: Random): unknown {
  return Array.from({ length: times }).reduce<unknown>((changed) => mutate(changed, others, chance), body);
}

/**
 * The share of bodies that name an existing model, so that they reach the CLI if they are valid. It is low because that takes a
 * process.
 */
const MODEL_SHARE = 0.07;

/** Makes a body that is still valid fail as late as possible, after most of it has been validated. */
function withLateFault(body: unknown, { path }: ServedRoute, chance: Random): unknown {
  if (!isObject(body) || body.model !== NO_MODEL) return body;
  if (chance.chance(MODEL_SHARE)) return { ...body, model: 'sonnet' };
  // Ollama's dialect looks up the model before it validates the rest.
  if (!/^\/api\/(chat|generate)$/.test(path) || chance.chance(0.2)) return body;
  const fault = chance.pick([
    { format: { anyOf: [] } },
    { tools: [...[body.tools ?? []].flat(), { function: { name: 'no name at all' } }] },
  ]);
  return { ...body, model: 'sonnet', ...fault };
}

const ODD_BODIES = [
  ...[
    '',
    ' ',
    '\n',
    '{}',
    '[]',
    'null',
    'true',
    '0',
    '"text"',
    'NaN',
    '{',
    '}',
    '[[[',
    "{'model':'sonnet'}",
    '{"model":"sonnet"}{}',
  ],
  ...[
    '<xml/>',
    'model=sonnet&prompt=x',
    '--x\r\nContent-Disposition: form-data\r\n\r\n',
    '\u0000',
    '/* */{}',
    '{"model":"sonnet",}',
  ],
];

const ODD_PIECES = [
  'ff',
  '00',
  'c3',
  'c328',
  'eda080',
  'f0288cbc',
  'efbbbf',
  'fffe',
  '22',
  '5c',
  '7b',
  '5d',
  '0d0a',
  '2c2c',
];

function oddBytes(bytes: Buffer, chance: Random): Buffer {
  const at = chance.below(bytes.length + 1);
  const piece = Buffer.from(chance.pick(ODD_PIECES), 'hex');
  const text = bytes.toString();
  return chance.pick<() => Buffer>([
    () => bytes.subarray(0, at),
    () => Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]),
    () => Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + piece.length)]),
    () => bytes.subarray(at),
    () => Buffer.concat([bytes, bytes]),
    () => Buffer.concat([Buffer.from('efbbbf', 'hex'), bytes]),
    () => Buffer.from(`\ufeff${text}`, 'utf16le'),
    () => Buffer.from(Array.from({ length: chance.below(60) }, () => chance.below(256))),
    () => Buffer.from(chance.pick(ODD_BODIES)),
    () => Buffer.from(text.replaceAll(':', chance.pick(['=', '::', ': \u00a0', ',']))),
  ])();
}

function withBody(route: ServedRoute, bytes: Buffer, chance: Random): HttpAttempt & RequestTraits {
  const { headers, body } = encodeBody(bytes, chance);
  const odd = oddHeaders(chance);
  const target = withOddSegments(route.path, chance) + (chance.chance(0.05) ? oddQuery(chance) : '');
  return attempt(route.method.toUpperCase(), target, { ...headers, ...odd }, body);
}

/** @param target path and query of the request line. */
function attempt(
  method: string,
  target: string,
  headers: OutgoingHttpHeaders,
  body: readonly Buffer[],
): HttpAttempt & RequestTraits {
  const pathname = target.split('?')[0] ?? '';
  return { kind: 'http', method, target, headers, body, pathname };
}

const TYPES = [
  ...[
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'image/png',
  ],
  ...['application/json; charset=utf-16', 'application/json; charset=latin1', 'nothing', ';;;', 'application/xml'],
];

interface EncodedBody {
  readonly headers: OutgoingHttpHeaders;
  readonly body: readonly Buffer[];
}

/** Encodes the body for sending: in most cases unchanged, else chunked, compressed or with a wrong Content-Encoding. */
function encodeBody(bytes: Buffer, chance: Random): EncodedBody {
  const type = chance.chance(0.3) ? chance.pick(TYPES) : 'application/json';
  const whole = (body: Buffer, headers: OutgoingHttpHeaders = {}): EncodedBody => ({
    headers: { 'content-type': type, 'content-length': body.length, ...headers },
    body: body.length > 0 ? [body] : [],
  });
  if (chance.chance(0.8)) return whole(bytes);
  const cut = chance.below(bytes.length + 1);
  const truncated = (body: Buffer) => body.subarray(0, chance.below(body.length));
  return chance.pick<() => EncodedBody>([
    () => ({ headers: { 'transfer-encoding': 'chunked' }, body: [bytes.subarray(0, cut), bytes.subarray(cut)] }),
    () => whole(gzipSync(bytes), { 'content-encoding': 'gzip' }),
    () => whole(deflateSync(bytes), { 'content-encoding': 'deflate' }),
    () => whole(brotliCompressSync(bytes), { 'content-encoding': 'br' }),
    () => whole(truncated(gzipSync(bytes)), { 'content-encoding': 'gzip' }),
    () => whole(truncated(deflateSync(bytes)), { 'content-encoding': 'deflate' }),
    () => whole(truncated(brotliCompressSync(bytes)), { 'content-encoding': 'br' }),
    () => whole(bytes, { 'content-encoding': chance.pick(['gzip', 'deflate', 'br', 'zstd', 'x-gzip']) }),
    () =>
      whole(bytes, {
        'content-encoding': chance.pick(['identity', 'lzma', 'gzip, br', '', 'GZIP', 'constructor', '__proto__']),
      }),
    () => whole(gzipSync(bytes), { 'content-encoding': 'br' }),
  ])();
}

const ODD_HEADERS: readonly OutgoingHttpHeaders[] = [
  { authorization: 'Bearer ' },
  { authorization: 'Basic eDp5' },
  { authorization: 'Bearer \u00e9'.repeat(50) },
  { 'x-api-key': '' },
  { 'anthropic-version': 'never', 'anthropic-beta': 'x,y' },
  { 'x-openwebui-chat-id': 'local:1' },
  { 'x-openwebui-chat-id': 'c'.repeat(2_000) },
  { 'thread-id': '\u00e9\u00ff' },
  { 'x-claudacity-task': 'title_generation' },
  { 'x-claudacity-task': '{{TASK}}' },
  { 'user-agent': 'x'.repeat(5_000) },
  { 'user-agent': '' },
  { 'x-title': '\u00ff' },
  { accept: 'text/html' },
  { origin: 'null' },
  { origin: 'https://somewhere.example' },
  { origin: 'http://localhost:1' },
  { host: 'somewhere.example' },
  { host: '' },
  { host: '[::1' },
  { expect: '100-continue' },
  { range: 'bytes=0-1' },
  { 'if-none-match': '*' },
  { 'x-forwarded-for': '1.2.3.4' },
  { 'x-http-method-override': 'DELETE' },
  { cookie: 'a=b' },
  { 'accept-encoding': 'gzip;q=0' },
];

function oddHeaders(chance: Random): OutgoingHttpHeaders {
  return chance.chance(0.15) ? chance.pick(ODD_HEADERS) : {};
}

const ODD_SEGMENTS = [
  ...[
    'x',
    'sonnet',
    'sonnet:latest',
    'a/b',
    '%ff',
    '%00',
    '%2e%2e',
    '..',
    '%',
    '%E0%A4%A',
    '%252e',
    '__proto__',
    'constructor',
  ],
  ...[
    `sha256:${'0'.repeat(64)}`,
    'x'.repeat(3_000),
    '%F0%9F%92%A5',
    '*',
    ';a=b',
    "'",
    '%0d%0ax:y',
    'index.html',
    '..%2fpackage.json',
  ],
];

/** The Express path, with its parameters replaced by odd values. */
function withOddSegments(path: string, chance: Random): string {
  return path.replaceAll(/[:*]\w+/g, () => chance.pick(ODD_SEGMENTS));
}

const ODD_QUERIES = [
  ...[
    '?',
    '?beta=true',
    '?client_version=1',
    '?a[b][c]=1&a[b]=2',
    '?__proto__[x]=1',
    '?%ff=%ff',
    '?a=%',
    '?a&&&=&=',
    '??',
    '?%00',
  ],
  ...[`?a=${'x'.repeat(5_000)}`, `?${'a&'.repeat(1_000)}`, '?stream=false&model=x', '?#', '?constructor=1'],
];

function oddQuery(chance: Random): string {
  return chance.pick(ODD_QUERIES);
}

const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'M-SEARCH',
  'PURGE',
  'LINK',
];

/** Changes the request apart from its body: the method, the path, the query. */
function oddRequest({ method, path }: ServedRoute, chance: Random): HttpAttempt & RequestTraits {
  const known = withOddSegments(path, chance);
  const target = chance.chance(0.5) ? known : oddTarget(known, chance);
  const usedMethod = chance.chance(0.5) ? chance.pick(METHODS) : method.toUpperCase();
  const bytes = Buffer.from(chance.chance(0.5) ? '' : chance.pick(ODD_BODIES));
  const headers = { 'content-length': bytes.length, ...oddHeaders(chance) };
  return attempt(
    usedMethod,
    target + (chance.chance(0.3) ? oddQuery(chance) : ''),
    headers,
    bytes.length > 0 ? [bytes] : [],
  );
}

function oddTarget(path: string, chance: Random): string {
  const segment = chance.pick(ODD_SEGMENTS);
  return chance.pick([
    `${path}/`,
    `${path}//`,
    `/${path}`,
    `/v1${path}`,
    `/v1/v1${path}`,
    `/api/api${path}`,
    `/api${path}`,
    `${path}/${segment}`,
    `/${segment}${path}`,
    `/${segment}`,
    `/v1/${segment}`,
    `/api/${segment}`,
    `/v1/messages/${segment}`,
    path.toUpperCase(),
    path.replace('a', '%61'),
    path.replaceAll('/', '%2f').replace('%2f', '/'),
    path.replaceAll('/', '/./'),
    path.slice(0, -1) || '/',
    `/${'a/'.repeat(500)}`,
  ]);
}

const RAW = [
  'GET / HTTP/1.1\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
  'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n',
  'GET / HTTP/1.0\r\n\r\n',
  'GET\r\n\r\n',
  'CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET http://localhost/api/tags HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n{}',
  'POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5, 6\r\n\r\n{}',
  'POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400\r\n\r\n{"model":',
  'POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST /v1/responses HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n',
  'POST /v1/responses HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n{',
  'POST /v1/responses HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n{}',
  `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  `GET / HTTP/1.1\r\nHost: localhost\r\n${'a: b\r\n'.repeat(3_000)}\r\n`,
  'GET / HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n',
  'GET /\u0000\u0001 HTTP/1.1\r\nHost: localhost\r\n\r\n',
  '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
];

function rawAttempt(chance: Random): RawAttempt {
  return { kind: 'raw', bytes: Buffer.from(chance.pick(RAW), 'latin1') };
}
