/** Fetching images by URL, from a server on loopback that only these tests allow; the last tests check the real rule. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import type { FetchLimits } from '../../../../app/api/input/fetchImage';
import { imageReader } from '../../../../app/api/input/image';
import { isPublicAddress } from '../../../../app/api/input/publicAddress';

const PNG = Buffer.from('\x89PNG\r\n\x1a\n-------', 'latin1');

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** `http://127.0.0.1:…` */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const LOOPBACK: FetchLimits = { isAllowed: (address) => address === '127.0.0.1' };

function read(source: string, limits: FetchLimits = LOOPBACK) {
  return imageReader({ fetchesImages: () => true }, limits)(source, 'url');
}

test('detects the type of a fetched image from its bytes', async () => {
  const url = await serve((_req, res) => res.setHeader('content-type', 'text/html').end(PNG));
  expect(await read(`${url}/cat.jpg`)).toEqual({
    type: 'image',
    mediaType: 'image/png',
    data: PNG.toString('base64'),
  });
});

test('requests the given path and query, without cookies or credentials', async () => {
  let received: unknown;
  const url = await serve((req, res) => {
    received = [req.url, req.headers.cookie, req.headers.authorization];
    res.end(PNG);
  });
  await read(`${url}/a%20b?c=d#e`);
  expect(received).toEqual(['/a%20b?c=d', undefined, undefined]);
});

test('follows at most three redirects', async () => {
  const url = await serve((req, res) => {
    const left = Number(req.url?.slice(1));
    if (left === 0) res.end(PNG);
    else res.writeHead(302, { location: `/${left - 1}` }).end();
  });
  await expect(read(`${url}/3`)).resolves.toMatchObject({ mediaType: 'image/png' });
  await expect(read(`${url}/4`)).rejects.toThrow('redirected too often');
});

test('checks the address of a redirect', async () => {
  let reached = false;
  const inner = await serve((_req, res) => {
    reached = true;
    res.end(PNG);
  });
  const port = new URL(inner).port;
  for (const target of [`http://127.0.0.2:${port}/`, `http://localhost:${port}/`, 'file:///etc/passwd']) {
    const outer = await serve((_req, res) => res.writeHead(301, { location: target }).end());
    const allowed = (address: string) => address === '127.0.0.1' && !reached;
    const limits = target.includes('localhost') ? onlyFirst(allowed) : { isAllowed: allowed };
    await expect(read(outer, limits)).rejects.toThrow(/the address is not a public one|only http/);
  }
  expect(reached).toBe(false);
});

/** Allows the first check alone: that of the IP address, not that of the host name behind the redirect. */
function onlyFirst(isAllowed: (address: string) => boolean): FetchLimits {
  let checks = 0;
  return {
    isAllowed: (address) => {
      checks += 1;
      return checks === 1 && isAllowed(address);
    },
  };
}

test.each([
  ['a body that is not an image', PNG.subarray(1), 'url: not a PNG'],
  ['a body that is too large', Buffer.concat([PNG, Buffer.alloc(2048)]), 'larger than'],
])('refuses %s', async (_what, body, message) => {
  const url = await serve((_req, res) => res.end(body));
  await expect(read(url, { ...LOOPBACK, bytes: 1024 })).rejects.toThrow(message);
});

test('refuses a body that is too large without a Content-Length', async () => {
  const url = await serve((_req, res) => {
    res.write(PNG);
    res.write(Buffer.alloc(4096));
    res.end();
  });
  await expect(read(url, { ...LOOPBACK, bytes: 1024 })).rejects.toThrow('larger than');
});

test('names the status of an error response', async () => {
  const url = await serve((_req, res) => res.writeHead(404).end());
  await expect(read(url)).rejects.toMatchObject({
    kind: 'invalid_request',
    param: 'url',
    message: 'url: the image cannot be fetched: the answer is 404',
  });
});

test('gives up when it takes too long', async () => {
  const url = await serve((_req, res) => {
    res.write(PNG);
  });
  await expect(read(url, { ...LOOPBACK, timeMs: 100 })).rejects.toThrow('longer than');
});

test('reports a refused connection as no answer', async () => {
  const url = await serve(() => {});
  servers.splice(0).forEach((server) => void server.close());
  await expect(read(url)).rejects.toThrow('there is no answer');
});

test('fetches at most 20 images for a request', async () => {
  const url = await serve((_req, res) => res.end(PNG));
  const reader = imageReader({ fetchesImages: () => true }, LOOPBACK);
  await Promise.all(Array.from({ length: 20 }, () => reader(url, 'url')));
  await expect(reader(url, 'url')).rejects.toThrow('at most 20 images');
});

test.each([
  'http://127.0.0.1/',
  'http://127.1/',
  'http://2130706433/',
  'http://0x7f.0.0.1/',
  'http://0/',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[fe80::1]/',
  'http://10.0.0.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://localhost/',
  'http://user:secret@93.184.216.34/',
])('does not connect to %s', async (source) => {
  await expect(read(source, {})).rejects.toThrow(/the address is not a public one|password|no answer/);
});

test('fetches nothing unless the settings allow it', async () => {
  let reached = false;
  const url = await serve((_req, res) => {
    reached = true;
    res.end(PNG);
  });
  const reader = imageReader({ fetchesImages: () => false }, LOOPBACK);
  await expect(reader(url, 'url')).rejects.toThrow('allow fetching in the settings');
  expect(reached).toBe(false);
});

test.each(['93.184.216.34', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::5'])(
  '%s is a public address',
  (address) => expect(isPublicAddress(address)).toBe(true),
);

test.each([
  ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.9.9.9', '169.254.169.254', '172.16.0.1', '172.31.255.255'],
  ...[
    '192.0.0.1',
    '192.0.2.1',
    '192.168.0.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '255.255.255.255',
    '192.31.196.1',
  ],
  ...[
    '::',
    '::1',
    '::ffff:8.8.8.8',
    '::8.8.8.8',
    '5f00::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    'fe80::1%eth0',
    'fd00::1',
    'ff02::1',
  ],
  ...['2001:db8::1', '2002:7f00:1::', '2001:0:4136:e378:8000:63bf:3fff:fdd2', '', 'localhost'],
])('%s is not a public address', (address) => expect(isPublicAddress(address)).toBe(false));

test('no address of this computer is a public address', () => {
  const own = Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address) ?? []);
  expect(own.filter(isPublicAddress)).toEqual([]);
});

/** More than one of the pieces in which base64 is checked. */
const LONG = 'A'.repeat(600 * 1024 - 32);

test('accepts a long image in any form of base64', async () => {
  const image = PNG.toString('base64').replace(/=+$/, '');
  const standard = `${image.slice(0, 16)}${LONG}+/==`;
  const forms = [
    standard,
    `data:image/png;base64,${standard}`,
    standard.replace('+/', '-_'),
    standard.replace(/A{76}/g, '$&\r\n'),
  ];
  for (const form of forms) expect((await read(form)).data).toBe(standard);
});

test.each([
  ['another character', `${LONG}!`],
  ['padding in the middle', `AA==${LONG}`],
  ['padding at the end of a piece', `${'A'.repeat(256 * 1024 - 1)}=${LONG}`],
  ['too much padding', `${LONG}===`],
  ['padding alone', '=='],
  ['nothing', ''],
])('refuses a text with %s as base64', async (_what, source) => {
  await expect(read(source)).rejects.toMatchObject({
    kind: 'invalid_request',
    message: expect.stringContaining('not base64'),
  });
});
