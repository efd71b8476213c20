/** The command of a package: every command as in test/api, run by the packaged binary, and the window. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startOutput, statusOutput, stopOutput } from '../../app/command/output';
import { claudePath, cliEnvironment, leftoverProcesses, removeFolder, scratchFolder } from '../support/cli';
import { COMMAND_VARIABLE, commandRunner } from '../support/command';
import { storeSelfTest } from '../support/knownSelfTest';
import { type MessagesApi, startMessagesApi } from '../support/messagesApi';
import { builtPackages } from './support/packages';

const { dir } = builtPackages();
const command = path.join(dir, 'bin', 'claudacity');

process.env[COMMAND_VARIABLE] = command;
// Their own tests, which look at the variable.
await import('../api/command.test');
await import('../lifecycle/commandLifecycle.test');

describe('with a display', () => {
  let api: MessagesApi;
  let home: string;
  let server: ChildProcess;
  let display: string;

  beforeAll(async () => {
    api = await startMessagesApi();
    home = await scratchFolder();
    await storeSelfTest(path.join(home, 'data', 'selfTest.json'));
    server = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [number] = await once(server.stdout as NonNullable<ChildProcess['stdout']>, 'data');
    display = `:${String(number).trim()}`;
  });
  afterAll(async () => {
    server.kill();
    await once(server, 'exit');
    await api.close();
    await removeFolder(home);
  });

  const environment = () => ({
    ...cliEnvironment(api, home),
    ...{ CLAUDACITY_HOME: path.join(home, 'data'), XDG_CONFIG_HOME: path.join(home, 'config'), DISPLAY: display },
    ...{ CLAUDE_PATH: claudePath(), HOST: '127.0.0.1', PORT: '0' },
  });

  test('start puts the app into the tray, open brings its window, restart does so again, and stop ends it', async () => {
    const packaged = commandRunner('', environment());
    const started = await packaged.json(startOutput, 'start');
    expect(started).toMatchObject({ hasWindow: true, server: { phase: 'running' } });
    expect(await packaged.json(statusOutput, 'status')).toMatchObject({ pid: started.pid, canAnswer: true });
    expect(await packaged.json(startOutput, 'open')).toMatchObject({ wasRunning: true, pid: started.pid });
    const restarted = await packaged.json(startOutput, 'restart');
    expect(restarted).toMatchObject({ hasWindow: true });
    expect(await packaged.json(stopOutput, 'stop')).toEqual({ stopped: true, pid: restarted.pid });
    await expect.poll(() => leftoverProcesses(home)).toEqual([]);
  });

  test('open starts the app where it does not run', async () => {
    const packaged = commandRunner('', environment());
    expect(await packaged.json(startOutput, 'open')).toMatchObject({ wasRunning: false, hasWindow: true });
    expect(await packaged.run('stop')).toMatchObject({ code: 0 });
    await expect.poll(() => leftoverProcesses(home)).toEqual([]);
  });
});

test('the binary itself runs the command, without a display, as in an AppImage', async () => {
  const home = await scratchFolder();
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const env = { HOME: home, CLAUDACITY_HOME: path.join(home, 'data'), PATH: process.env.PATH ?? '' };
  const binary = commandRunner('', env, [path.join(dir, 'claudacity'), ...sandbox]);
  expect(await binary.run('status')).toMatchObject({ code: 3, stdout: '' });
  expect((await binary.run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(await binary.run('keys', 'add')).toMatchObject({ code: 2 });
  await removeFolder(home);
});
