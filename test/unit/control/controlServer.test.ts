import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectToApp, NotRunningError } from '../../../app/control/client';
import { type Control, type ControlLimits, openControl } from '../../../app/control/controlServer';
import { findSocket } from '../../../app/control/socketPath';
import { MAX_REQUEST_BYTES } from '../../../app/control/wire';
import { createTopics, type TopicSources } from '../../../app/core/topics';
import type { CallHandlers, Knock, RequestRow, ServerState } from '../../../app/shared/contract';
import { removeFolder, scratchFolder } from '../../support/cli';
import { recordingLog } from '../../support/recordingLog';

const SERVER: ServerState = { phase: 'running', host: '127.0.0.1', port: 1, url: 'http://127.0.0.1:1' };
const LONG_TEXT = 'x'.repeat(4 * 1024 * 1024);

let folder: string;
let cleanup: (() => Promise<void> | void)[];
let topics: ReturnType<typeof createTopics>;
let knocks: Knock[];

beforeEach(async () => {
  folder = await scratchFolder();
  cleanup = [];
  knocks = [];
  // The values of the other topics are not read here.
  topics = createTopics({
    server: () => SERVER,
    knocks: () => knocks,
    requests: () => [] as RequestRow[],
  } as TopicSources);
});
afterEach(async () => {
  for (const clean of cleanup.reverse()) await clean();
  await removeFolder(folder);
});

async function open(dataDir = folder, calls: Partial<CallHandlers> = {}, limits: Partial<ControlLimits> = {}) {
  const control = await openControl({ dataDir, calls, topics, log: recordingLog(), limits });
  let closed: Promise<void> | undefined;
  const closeOnce = () => {
    closed ??= control.close();
    return closed;
  };
  cleanup.push(closeOnce);
  return { path: control.path, close: closeOnce } satisfies Control;
}

async function connect(dataDir = folder) {
  const client = await connectToApp({ dataDir });
  cleanup.push(client.close);
  return client;
}

/** Sends lines as they are and returns the answers until the app or `count` ends them. */
async function exchange(lines: string, count: number): Promise<unknown[]> {
  const socket = net.connect(findSocket(folder));
  socket.on('error', () => {});
  socket.write(lines);
  const answers: unknown[] = [];
  for await (const line of createInterface(socket)) {
    answers.push(JSON.parse(line));
    if (answers.length === count) break;
  }
  socket.destroy();
  return answers;
}

