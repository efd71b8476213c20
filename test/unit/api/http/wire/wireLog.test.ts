/** What is kept of requests and responses as they go over the wire. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createWireLog, type WireLog } from '../../../../../app/api/http/wire/wireLog';
import { send } from '../../../../support/send';

let server: Server | undefined;
afterEach(() => void server?.close());

/** Sends bodies to a server that answers with the same; their ids are their numbers. */
async function sendAll(log: WireLog, bodies: readonly (string | undefined)[], headers = {}): Promise<void> {
  let count = 0;
  const answer = (req: IncomingMessage, chunks: Buffer[]) =>
    chunks.length > 0 ? Buffer.concat(chunks) : (req.url ?? '');
  server = createServer((req, res) => {
    log.begin(String(count++), req, res);
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => {
      log.addBody(req, chunk);
      chunks.push(chunk);
    });
    req.on('end', () => {
      res.write('answer: ');
      res.end(answer(req, chunks));
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  for (const body of bodies)
    await send(`http://127.0.0.1:${port}/v1`, { headers, ...(body !== undefined && { body }) });
}

test('headers and bodies of both sides are kept, without secrets', async () => {
  const log = createWireLog({ keepsBodies: () => true });
  await sendAll(log, ['{"a":"sk-0123456789abcdef"}'], { 'X-Api-Key': 'abcdefgh', 'X-Order': '1' });
  const captured = log.find('0');
  expect(captured).toMatchObject({ method: 'POST', url: '/v1', keyPlace: 'x-api-key', status: 200, isPrivate: false });
  expect(captured?.wire.request.headers).toEqual(
    expect.arrayContaining([
      ['X-Api-Key', '…'],
      ['X-Order', '1'],
    ]),
  );
  expect(captured?.wire.request).toMatchObject({ body: '{"a":"sk-…"}', bytes: 27, truncated: false });
  expect(captured?.wire.response).toMatchObject({ body: 'answer: {"a":"sk-…"}', bytes: 35, truncated: false });
  expect(captured?.body?.toString()).toContain('0123456789');
});

test('of a long body the start is kept, and it cannot be sent again', async () => {
  const log = createWireLog({ keepsBodies: () => true });
  const words = 'word '.repeat(60_000);
  await sendAll(log, [words]);
  expect(log.find('0')).toMatchObject({ body: null, wire: { request: { bytes: 300_000, truncated: true } } });
  expect(log.find('0')?.wire.request.body).toHaveLength(256 * 1024);
});

test('the latest requests are kept, and those without a body do not push out the others', async () => {
  const log = createWireLog({ keepsBodies: () => true, maxRequests: 2 });
  await sendAll(log, ['one', 'two', 'three', ...Array.from({ length: 105 }, () => undefined)]);
  expect([0, 1, 2].map((id) => log.find(String(id)) !== null)).toEqual([false, true, true]);
  expect([3, 7, 8, 107].map((id) => log.find(String(id)) !== null)).toEqual([false, false, true, true]);
});

test('all bodies together take a bounded part of the memory', async () => {
  const log = createWireLog({ keepsBodies: () => true, maxBytes: 100_000 });
  await sendAll(log, ['a '.repeat(15_000), 'b '.repeat(15_000)]);
  expect(log.find('0')).toBeNull();
  expect(log.find('1')?.wire.request.body).toHaveLength(30_000);
});

test('no body is kept where texts are not, and none stays that is deleted', async () => {
  const silent = createWireLog({ keepsBodies: () => false });
  await sendAll(silent, ['secret']);
  expect(silent.find('0')).toMatchObject({ isPrivate: true, body: null, wire: { request: { body: null, bytes: 6 } } });
  const log = createWireLog({ keepsBodies: () => true });
  await sendAll(log, ['one', 'two']);
  log.dropBodies((id) => id === '0');
  expect([0, 1].map((id) => log.find(String(id))?.wire.response.body)).toEqual([null, 'answer: two']);
});
