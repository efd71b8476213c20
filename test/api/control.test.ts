/** The control socket and the commands that use it, with the real app. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type ControlClient, connectToApp } from '../../app/control/client';
import { findSocket } from '../../app/control/socketPath';
import type { RequestRow } from '../../app/shared/contract';
import { bundleCommand } from '../../build/bundle.mjs';
import { removeFolder, scratchFolder } from '../support/cli';
import { startCommand } from '../support/commandProcess';
import { ask, uniqueWord, user } from '../support/conversation';
import { text } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';

let bundle: string;
let app: TestApp;
const clients: ControlClient[] = [];

beforeAll(async () => {
  bundle = await scratchFolder();
  await bundleCommand(bundle);
  app = await startTestApp();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(async () => {
  await app.stop();
  await removeFolder(bundle);
});

async function connect() {
  const client = await connectToApp({ dataDir: app.dataDir });
  clients.push(client);
  return client;
}

interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

function claudacity(args: string[], { home = app.dataDir, as = [] as string[] } = {}): Promise<Result> {
  const [file = '', ...rest] = [...as, process.execPath, path.join(bundle, 'cli.cjs'), ...args];
  return new Promise((resolve) => {
    const child = execFile(file, rest, { env: { CLAUDACITY_HOME: home }, cwd: '/' }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

test('`claudacity status` tells where the app listens and who pays', async () => {
  const { code, stdout, stderr } = await claudacity(['status']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`running on ${app.url}`);
  expect(stdout).toMatch(/Claude CLI {2}[\d.]+, ready/);
});

test('a key is made, listed, used and revoked with the command', async () => {
  const added = await claudacity(['keys', 'add', 'Phone']);
  expect(added).toMatchObject({ code: 0, stdout: expect.stringMatching(/^cld_\S+\n$/) });
  const secret = added.stdout.trim();
  const models = () => fetch(`${app.url}/v1/models`, { headers: { authorization: `Bearer ${secret}` } });
  expect((await models()).status).toBe(200);

  const list = await claudacity(['keys', 'list']);
  const [id = ''] = /^\S+(?=\s+Phone )/m.exec(list.stdout) ?? [];
  expect(list.stdout).not.toContain(secret);
  expect(await claudacity(['keys', 'revoke', id])).toMatchObject({ code: 0, stdout: '' });
  expect((await models()).status).toBe(401);
  expect((await claudacity(['keys', 'list'])).stdout).toMatch(new RegExp(`^${id} .*revoked$`, 'm'));
});

test('errors have words and an exit code of their own', async () => {
  expect(await claudacity(['keys', 'revoke', 'none'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('key'),
  });
  expect(await claudacity(['keys', 'add'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('keys add [options] <NAME>'),
  });
  expect(await claudacity(['keys', 'add', 'a', 'b'])).toMatchObject({ code: 2 });
  const elsewhere = await claudacity(['status'], { home: path.join(bundle, 'nothing') });
  expect(elsewhere).toEqual({ code: 3, stdout: '', stderr: 'Claudacity is not running.\n' });
});

test('requests are followed over the socket as they come', async () => {
  const rows: RequestRow[] = [];
  await (await connect()).subscribe(['requests'], ({ values }) => void rows.push(...(values.requests ?? [])));
  app.api.answer(text('Noon.'));
  await ask(app, [user(uniqueWord('Q'))]);
  await expect.poll(() => rows.at(-1)).toMatchObject({ phase: 'done', status: 200 });
});

test('what the window alone can do is refused', async () => {
  const client = await connect();
  await expect(client.call('clipboard.copy', 'x')).rejects.toThrow('needs the window');
  await expect(client.call('loginItem.set', true)).rejects.toThrow('needs the window');
  await expect(client.call('settings.change', { port: -1 })).rejects.toThrow(/port|Too small/);
});

test.skipIf(process.getuid?.() !== 0)('another user of this computer cannot open the socket', async () => {
  // All folders on the way to the data folder are open, so that the socket's own protection is what is tested.
  for (const folder of [app.home, app.dataDir, bundle]) chmodSync(folder, 0o755);
  const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--'];
  const connectTo = (file: string) =>
    `require('net').connect(${JSON.stringify(file)}).on('connect', () => console.log('open')).on('error', (e) => console.log(e.code))`;
  const attempt = (as: string[]) =>
    new Promise<string>((resolve) => {
      const [file = '', ...args] = [...as, process.execPath, '-e', connectTo(findSocket(app.dataDir))];
      execFile(file, args, { timeout: 5_000 }, (_error, stdout) => resolve(stdout.trim()));
    });
  expect(await attempt(nobody)).toBe('EACCES');
  // The folder's mode is not the only lock.
  chmodSync(path.join(app.dataDir, 'control'), 0o755);
  expect(await attempt(nobody)).toBe('EACCES');
  chmodSync(path.join(app.dataDir, 'control'), 0o700);

  const status = await claudacity(['status'], { as: nobody });
  expect(status).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('belongs to another user') });
});

test('a second app on the same data folder is refused, and leaves the socket to the first', async () => {
  await expect(startCommand(app.api, app.home)).rejects.toThrow('exited with 1');
  expect((await (await connect()).read('server')).server.url).toBe(app.url);
});

test('the socket is gone when the app has ended', async () => {
  const other = await startTestApp();
  const client = await connectToApp({ dataDir: other.dataDir });
  const file = findSocket(other.dataDir);
  expect(existsSync(file)).toBe(true);
  await other.stop();
  await client.closed;
  expect(existsSync(file)).toBe(false);
});
