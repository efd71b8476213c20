/** Clients that send slowly, or never read what they asked for: each has a limit. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { hang, text } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;
const sockets: Socket[] = [];

beforeAll(async () => {
  app = await startTestApp({
    bodyLimits: { totalMs: 2_000, silentMs: 400, slowAfterMs: 600, bytesPerS: 1_000 },
    readerTimeoutMs: 500,
  });
});
afterAll(() => app.stop());
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

const DIALECTS = [
  ['/api/chat', { error: expect.stringContaining('request body') }],
  ['/v1/chat/completions', { error: { message: expect.stringContaining('request body') } }],
  ['/v1/messages', { type: 'error', error: { message: expect.stringContaining('request body') } }],
] as const;

/** Sends the head of a request, then `bytes` of its body every `everyMs`. Resolves with all that was received until the connection closed. */
async function drip(path: string, bytes: number, everyMs: number): Promise<string> {
  const socket = connect(app.port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text;
  });
  socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n{"a":"`);
  const timer = setInterval(() => socket.write('x'.repeat(bytes)), everyMs);
  await once(socket, 'close');
  clearInterval(timer);
  return received;
}

test.each(DIALECTS)('a body that stops arriving is refused with 408 at %s', async (path, error) => {
  const answer = await drip(path, 0, 60_000);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain('Connection: close');
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject(error);
  expect(answer).toContain('stopped arriving');
});

test('a body that drips is refused, as is one that takes too long at any speed', async () => {
  expect(await drip('/api/chat', 1, 50)).toContain('arrives at less than 1000 bytes/s');
  expect(await drip('/api/chat', 200, 50)).toContain('did not arrive within 2 s');
});

test('a client that does not read a complete answer loses its connection', async () => {
  app.api.answer(text(...Array.from({ length: 200 }, () => 'x'.repeat(50_000))));
  const socket = connect(app.port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  socket.pause();
  const messages = [{ role: 'user', content: 'Write a book.' }];
  const body = JSON.stringify({ model: 'sonnet', stream: false, messages });
  socket.write(`POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  const row = () => app.core.snapshot().requests.find(({ model }) => model === 'sonnet');
  await expect.poll(() => row()?.phase, { timeout: 30_000 }).toBe('cancelled');
});

test('requests that wait for another on their connection end with it', async () => {
  app.api.answer(hang());
  const socket = connect(app.port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  const body = JSON.stringify({ model: 'haiku', messages: [{ role: 'user', content: 'Wait.' }] });
  const first = `POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  socket.write(first + 'GET /api/version HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3));
  const rows = () =>
    app.core.snapshot().requests.filter(({ path, model }) => path === '/api/version' || model === 'haiku');
  await expect.poll(() => rows().filter(({ phase }) => phase === 'waiting').length, { timeout: 20_000 }).toBe(4);
  socket.destroy();
  await expect.poll(() => rows().map(({ phase }) => phase)).toEqual(Array.from({ length: 4 }, () => 'cancelled'));
});
