import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { healthDiagnosis, systemDiagnoses } from '../../../app/command/diagnoses';
import { removeFolder, scratchFolder } from '../../support/cli';

let folder: string;
beforeAll(async () => {
  folder = await scratchFolder();
});
afterAll(() => removeFolder(folder));

const find = async (id: string, env: NodeJS.ProcessEnv) =>
  (await systemDiagnoses({ env, platform: 'linux' })).find((diagnosis) => diagnosis.id === id);

test('the command is looked for in the folders of the PATH', async () => {
  expect(await find('path', { PATH: `${folder}:relative` })).toMatchObject({
    state: 'warning',
    remedy: expect.stringContaining('PATH'),
  });
  const file = path.join(folder, 'claudacity');
  writeFileSync(file, '');
  expect(await find('path', { PATH: folder })).toMatchObject({ state: 'warning' });
  chmodSync(file, 0o755);
  expect(await find('path', { PATH: `/nonexistent:${folder}` })).toMatchObject({ state: 'ok', text: file });
});

test('no display is no fault: the server runs without a window', async () => {
  expect(await find('display', {})).toMatchObject({ state: 'ok', text: expect.stringContaining('without a window') });
  expect(await find('tray', {})).toMatchObject({ state: 'ok' });
  expect(await find('display', { WAYLAND_DISPLAY: 'wayland-0' })).toMatchObject({ state: 'ok', text: 'wayland-0' });
});

test('the server’s health is what it answers, or why it does not', async () => {
  let status = 200;
  const server = createServer((_request, response) => response.writeHead(status, { connection: 'close' }).end()).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await healthDiagnosis(url)).toMatchObject({ state: 'ok', text: expect.stringContaining('answers 200') });
  status = 503;
  expect(await healthDiagnosis(url)).toMatchObject({ state: 'problem', text: expect.stringContaining('answers 503') });
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  expect(await healthDiagnosis(url)).toMatchObject({ state: 'problem', text: expect.stringContaining('ECONNREFUSED') });
});
