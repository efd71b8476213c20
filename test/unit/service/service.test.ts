/** What the service does with entries and processes. systemd itself is in test/package/userUnit.test.ts. */
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readProgramArguments } from '../../../app/service/launchAgent';
import { type AppProcess, openService, type ServiceOptions } from '../../../app/service/service';

let home: string;
let desktopApp: { program: string; args: string[] };
let serve: { program: string; args: string[] };

/** A program that says in a file that it runs, with its arguments, and removes the file when it ends. */
const PROGRAM = `
const file = process.argv[2];
require('node:fs').writeFileSync(file + '.new', JSON.stringify({ pid: process.pid, args: process.argv.slice(3) }));
require('node:fs').renameSync(file + '.new', file);
process.on('SIGTERM', () => { require('node:fs').rmSync(file); process.exit(0); });
setInterval(() => {}, 1000);
`;

beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'claudacity-service-'));
  const script = path.join(home, 'program.cjs');
  await writeFile(script, PROGRAM);
  desktopApp = { program: process.execPath, args: [script, path.join(home, 'running')] };
  serve = { program: process.execPath, args: [script, path.join(home, 'running'), 'serve'] };
  await mkdir(path.join(home, 'bin'));
  await symlink('/bin/sh', path.join(home, 'bin', 'sh'));
});
afterEach(async () => {
  const left = await find();
  if (left) process.kill(left.pid, 'SIGKILL');
  await rm(home, { recursive: true, force: true });
});

