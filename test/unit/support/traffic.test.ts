/** The recording of a server's answers: complete bodies, of that server only, and a flag for answers that were cut off. */
import fs from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeFolder, scratchFolder } from '../../support/cli';
import { send } from '../../support/send';
import { readTraffic, recordTraffic } from '../../support/traffic';

const server = createServer((incoming, response) => {
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  if (incoming.url === '/open') response.write('first ');
  else {
    response.statusCode = 404;
    response.write('Grü');
    response.write(Buffer.from('ße '));
    response.end('👋');
  }
});
let folder: string;
let port: number;

beforeEach(async () => {
  folder = await scratchFolder();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterEach(async () => {
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  await removeFolder(folder);
});

test('an answer is recorded as it was sent, until the recording is stopped', async () => {
  const stopRecording = recordTraffic(port, folder);
  await send(`http://127.0.0.1:${port}/some/path?query=1`, { method: 'DELETE' });
  stopRecording();
  await send(`http://127.0.0.1:${port}/after`);
  await expect.poll(() => fs.readdirSync(folder)).toHaveLength(1);
  const answer = { method: 'DELETE', path: '/some/path', status: 404, contentType: 'text/plain' };
  expect(readTraffic(folder)).toEqual([{ ...answer, body: 'Grüße 👋', complete: true }]);
});

test('the answers of another server are not recorded', async () => {
  const stopRecording = recordTraffic(port + 1, folder);
  await send(`http://127.0.0.1:${port}/`);
  stopRecording();
  expect(readTraffic(folder)).toEqual([]);
});

test('an answer is not complete if the client hangs up before its end', async () => {
  const stopRecording = recordTraffic(port, folder);
  const outgoing = request(`http://127.0.0.1:${port}/open`, { agent: false });
  outgoing.on('error', () => {});
  outgoing.on('response', (response) => {
    response.on('error', () => {});
    response.once('data', () => outgoing.destroy());
  });
  outgoing.end();
  await expect.poll(() => fs.readdirSync(folder)).toHaveLength(1);
  stopRecording();
  expect(readTraffic(folder)).toMatchObject([{ path: '/open', body: 'first ', complete: false }]);
});
