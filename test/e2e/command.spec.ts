/** The `claudacity` command beside the tray app: it opens its window, starts it and ends it, and the app's own binary runs the command without a window. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { installOutput, startOutput, statusOutput, stopOutput, uninstallOutput } from '../../app/command/output';
import { leftoverProcesses } from '../support/cli';
import { commandRunner } from '../support/command';
import { desktopEnvironment } from '../support/desktopEnvironment';
import { storeSelfTest } from '../support/knownSelfTest';
import { electronCommand, expect, test } from './desktopTest';

const OUT = path.resolve('out');

test('open brings the window of the app that runs, status tells of it, and stop ends it', async ({
  launch,
  api,
  home,
}) => {
  const desktop = await launch({ args: ['--hidden'] });
  await desktop.url();
  const command = commandRunner(OUT, desktopEnvironment(api, home));
  const status = await command.json(statusOutput, 'status');
  expect(status).toMatchObject({ running: true, hasWindow: true, pid: desktop.app.process().pid });
  expect(await command.json(startOutput, 'open')).toMatchObject({ wasRunning: true, pid: status.pid });
  await expect.poll(() => desktop.windowVisible()).toBe(true);

  const closed = desktop.app.waitForEvent('close');
  expect(await command.json(stopOutput, 'stop')).toEqual({ stopped: true, pid: status.pid });
  await closed;
  await expect.poll(() => leftoverProcesses(home)).toEqual([]);
});

test('start puts the app into the tray of a computer with a display, restart does so again', async ({
  api,
  home,
  tray,
}) => {
  await storeSelfTest(path.join(home, 'data', 'selfTest.json'));
  const command = commandRunner(OUT, { ...desktopEnvironment(api, home), ...electronVariable() });
  const started = await command.json(startOutput, 'start');
  try {
    expect(started).toMatchObject({ wasRunning: false, hasWindow: true, server: { phase: 'running' } });
    await tray.nextIcon();
    const restarted = await command.json(startOutput, 'restart');
    expect(restarted).toMatchObject({ hasWindow: true });
    expect(restarted.pid).not.toBe(started.pid);
    await tray.nextIcon();
  } finally {
    expect(await command.run('stop')).toMatchObject({ code: 0 });
  }
  await expect.poll(() => leftoverProcesses(home)).toEqual([]);
});

test('the app’s binary runs the command without a window and without a display', async ({ launch, api, home }) => {
  const desktop = await launch({ args: ['--hidden'] });
  const url = await desktop.url();
  const { DISPLAY: _, XAUTHORITY: __, ...env } = desktopEnvironment(api, home);
  const command = commandRunner(OUT, env, electronCommand());
  expect(await command.json(statusOutput, 'status')).toMatchObject({ running: true, server: { url } });
  expect(await command.run('keys', 'add', 'Phone')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^cld_\S+\n$/),
  });
  expect(await command.run('config', 'get')).toMatchObject({ code: 2, stdout: '' });
  expect((await command.run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  const elsewhere = commandRunner(OUT, { ...env, CLAUDACITY_HOME: path.join(home, 'nothing') }, electronCommand());
  expect(await elsewhere.run('status')).toMatchObject({ code: 3, stdout: '' });
});

test('the app’s binary serves without a display, and ends what it has started with itself', async ({ api, home }) => {
  await storeSelfTest(path.join(home, 'data', 'selfTest.json'));
  const { DISPLAY: _, XAUTHORITY: __, ...env } = desktopEnvironment(api, home);
  const command = commandRunner(OUT, env, electronCommand());
  // There is no display, so it needs no word for that.
  const serving = command.start();
  await expect.poll(() => serving.output.stdout).toMatch(/running on http/);
  const url = /running on (\S+)/.exec(serving.output.stdout)?.[1] ?? '';
  await expect.poll(async () => (await fetch(`${url}/health`)).status).toBe(200);
  serving.process.kill('SIGTERM');
  await serving.ended;
  await expect.poll(() => leftoverProcesses(home)).toEqual([]);
});

test('where the binary is no plain Node, it runs the command in its own process', async ({ api, home }) => {
  await storeSelfTest(path.join(home, 'data', 'selfTest.json'));
  // As on Windows and macOS.
  const env = { ...desktopEnvironment(api, home), CLAUDACITY_COMMAND_PARENT: '' };
  const command = commandRunner(OUT, env, electronCommand());
  const serving = command.start('serve');
  await expect.poll(() => serving.output.stdout).toMatch(/running on http/);
  const status = await command.json(statusOutput, 'status');
  expect(status).toMatchObject({ running: true, hasWindow: false });
  expect(await command.run('keys', 'revoke')).toMatchObject({ code: 2, stdout: '' });
  serving.process.kill('SIGTERM');
  expect(await serving.ended).toMatchObject({ code: 0 });
  await expect.poll(() => leftoverProcesses(home)).toEqual([]);
});

function electronVariable(): Record<string, string> {
  const { ELECTRON_EXECUTABLE = '' } = process.env;
  return { ELECTRON_EXECUTABLE };
}

test('install has the desktop start the app at login, status tells of it, and uninstall leaves nothing', async ({
  api,
  home,
}) => {
  const env = desktopEnvironment(api, home);
  const command = commandRunner(OUT, { ...env, ...electronVariable() });
  const autostart = path.join(env.XDG_CONFIG_HOME ?? '', 'autostart');
  const installed = await command.json(installOutput, 'install', '--desktop', '--no-start');
  expect(installed).toMatchObject({ changed: true, state: { kind: 'desktop-login', installed: true, enabled: true } });
  expect(readdirSync(autostart)).toHaveLength(1);
  expect(await command.json(installOutput, '--install', '--desktop', '--no-start')).toMatchObject({ changed: false });

  const status = await command.run('status', '--json');
  expect(status.code).toBe(3);
  expect(statusOutput.parse(JSON.parse(status.stdout)).service).toMatchObject({
    kind: 'desktop-login',
    installed: true,
  });
  expect((await command.run('status')).stdout).toBe('Starts      the tray app, at login\n');

  expect((await command.json(uninstallOutput, 'uninstall')).removed).toHaveLength(1);
  expect(readdirSync(autostart)).toEqual([]);
  expect(await command.json(uninstallOutput, '--uninstall')).toMatchObject({
    removed: [],
    state: { installed: false },
  });
});
