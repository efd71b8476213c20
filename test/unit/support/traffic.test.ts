/** The record of what a server has answered: whole, of that server alone, and with what a client did not stay for. */
import fs from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeFolder, scratchFolder } from '../../support/cli';
import { send } from '../../support/send';
import { readTraffic, recordTraffic } from '../../support/traffic';

const server = createServer((asked, response) => {
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  if (asked.url === '/open') response.write('first ');
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

test('an answer is written down as it was sent, and only while that is wanted', async () => {
  const end = recordTraffic(port, folder);
  await send(`http://127.0.0.1:${port}/some/path?query=1`, { method: 'DELETE' });
  end();
  await send(`http://127.0.0.1:${port}/after`);
  await expect.poll(() => fs.readdirSync(folder)).toHaveLength(1);
  const answer = { method: 'DELETE', path: '/some/path', status: 404, contentType: 'text/plain' };
  expect(readTraffic(folder)).toEqual([{ ...answer, body: 'Grüße 👋', complete: true }]);
});

test('the answers of another server are not', async () => {
  const end = recordTraffic(port + 1, folder);
  await send(`http://127.0.0.1:${port}/`);
  end();
  expect(readTraffic(folder)).toEqual([]);
});

test('an answer whose client has hung up is not complete', async () => {
  const end = recordTraffic(port, folder);
  const asked = request(`http://127.0.0.1:${port}/open`, { agent: false });
  asked.on('error', () => {});
  asked.on('response', (response) => {
    response.on('error', () => {});
    response.once('data', () => asked.destroy());
  });
  asked.end();
  await expect.poll(() => fs.readdirSync(folder)).toHaveLength(1);
  end();
  expect(readTraffic(folder)).toMatchObject([{ path: '/open', body: 'first ', complete: false }]);
});
