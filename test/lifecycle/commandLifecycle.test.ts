/** The commands that start and end the app, with real processes: `serve` in the foreground, and the app in the background of a computer without a display. */

import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import * as outputs from '../../app/command/output';
import { connectToApp } from '../../app/control/client';
import { bundleCommand } from '../../build/bundle.mjs';
import { claudePath, cliEnvironment, leftoverProcesses, removeFolder, scratchFolder } from '../support/cli';
import { type CommandRunner, commandRunner } from '../support/command';
import { storeSelfTest } from '../support/knownSelfTest';
import { type MessagesApi, startMessagesApi } from '../support/messagesApi';

let bundle: string;
let api: MessagesApi;
let home: string;
let command: CommandRunner;

beforeAll(async () => {
  bundle = await scratchFolder();
  await bundleCommand(bundle);
  api = await startMessagesApi();
});
afterAll(async () => {
  await api.close();
  await removeFolder(bundle);
});

function environment(port = '0') {
  return {
    ...cliEnvironment(api, home),
    ...{ CLAUDACITY_HOME: path.join(home, 'data'), CLAUDE_PATH: claudePath(), HOST: '127.0.0.1', PORT: port },
  };
}

beforeEach(async () => {
  home = await scratchFolder();
  await storeSelfTest(path.join(home, 'data', 'selfTest.json'));
  command = commandRunner(bundle, environment());
});
afterEach(async () => {
  await command.run('stop');
  try {
    await expect.poll(() => leftoverProcesses(home)).toEqual([]);
  } finally {
    for (const { pid } of await leftoverProcesses(home)) process.kill(pid, 'SIGKILL');
    await removeFolder(home);
  }
});

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('start, status, restart and stop of the app in the background', async () => {
  const started = await command.json(outputs.startOutput, 'start');
  expect(started).toMatchObject({ wasRunning: false, hasWindow: false, server: { phase: 'running' } });
  expect((await fetch(`${started.server.url}/health`)).status).toBe(200);
  expect(await command.json(outputs.statusOutput, 'status')).toMatchObject({ running: true, pid: started.pid });
  expect(await command.run('start')).toMatchObject({
    code: 0,
    stdout: `Claudacity is running already on ${started.server.url}, without a window.\n`,
  });

  const restarted = await command.json(outputs.startOutput, 'restart');
  expect(restarted.pid).not.toBe(started.pid);
  expect(isAlive(started.pid)).toBe(false);
  expect((await fetch(`${restarted.server.url}/health`)).status).toBe(200);

  expect(await command.json(outputs.stopOutput, 'stop')).toEqual({ stopped: true, pid: restarted.pid });
  expect(isAlive(restarted.pid)).toBe(false);
  expect(await command.run('status')).toMatchObject({ code: 3 });
  expect(await command.run('stop')).toEqual({ code: 0, stdout: '', stderr: 'Claudacity is not running.\n' });
});

test('a port that is taken ends start with the reason, and leaves no process', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  try {
    const { code, stdout, stderr } = await command.run('start', '--port', String(port));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^Port ${port} is taken by .*\\. .+`));
    expect(await command.run('status')).toMatchObject({ code: 3 });
    await expect.poll(() => leftoverProcesses(home)).toEqual([]);
  } finally {
    holder.close();
  }
});

test('serve answers in the foreground, and Ctrl+C ends it', async () => {
  const serving = command.start('serve');
  await expect.poll(() => serving.output.stdout).toMatch(/running on http/);
  expect(await command.run('open')).toMatchObject({ code: 1, stderr: expect.stringContaining('without a window') });
  serving.process.kill('SIGINT');
  expect(await serving.ended).toMatchObject({ code: 0 });
});

test('settings, keys and networks are there without the app, and hold when it starts', async () => {
  expect(await command.json(outputs.settingOutput, 'config', 'set', 'idleMinutes', '7')).toMatchObject({ value: 7 });
  const { apiKey } = await command.json(outputs.newKeyOutput, 'keys', 'add', 'phone');
  expect(await command.run('networks', 'allow', '10.1.0.0/16')).toMatchObject({ code: 0, stdout: '' });
  expect(await command.run('status')).toMatchObject({ code: 3 });
  await command.run('start');
  expect((await command.run('config', 'get', 'idleMinutes')).stdout).toBe('7\n');
  const { keys } = await command.json(outputs.keysOutput, 'keys');
  expect(keys.map(({ id }) => id)).toEqual([apiKey.id]);
  expect(await command.json(outputs.networksOutput, 'networks')).toMatchObject({ keyless: ['10.1.0.0/16'] });
});

test('a masked report is there without the app', async () => {
  const { report } = await command.json(outputs.reportOutput, 'doctor', '--report');
  expect(report).toMatch(/^- CLI: claude \d/m);
  expect(report).not.toContain(home);
});

test('a second server for the same files is refused', async () => {
  const { pid } = await command.json(outputs.startOutput, 'start');
  expect(await command.run('serve', '0')).toMatchObject({ code: 1, stderr: expect.stringContaining(`process ${pid}`) });
});

test('start starts a server that was stopped in an app that runs', async () => {
  const { pid } = await command.json(outputs.startOutput, 'start');
  const app = await connectToApp({ dataDir: path.join(home, 'data') });
  await app.call('server.stop');
  app.close();
  const started = await command.json(outputs.startOutput, 'start');
  expect(started).toMatchObject({ wasRunning: true, pid, server: { phase: 'running' } });
});

test('restart keeps the port of the run', async () => {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const address = free.address();
  const port = String(typeof address === 'object' && address ? address.port : 0);
  await new Promise((resolve) => free.close(resolve));
  const { server } = await command.json(outputs.startOutput, 'start', '--port', port);
  expect(await command.json(outputs.startOutput, 'restart')).toMatchObject({ server });
});

test('update says why the server without a window does not update itself', async () => {
  await command.run('start');
  expect(await command.run('update', '--check')).toMatchObject({
    ...{ code: 1, stdout: '' },
    stderr: expect.stringContaining('does not update itself'),
  });
});

test('without a command it serves', async () => {
  const serving = command.start();
  await expect.poll(() => serving.output.stdout).toMatch(/running on http/);
  expect(await command.run('stop')).toMatchObject({ code: 0 });
  expect(await serving.ended).toMatchObject({ code: 0 });
});

test('open says where there is no window to open', async () => {
  expect(await command.run('open')).toMatchObject({ code: 1, stderr: expect.stringContaining('claudacity start') });
});

test('doctor finds out all but what only a running app knows', async () => {
  const { code, stdout } = await command.run('doctor', '--json');
  const { rows } = outputs.doctorOutput.parse(JSON.parse(stdout));
  const states = Object.fromEntries(rows.map(({ id, state }) => [id, state]));
  expect(states).toMatchObject({ app: 'problem', cli: 'ok', signIn: 'ok', selfTest: 'ok', port: 'ok', disk: 'ok' });
  expect(code).toBe(4);
});

test('the completion script comes from the command itself', async () => {
  const { code, stdout } = await command.run('completion', 'bash');
  expect(code).toBe(0);
  expect(stdout).toContain('complete -o default -F _claudacity claudacity');
});