async function readRunning(): Promise<{ pid: number; args: string[] } | undefined> {
  const text = await readFile(path.join(home, 'running'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}
async function find(): Promise<AppProcess | undefined> {
  const running = await readRunning();
  return running && { pid: running.pid, desktop: running.args[0] !== 'serve' };
}

const service = (options: Partial<ServiceOptions> = {}) =>
  openService({
    env: { DISPLAY: ':1', PATH: path.join(home, 'bin') },
    dataDir: path.join(home, 'data'),
    home,
    platform: 'linux',
    desktopApp,
    serve,
    app: {
      find,
      quit: async () => {
        process.kill((await find())?.pid ?? Number.NaN, 'SIGTERM');
      },
    },
    ...options,
  });

describe.skipIf(process.platform === 'win32')('the service on a Linux desktop', () => {
  const entry = () => path.join(home, '.config/autostart/claudacity.desktop');

  test('is the tray app, which it starts hidden, stops, starts again and forgets', async () => {
    const { state, changed, written } = await service().install();
    expect([changed, written]).toEqual([true, [entry()]]);
    expect(state).toMatchObject({
      ...{ kind: 'desktop-login', installed: true, enabled: true, running: true, holder: 'user' },
      ...{ entry: entry(), command: desktopApp, problems: [] },
    });
    expect(await readRunning()).toEqual({ pid: state.pid, args: ['--hidden'] });
    expect(await service().install()).toMatchObject({ changed: false, written: [], state });

    expect(await service().stop()).toMatchObject({ running: false, pid: null, holder: 'none', installed: true });
    expect(await service().stop()).toMatchObject({ running: false });
    const started = await service().start();
    const restarted = await service().restart();
    expect(restarted.pid).not.toBe(started.pid);

    expect(await service().uninstall()).toMatchObject({
      removed: [entry()],
      state: { kind: 'none', installed: false, running: true },
      advice: [expect.stringContaining('claudacity stop')],
    });
    expect(await service().uninstall()).toMatchObject({ removed: [] });
    await service().stop();
  });

  test('is left alone by `install` where it is not to start now', async () => {
    expect(await service().install({ start: false })).toMatchObject({ state: { enabled: true, running: false } });
  });

  test.each([
    ['disabled', (text: string) => `${text}Hidden=true\n`],
    ['program_missing', (text: string) => text.replace(/^Exec=.*$/m, 'Exec="/nowhere/claudacity" "--hidden"')],
    ['entry_outdated', (text: string) => text.replace(/^Exec=.*$/m, 'Exec=/bin/sh --hidden')],
    ['unreadable', (text: string) => text.replace(/^Exec=.*$/m, '')],
  ])('has the problem %s, which `install` solves', async (code, spoil) => {
    await service().install({ start: false });
    await writeFile(entry(), spoil(await readFile(entry(), 'utf8')));
    const { problems } = await service().status();
    expect(problems.map((problem) => problem.code)).toContain(code);
    expect(await service().install({ start: false })).toMatchObject({ changed: true, state: { problems: [] } });
  });

  test('names what is switched on where another entry is switched off', async () => {
    await service().install({ start: false });
    const crontab = `#!/bin/sh\necho "#@reboot '/bin/sh' 'serve' >/dev/null 2>&1 # claudacity install"\n`;
    await writeFile(path.join(home, 'bin', 'crontab'), crontab, { mode: 0o755 });
    await symlink('/usr/bin/env', path.join(home, 'bin', 'env'));
    expect(await service().status()).toMatchObject({ kind: 'desktop-login', enabled: true, problems: [] });
  });

  test('cannot be the tray app where that is not installed', async () => {
    const wanted = service({ desktopApp: undefined }).install({ mode: 'desktop' });
    await expect(wanted).rejects.toMatchObject({ code: 'no_desktop_app' });
  });

  test('is refused where nothing can start a program with the computer', async () => {
    await expect(service().install({ mode: 'headless' })).rejects.toMatchObject({ code: 'no_manager' });
  });

  test('an app that does not answer in time is an error that says where to look', async () => {
    const silent = { program: process.execPath, args: ['-e', ''] };
    const started = service({ desktopApp: silent, startMs: 50 }).start();
    await expect(started).rejects.toMatchObject({ code: 'not_started', message: expect.stringContaining('logs') });
  });

  test('an app that fails at once is not waited for', async () => {
    const failing = { program: process.execPath, args: ['-e', 'process.exit(1)', '--'] };
    await expect(service({ desktopApp: failing }).start()).rejects.toThrow('ended by itself');
  });

  test('a program that cannot be started is one, too', async () => {
    const missing = { program: path.join(home, 'missing'), args: [] };
    await expect(service({ desktopApp: missing }).start()).rejects.toThrow('cannot be started');
  });
});

describe.skipIf(process.platform === 'win32')('the service on a Mac without the tray app', () => {
  const agent = () => path.join(home, 'Library/LaunchAgents/org.claudacity.serve.plist');

  /** launchctl's part in it: it starts what the file names and kills it, and knows the process. */
  const LAUNCHCTL = `#!${process.execPath}
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const [action, , file] = process.argv.slice(2);
const running = () => { try { return JSON.parse(fs.readFileSync(process.env.RUNNING)); } catch { return undefined; } };
if (action === 'bootstrap') {
  const words = [...fs.readFileSync(file, 'utf8').split('</array>')[0].matchAll(/<string>(.*?)<\\/string>/g)].map(([, word]) => word).slice(1);
  spawn(words[0], words.slice(1), { detached: true, stdio: 'ignore' }).unref();
} else if (action === 'bootout') process.kill(running().pid, 'SIGTERM');
else if (action === 'print' && running()) console.log('\\tpid = ' + running().pid);
else if (action === 'print') process.exit(113);
`;

  test('is `serve` as an agent of launchd, which starts and stops it', async () => {
    await writeFile(path.join(home, 'bin', 'launchctl'), LAUNCHCTL);
    await chmod(path.join(home, 'bin', 'launchctl'), 0o755);
    const mac = () =>
      service({
        platform: 'darwin',
        desktopApp: undefined,
        env: { PATH: path.join(home, 'bin'), RUNNING: path.join(home, 'running') },
      });
    const { state } = await mac().install();
    expect(state).toMatchObject({
      ...{ kind: 'launch-agent', enabled: true, running: true, holder: 'launchd', entry: agent() },
      ...{ command: serve, linger: null, problems: [] },
    });
    expect(readProgramArguments(await readFile(agent(), 'utf8'))).toEqual(serve);
    expect(await mac().restart()).toMatchObject({ running: true, holder: 'launchd' });
    expect(await mac().uninstall()).toMatchObject({ removed: [agent()], state: { installed: false } });
    await expect.poll(find).toBeUndefined();
  });
});
