/**
 * The path of an update of an installed deb: 1.0.0 finds, downloads and installs 1.0.1 with the rights of the system. The app runs as root, who is
 * asked for no rights; without them nothing can be installed. Both packages are real, and are removed at the end.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claudePath, cliEnvironment, leftoverProcesses, removeFolder, scratchFolder } from '../support/cli';
import { type MessagesApi, startMessagesApi } from '../support/messagesApi';
import { askApp, buildDeb, runningUrl, startUpdateFeed, type UpdateFeed } from '../support/updateFeed';

const run = promisify(execFile);
const MINUTES = 60_000;

let folder: string;
let dataDir: string;
let api: MessagesApi;
let feed: UpdateFeed;
let session: ChildProcess;
let newer: string;

beforeAll(async () => {
  folder = await scratchFolder();
  dataDir = path.join(folder, 'data');
  const older = await buildDeb('1.0.0', folder);
  newer = await buildDeb('1.0.1', folder);
  await run('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=120', 'install', older], {
    env: APT_ENV,
    maxBuffer: 1e8,
  });
  [api, feed] = [await startMessagesApi(), await startUpdateFeed()];
  const env = {
    ...cliEnvironment(api, folder),
    ...{
      PATH: process.env.PATH ?? '',
      HOST: '127.0.0.1',
      PORT: '0',
      CLAUDACITY_HOME: dataDir,
      CLAUDE_PATH: claudePath(),
    },
    ...{ CLAUDACITY_UPDATE_FEED: feed.url, CLAUDACITY_UPDATE_CHECK: 'off' },
  };
  const { stdout } = await run('dpkg', ['-L', 'claudacity']);
  const program = stdout.split('\n').find((file) => /^\/(opt|usr\/lib)\/[Cc]laudacity\/claudacity$/.test(file)) ?? '';
  const app = ['sh', '-c', '"$0" --no-sandbox & exec sleep 600', program];
  session = spawn('dbus-run-session', ['--', 'xvfb-run', '-a', ...app], { env, stdio: 'ignore' });
  await runningUrl(dataDir, '1.0.0');
}, 6 * MINUTES);

afterAll(async () => {
  for (const { pid } of await leftoverProcesses(folder)) process.kill(pid, 'SIGKILL');
  session?.kill();
  await feed?.close();
  await api?.close();
  await run('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=120', 'purge', 'claudacity'], { env: APT_ENV });
  await removeFolder(folder);
}, MINUTES);

const APT_ENV = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
/** In the words of dpkg-query. */
const VERSION = '$' + '{Version}';
const call = (name: string, ...args: unknown[]) => askApp(dataDir, { call: name, args });

test(
  'a package that the system refuses leaves the app and its server running',
  async () => {
    const broken = path.join(folder, 'broken.deb');
    writeFileSync(broken, 'no package');
    feed.publish('1.0.1', broken);
    await call('update.check');
    expect(await call('update.download')).toMatchObject({ phase: 'ready' });
    await expect(call('update.install')).rejects.toThrow('The package was not installed');
    await runningUrl(dataDir, '1.0.0');
  },
  2 * MINUTES,
);

test(
  'an installed 1.0.0 becomes 1.0.1, with its settings',
  async () => {
    await call('settings.change', { theme: 'dark' });
    feed.publish('1.0.2', newer);
    await call('update.check');
    expect(await call('update.download')).toMatchObject({ phase: 'ready', version: '1.0.2' });
    await call('update.install').catch(() => undefined);
    await runningUrl(dataDir, '1.0.1');
    expect(await askApp(dataDir, { read: ['settings'] })).toMatchObject({ settings: { theme: 'dark' } });
    const { stdout } = await run('dpkg-query', ['-W', '-f', VERSION, 'claudacity']);
    expect(stdout).toMatch(/^1\.0\.1/);
  },
  3 * MINUTES,
);