/** Listens without answering, and leaves its file when it ends, as an app that was killed does. */
async function leaveStaleSocket(file: string): Promise<void> {
  const script = `require('net').createServer().listen(${JSON.stringify(file)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', script]), 'exit');
  expect(existsSync(file)).toBe(true);
}

test('a call gets its handler’s result', async () => {
  await open(folder, { 'requests.older': (before, limit) => [{ id: `${before} ${limit}` } as RequestRow] });
  expect(await (await connect()).call('requests.older', 5, 10)).toEqual([{ id: '5 10' }]);
});

test('a call without a result resolves', async () => {
  await open(folder, { 'requests.clear': () => undefined });
  expect(await (await connect()).call('requests.clear')).toBeNull();
});

test('what a handler throws is the client’s error', async () => {
  await open(folder, {
    'keys.revoke': () => {
      throw new Error('There is no such key.');
    },
  });
  await expect((await connect()).call('keys.revoke', 'x')).rejects.toThrow('There is no such key.');
});

test.each([
  ['a call that does not exist', '{"id":1,"call":"toString"}', 1, 'There is no such call.'],
  ['a call that needs the window', '{"id":1,"call":"clipboard.copy","args":["x"]}', 1, 'This call needs the window.'],
  ['wrong arguments', '{"id":1,"call":"requests.older","args":["x",0]}', 1, 'expected number'],
  ['arguments that are no list', '{"id":1,"call":"requests.older","args":{}}', 1, 'This is no request'],
  ['a topic of the window', '{"id":1,"read":["loginItem"]}', 1, 'This is no request'],
  ['a topic that does not exist', '{"id":1,"subscribe":["constructor"]}', 1, 'This is no request'],
  ['no topic', '{"id":1,"subscribe":[]}', 1, 'This is no request'],
  ['more than is known', '{"id":1,"read":["server"],"as":"root"}', 1, 'This is no request'],
  ['an id that is no number', '{"id":"1","read":["server"]}', null, 'This is no request'],
  ['a list', '[1]', null, 'This is no request'],
  ['half a line', '{"id":1,"read":["ser', null, 'This line is not JSON.'],
])('%s is refused, and the next request answered', async (_, line, id, message) => {
  await open(folder, { 'requests.older': () => [] });
  expect(await exchange(`${line}\n\n{"id":2,"read":["server"]}\n`, 2)).toEqual([
    { id, error: { message: expect.stringContaining(message) } },
    { id: 2, result: { server: SERVER } },
  ]);
});

test('a line that is too long ends the connection with the reason', async () => {
  await open();
  const endless = 'x'.repeat(MAX_REQUEST_BYTES * 2);
  expect(await exchange(endless, 2)).toEqual([
    { id: null, error: { message: `A line has more than ${MAX_REQUEST_BYTES} bytes.` } },
  ]);
});

test('a client that ends its half of the connection still gets its answers', async () => {
  await open(folder, { 'app.licenses': async () => LONG_TEXT });
  const socket = net.connect(findSocket(folder));
  socket.end('{"id":1,"call":"app.licenses"}');
  let bytes = 0;
  for await (const chunk of socket) bytes += chunk.length;
  expect(bytes).toBeGreaterThan(LONG_TEXT.length);
});

test('a subscriber gets a snapshot, then changes, until it leaves', async () => {
  await open();
  const client = await connect();
  const updates: unknown[] = [];
  let received = () => {};
  const change = new Promise<void>((resolve) => {
    received = resolve;
  });
  await client.subscribe(['knocks'], (update) => {
    updates.push(update);
    if (!update.snapshot) received();
  });
  const knock = { id: 'a' } as Knock;
  knocks = [knock];
  topics.changed('knocks');
  await change;
  expect(updates).toEqual([
    { snapshot: true, values: { knocks: [] } },
    { snapshot: false, values: { knocks: [knock] } },
  ]);

  client.close();
  await client.closed;
  await expect.poll(() => topics.subscriptions).toBe(0);
  await expect(client.read('server')).rejects.toThrow('has ended');
});

test('a client that does not read is disconnected, and nothing piles up for it', async () => {
  await open(folder, {}, { unreadMs: 50 });
  knocks = [{ id: LONG_TEXT } as Knock];
  const socket = net.connect(findSocket(folder));
  socket.pause();
  socket.write('{"id":1,"subscribe":["knocks"]}\n');
  await expect.poll(() => topics.subscriptions).toBe(1);
  await expect.poll(() => topics.subscriptions).toBe(0);
  let bytes = 0;
  for await (const chunk of socket) bytes += chunk.length;
  expect(bytes).toBeLessThan(LONG_TEXT.length);
});

test('a client that reads late gets one snapshot in place of the changes', async () => {
  await open();
  knocks = [{ id: LONG_TEXT } as Knock];
  const socket = net.connect(findSocket(folder));
  socket.pause();
  socket.write('{"id":1,"subscribe":["knocks"]}\n');
  await expect.poll(() => topics.subscriptions).toBe(1);
  knocks = [];
  for (let change = 0; change < 100; change += 1) topics.changed('knocks');
  const lines = createInterface(socket)[Symbol.asyncIterator]();
  expect(JSON.parse((await lines.next()).value)).toMatchObject({ update: { snapshot: true } });
  expect(JSON.parse((await lines.next()).value)).toEqual({ id: 1, update: { snapshot: true, values: { knocks: [] } } });
  socket.destroy();
});

test('too many connections are refused with the reason', async () => {
  await open(folder, {}, { clients: 1 });
  await (await connect()).read('server');
  const second = await connect();
  await expect(second.read('server')).rejects.toThrow('Too many programs are connected.');
});

test('too many subscriptions of a connection are refused', async () => {
  await open(folder, {}, { running: 1 });
  const client = await connect();
  await client.subscribe(['server'], () => {});
  await expect(client.subscribe(['server'], () => {})).rejects.toThrow('too many subscriptions');
});

test('requests that run do not hold up others of the connection', async () => {
  let finish = () => {};
  const held = new Promise<void>((resolve) => {
    finish = resolve;
  });
  await open(folder, { 'conversations.end': () => held });
  const client = await connect();
  const slow = client.call('conversations.end', 'a');
  expect(await client.read('server')).toEqual({ server: SERVER });
  finish();
  await slow;
});

test('a call that takes too long is given up', async () => {
  await open(folder, { 'conversations.end': () => new Promise(() => {}) });
  const client = await connectToApp({ dataDir: folder, timeoutMs: 20 });
  cleanup.push(client.close);
  await expect(client.call('conversations.end', 'a')).rejects.toThrow('did not answer within');
});

test('the end of the app ends what waits for it', async () => {
  const control = await open(folder, { 'conversations.end': () => new Promise(() => {}) });
  const client = await connect();
  const call = client.call('conversations.end', 'a');
  call.catch(() => {});
  await client.read('server');
  await control.close();
  await expect(call).rejects.toThrow();
  await client.closed;
});

test('without an app the client says so', async () => {
  await expect(connectToApp({ dataDir: folder })).rejects.toThrow(NotRunningError);
});

test.skipIf(process.platform === 'win32')('the socket is the user’s alone, and gone after closing', async () => {
  mkdirSync(path.join(folder, 'control'), { mode: 0o755 });
  chmodSync(path.join(folder, 'control'), 0o755);
  const control = await open();
  expect(statSync(path.dirname(control.path)).mode & 0o777).toBe(0o700);
  expect(statSync(control.path).mode & 0o777).toBe(0o600);
  await control.close();
  expect(readdirSync(path.join(folder, 'control'))).toEqual([]);
});

test.skipIf(process.platform === 'win32')('the socket of an app that was killed is replaced', async () => {
  mkdirSync(path.join(folder, 'control'), { mode: 0o700 });
  await leaveStaleSocket(findSocket(folder));
  await expect(connectToApp({ dataDir: folder })).rejects.toThrow(NotRunningError);
  await open();
  expect(await (await connect()).read('server')).toEqual({ server: SERVER });
});

test('the socket of a living app is left to it', async () => {
  await open();
  await expect(open()).rejects.toThrow();
  expect(await (await connect()).read('server')).toEqual({ server: SERVER });
});

test.skipIf(process.platform === 'win32')('a path that is too long for a socket', async () => {
  const deep = path.join(folder, 'd'.repeat(90));
  const before = readdirSync(tmpdir());
  const control = await open(deep);
  expect(control.path.startsWith(deep)).toBe(false);
  expect(statSync(path.dirname(control.path)).mode & 0o777).toBe(0o700);
  expect(await (await connect(deep)).read('server')).toEqual({ server: SERVER });
  await expect(open(deep)).rejects.toThrow('another Claudacity');
  await control.close();
  expect(readdirSync(path.join(deep, 'control'))).toEqual([]);
  expect(readdirSync(tmpdir()).filter((name) => !before.includes(name) && name.includes('control'))).toEqual([]);
});

test.skipIf(process.getuid?.() !== 0)('a folder of somebody else is not used', async () => {
  mkdirSync(path.join(folder, 'control'));
  chownSync(path.join(folder, 'control'), 65534, 65534);
  await expect(open()).rejects.toThrow('does not belong to this user');
});
