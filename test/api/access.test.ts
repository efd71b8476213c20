/** Access control, on the real server. */
import { createServer } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ env: { HOST: '0.0.0.0' }, settings: { trustOwnAddresses: false } });
});
afterAll(() => app.stop());

const local = (path = '/') => `http://127.0.0.1:${app.port}${path}`;

/** An address of a network interface: without the switch for own addresses, requests to it arrive as if from another computer. */
const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

test('a program on this computer needs no key, and may send an unknown one', async () => {
  for (const headers of [{}, { authorization: 'Bearer ' }, { authorization: 'Bearer any' }, { 'x-api-key': 'any' }]) {
    expect((await send(local('/api/version'), { headers })).status).toBe(200);
  }
});

test.skipIf(outside === undefined)(
  'another computer needs a key; the error has the form of the path’s dialect',
  async () => {
    const sendFromOutside = (path: string) => send(`http://${outside}:${app.port}${path}`);
    const native = await sendFromOutside('/api/tags');
    expect([native.status, JSON.parse(native.text)]).toEqual([403, { error: expect.stringContaining('API key') }]);
    const openai = await sendFromOutside('/v1/models');
    expect([openai.status, JSON.parse(openai.text)]).toMatchObject([401, { error: { type: 'authentication_error' } }]);
    const anthropic = await sendFromOutside('/v1/messages');
    expect([anthropic.status, JSON.parse(anthropic.text)]).toMatchObject([
      401,
      { type: 'error', error: { type: 'authentication_error' } },
    ]);
  },
);

test.skipIf(outside === undefined)('forwarding headers do not make another computer local', async () => {
  const headers = {
    'x-forwarded-for': '127.0.0.1',
    forwarded: 'for=127.0.0.1',
    'x-real-ip': '127.0.0.1',
    host: 'localhost',
  };
  expect((await send(`http://${outside}:${app.port}/api/tags`, { headers })).status).toBe(403);
});

test('a Host header that names another site is refused with what to use instead', async () => {
  const { status, text } = await send(local('/api/tags'), { headers: { host: `evil.example:${app.port}` } });
  expect([status, JSON.parse(text)]).toEqual([403, { error: expect.stringContaining('localhost') }]);
});

test('a Host header may have the names of this computer and of a container’s host', async () => {
  for (const host of ['localhost', 'host.docker.internal:1', `${hostname()}.local`, '[::1]:1']) {
    expect((await send(local(), { headers: { host } })).status).toBe(200);
  }
});

test('pages of another site, and pages with the origin `null`, are refused', async () => {
  const body = JSON.stringify({ model: 'sonnet', prompt: 'Hi.' });
  for (const origin of [
    'https://evil.example',
    'null',
    'http://localhost.evil.example',
    'http://localhost:3000.evil.com',
  ]) {
    const { status, text, headers } = await send(local('/api/generate'), { headers: { origin }, body });
    expect([status, headers['access-control-allow-origin']]).toEqual([403, undefined]);
    const remedy = origin.endsWith('.example')
      ? 'add the origin to CLAUDACITY_ORIGINS'
      : 'no origin that could be allowed';
    expect(JSON.parse(text)).toEqual({ error: expect.stringContaining(remedy) });
  }
  expect(app.api.requests).toHaveLength(0);
});

test('a page of an allowed origin may read answers and errors', async () => {
  const origin = 'http://localhost:3000';
  for (const path of ['/api/version', '/nothing']) {
    const { headers } = await send(local(path), { headers: { origin } });
    expect(headers['access-control-allow-origin']).toBe(origin);
    expect(headers.vary).toContain('Origin');
  }
});

test('a preflight request is answered with the allowed methods and headers', async () => {
  const preflight = (origin: string) =>
    send(local('/v1/chat/completions'), {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, x-openwebui-chat-id, x-other',
      },
    });
  const allowed = await preflight('app://obsidian.md');
  expect([allowed.status, allowed.text]).toEqual([204, '']);
  expect(allowed.headers['access-control-allow-methods']).toBe('GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS');
  expect(allowed.headers['access-control-max-age']).toBe('43200');
  expect(String(allowed.headers['access-control-allow-headers']).split(', ')).toEqual(
    expect.arrayContaining(['Authorization', 'Content-Type', 'x-stainless-lang', 'x-api-key', 'x-openwebui-chat-id']),
  );
  expect(allowed.headers['access-control-allow-headers']).not.toContain('x-other');
  expect((await preflight('https://evil.example')).status).toBe(403);
});

test('a page of an allowed origin may reach this private network, and no other page', async () => {
  const ask = (origin: string) =>
    send(local('/api/chat'), {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-private-network': 'true' },
    });
  expect((await ask('http://localhost:3000')).headers['access-control-allow-private-network']).toBe('true');
  const refused = await ask('https://evil.example');
  expect([refused.status, refused.headers['access-control-allow-private-network']]).toEqual([403, undefined]);
});

test('every answer, refusals included, has the headers that bind browsers', async () => {
  for (const options of [{}, { headers: { origin: 'https://evil.example' } }]) {
    expect((await send(local('/api/version'), options)).headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
  }
});

test('a refused browser extension is listed, and one call lets it in', async () => {
  const origin = 'chrome-extension://abcdefghijklmnopabcdefghijklmnop';
  const status = async () => (await send(local('/api/tags'), { headers: { origin } })).status;
  expect(await status()).toBe(403);
  const knock = app.core.snapshot().knocks.find(({ value }) => value === origin);
  expect(knock).toMatchObject({
    reason: 'origin',
    from: 'this computer',
    remedies: [{ setting: 'origins', value: origin }],
  });
  app.core.calls['knocks.allow'](knock?.id ?? '', 'origins');
  expect(await status()).toBe(200);
  expect(app.core.snapshot().knocks.find(({ value }) => value === origin)).toBeUndefined();
  expect(() => app.core.calls['knocks.allow'](knock?.id ?? '', 'origins')).toThrow('not listed any more');
});

test('a refused request is recorded with the reason', async () => {
  const { headers } = await send(local('/api/tags'), { headers: { origin: 'https://evil.example' } });
  const id = String(headers['x-request-id']);
  await expect.poll(() => app.core.calls['requests.details'](id)?.phase).toBe('failed');
  expect(app.core.calls['requests.details'](id)).toMatchObject({
    status: 403,
    error: expect.stringContaining('origin'),
  });
});

test('a port that another program holds on IPv4 alone is taken', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '0.0.0.0', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(startTestApp({ env: { HOST: '0.0.0.0', PORT: String(port) } })).rejects.toThrow(`Port ${port} is taken`);
  await new Promise((resolve) => other.close(resolve));
});
