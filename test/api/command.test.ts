/** Every command that asks the running app: what it prints for people and for programs, and its exit code. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import * as outputs from '../../app/command/output';
import { bundleCommand } from '../../build/bundle.mjs';
import { removeFolder, scratchFolder } from '../support/cli';
import { type CommandRunner, commandRunner } from '../support/command';
import { ask, uniqueWord, user } from '../support/conversation';
import { gate, text, usage } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';

let bundle: string;
let app: TestApp;
let command: CommandRunner;

beforeAll(async () => {
  bundle = await scratchFolder();
  await bundleCommand(bundle);
  app = await startTestApp();
  command = commandRunner(bundle, { CLAUDACITY_HOME: app.dataDir, HOME: app.home, PATH: process.env.PATH ?? '' });
});
afterAll(async () => {
  await app.stop();
  await removeFolder(bundle);
});
beforeEach(() => app.api.reset());

test('status', async () => {
  const { code, stdout, stderr } = await command.run('status');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^Claudacity 0\.0\.0-test, Running$/m);
  expect(stdout).toContain(`running on ${app.url}`);
  expect(stdout).not.toContain('\x1b');
  const status = await command.json(outputs.statusOutput, 'status');
  expect(status).toMatchObject({ running: true, canAnswer: true, pid: process.pid, hasWindow: false });
  expect(status.server).toMatchObject({ phase: 'running', url: app.url });
});

test('status exits with 4 where no request can be answered', async () => {
  const other = await startTestApp({ account: 'signed-out' });
  try {
    const signedOut = commandRunner(bundle, { CLAUDACITY_HOME: other.dataDir, HOME: other.home });
    const { code, stdout } = await signedOut.run('status');
    expect(code).toBe(4);
    expect(stdout).toMatch(/claude auth login/);
    const doctor = await signedOut.run('doctor', '--json');
    expect(doctor.code).toBe(4);
    const { rows } = outputs.doctorOutput.parse(JSON.parse(doctor.stdout));
    expect(rows.find(({ id }) => id === 'signIn')).toMatchObject({
      state: 'problem',
      remedy: expect.stringContaining('claude auth login'),
    });
  } finally {
    await other.stop();
  }
});

describe('keys', () => {
  test('a key is made with limits, listed and revoked by its name', async () => {
    const { apiKey, secret } = await command.json(
      outputs.newKeyOutput,
      ...['keys', 'add', 'Kitchen', '--scope', 'inference', 'metrics', '--days', '2', '--requests-per-minute', '7'],
    );
    expect(apiKey).toMatchObject({ name: 'Kitchen', scopes: ['inference', 'metrics'], requestsPerMinute: 7 });
    expect(Math.round(((apiKey.expiresAt ?? 0) - apiKey.createdAt) / 3_600_000)).toBe(48);
    const { keys } = await command.json(outputs.keysOutput, 'keys', 'list');
    expect(keys.map(({ id }) => id)).toContain(apiKey.id);
    const listed = await command.run('keys');
    expect(listed.stdout).toMatch(/Kitchen .*inference,metrics +valid/);
    expect(listed.stdout).not.toContain(secret);
    expect((await command.json(outputs.keyOutput, 'keys', 'revoke', 'Kitchen')).revokedAt).not.toBeNull();
    expect(await command.run('keys', 'revoke', 'Kitchen')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('claudacity keys list'),
    });
  });
});

test('networks', async () => {
  expect(await command.run('networks', 'allow', '10.1.0.0/16')).toMatchObject({ code: 0, stdout: '' });
  const networks = await command.json(outputs.networksOutput, 'networks');
  expect(networks).toMatchObject({ listensOn: '127.0.0.1', keyless: ['10.1.0.0/16'] });
  expect((await command.run('networks')).stdout).toMatch(/^Without key this computer.*10\.1\.0\.0\/16$/m);
  expect(await command.json(outputs.keylessOutput, 'networks', 'refuse', '10.1.0.0/16')).toEqual({ keyless: [] });
  expect(await command.run('networks', 'refuse', '10.1.0.0/16')).toMatchObject({ code: 1 });
  expect(await command.run('networks', 'allow', 'everything')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('192.168.1.0/24'),
  });
});

test('accounts and models', async () => {
  const { accounts } = await command.json(outputs.accountsOutput, 'accounts');
  expect(accounts).toEqual([expect.objectContaining({ id: 'main', isDefault: true, phase: 'signed_in' })]);
  expect((await command.run('accounts')).stdout).toContain('(default)');
  const models = await command.json(outputs.modelsOutput, 'models');
  expect(models.map(({ id }) => id)).toContain('sonnet');
  expect((await command.run('models')).stdout).toMatch(/^sonnet +\S+ +claude-sonnet/m);
});

describe('config', () => {
  test('lists, reads and changes settings', async () => {
    const settings = await command.json(z.array(outputs.settingOutput), 'config', 'list');
    expect(settings.length).toBeGreaterThan(20);
    expect(settings.find(({ name }) => name === 'port')).toMatchObject({ origin: 'PORT' });
    expect((await command.run('config', 'get', 'idleMinutes')).stdout).toMatch(/^\d+\n$/);
    const changed = await command.json(outputs.settingOutput, 'config', 'set', 'idleMinutes', '7');
    expect(changed).toMatchObject({ value: 7, origin: 'settings' });
    expect(app.settings.value.idleMinutes).toBe(7);
    expect(await command.run('config', 'set', 'theme', 'dark')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'theme is dark.\n',
    });
  });

  test('refuses a wrong value with what is right', async () => {
    expect(await command.run('config', 'set', 'theme', 'purple')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('one of system, light, dark'),
    });
  });

  test('a change that deletes something needs a yes', async () => {
    const refused = await command.run('config', 'set', 'keepDays', '3');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--yes') });
    expect(app.settings.value.keepDays).toBe(30);
    expect(await command.run('config', 'set', 'keepDays', '3', '--yes')).toMatchObject({ code: 0 });
    expect(app.settings.value.keepDays).toBe(3);
  });
});

describe('test', () => {
  test('prints the answer as it comes, then its timing', async () => {
    const waits = gate();
    app.api.answer(text('Hel'), waits, text('lo.'), usage({ output: 2 }));
    const running = command.start('test', 'sonnet');
    await waits.reached;
    await expect.poll(() => running.output.stdout).toBe('Hel');
    waits.open();
    const { code, stdout, stderr } = await running.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Hello.\n' });
    expect(stderr).toMatch(/^claude-sonnet\S*: first token [\d.]+ s, total [\d.]+ s, [\d,]+ tokens in, 2 out/);
    expect(app.core.snapshot().asks.turns).toEqual([]);
  });

  test('as JSON, with the model that answered, tokens and cost', async () => {
    app.api.answer(text('Yes.'), usage({ output: 3 }));
    const output = await command.json(outputs.testOutput, 'test', 'haiku', '--question', uniqueWord('Q'));
    expect(output).toMatchObject({ answer: 'Yes.', error: null, outputTokens: 3 });
    expect(output.model).toContain('haiku');
    expect(output.firstTokenMs).toBeGreaterThan(0);
    expect(output.costUsd).not.toBeNull();
  });

  test('a question that fails exits with 1 and the reason', async () => {
    expect(await command.run('test', 'no-such-model')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no-such-model'),
    });
  });

  test('Ctrl+C stops the answer and exits with 130', async () => {
    const waits = gate();
    app.api.answer(text('Hel'), waits);
    const running = command.start('test');
    await waits.reached;
    await expect.poll(() => running.output.stdout).toBe('Hel');
    running.process.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130, stderr: '' });
    waits.open();
    await expect.poll(() => app.core.snapshot().trials.turns.at(-1)?.phase).toBe('stopped');
  });
});

describe('requests', () => {
  test('the last ones, and those that come, until Ctrl+C', async () => {
    app.api.answer(text('Noon.'));
    const word = uniqueWord('Q');
    await ask(app, [user(word)]);
    const rows = await command.json(z.array(outputs.requestOutput), 'requests', '-n', '5');
    expect(rows.at(-1)).toMatchObject({ phase: 'done', outcome: 'answered', status: 200 });
    expect((await command.run('requests', '-n', '1')).stdout).toContain(word);

    const human = command.start('requests', '-f', '-n', '0');
    const machine = command.start('requests', '-f', '-n', '0', '--json');
    await expect.poll(() => app.core.topics.subscriptions).toBe(2);
    app.api.answer(text('One.'));
    const next = uniqueWord('Q');
    await ask(app, [user(next)]);
    await expect.poll(() => human.output.stdout).toContain(next);
    const lines = () => machine.output.stdout.split('\n').filter((line) => line !== '');
    await expect.poll(() => lines().at(-1)).toContain('"phase":"done"');
    for (const line of lines()) outputs.requestOutput.parse(JSON.parse(line));
    for (const { process: child } of [human, machine]) child.kill('SIGINT');
    expect(await human.ended).toMatchObject({ code: 0, stderr: '' });
    expect(await machine.ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('logs', () => {
  test('by level, as JSON, and followed', async () => {
    const home = await scratchFolder();
    const logs = path.join(home, 'logs');
    await mkdir(logs, { recursive: true });
    const entry = (level: string, message: string) =>
      `${JSON.stringify({ time: '2026-11-27T10:00:00.000Z', level, message, port: 1 })}\n`;
    await writeFile(path.join(logs, 'claudacity.log'), entry('info', 'first') + entry('warn', 'second'));
    const other = commandRunner(bundle, { CLAUDACITY_HOME: home });
    try {
      const all = await other.run('logs');
      expect(all).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/info {2}first port=1\n.*warn {2}second port=1\n/),
      });
      expect((await other.run('logs', '--level', 'warn')).stdout).not.toContain('first');
      const lines = (await other.run('logs', '--json', '-n', '1')).stdout.trim().split('\n');
      expect(lines.map((line) => outputs.logOutput.parse(JSON.parse(line)).message)).toEqual(['second']);
      const following = other.start('logs', '-f');
      await expect.poll(() => following.output.stdout).toContain('second');
      await writeFile(path.join(logs, 'claudacity.log'), entry('error', 'third'), { flag: 'a' });
      await expect.poll(() => following.output.stdout).toContain('third');
      following.process.kill('SIGINT');
      expect(await following.ended).toMatchObject({ code: 0, stderr: '' });
    } finally {
      await removeFolder(home);
    }
  });

  test('a reader that leaves ends the command without a word', async () => {
    const running = command.start('requests', '-f', '--json');
    running.process.stdout?.destroy();
    app.api.answer(text('One.'));
    await ask(app, [user(uniqueWord('Q'))]);
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('connect', () => {
  test('lists programs and prints a guide', async () => {
    const programs = await command.json(outputs.connectListOutput, 'connect');
    expect(programs.length).toBeGreaterThan(20);
    expect(programs.find(({ id }) => id === 'codex')?.file).toContain('~');
    expect((await command.run('connect')).stdout).toMatch(/^codex +.*--write: ~/m);
    const guide = await command.json(outputs.connectGuideOutput, 'connect', 'llm');
    expect(JSON.stringify(guide.steps)).toContain(app.url);
    const elsewhere = await command.run('connect', 'codex', '--place', 'container');
    expect(elsewhere).toMatchObject({ code: 0, stderr: '' });
    expect(elsewhere.stdout).toContain('host.docker.internal');
    expect(await command.run('connect', 'nonsense')).toMatchObject({ code: 1, stdout: '' });
    expect(await command.run('connect', 'codex', '--write', '--undo')).toMatchObject({ code: 2 });
  });

  test('writes a configuration file after a yes, and takes it back', async () => {
    const { diff } = await command.json(outputs.connectPreviewOutput, 'connect', 'codex', '--preview');
    expect(diff).toContain(app.url);
    const refused = await command.run('connect', 'codex', '--write');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--yes') });
    const file = path.join(app.home, '.codex', 'config.toml');
    expect(existsSync(file)).toBe(false);
    const written = await command.json(outputs.connectChangeOutput, 'connect', 'codex', '--write', '--yes');
    expect(written).toMatchObject({ changed: true, backup: null });
    expect(readFileSync(file, 'utf8')).toContain(app.url);
    const again = await command.json(outputs.connectChangeOutput, 'connect', 'codex', '--write', '--yes');
    expect(again.changed).toBe(false);
    expect(await command.run('connect', 'codex', '--undo')).toMatchObject({ code: 0, stdout: '' });
    expect(existsSync(file)).toBe(false);
    expect(await command.run('connect', 'open-webui', '--write')).toMatchObject({ code: 1 });
  });
});

describe('doctor', () => {
  test('says of everything whether it is right, from the CLI’s self-test to the disk', async () => {
    const { canAnswer, rows } = await command.json(outputs.doctorOutput, 'doctor');
    expect(canAnswer).toBe(true);
    const states = Object.fromEntries(rows.map(({ id, state }) => [id, state]));
    expect(states).toMatchObject({
      ...{ app: 'ok', cli: 'ok', version: 'ok', signIn: 'ok', payer: 'ok', selfTest: 'ok', isolation: 'ok' },
      ...{ port: 'ok', health: 'ok', display: 'ok', disk: 'ok' },
    });
    expect(rows.map(({ id }) => id)).toEqual(expect.arrayContaining(['tray', 'path', 'service']));
    const { code, stdout } = await command.run('doctor');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^✓ Self-test +processes: reused \(self-test passed on [\d.]+\)$/m);
    expect(stdout).toMatch(/^[✓!] PATH .+$/m);
  });

  test('prints a masked report', async () => {
    const { report } = await command.json(outputs.reportOutput, 'doctor', '--report');
    expect(report).toContain('### Claudacity');
    expect(report).not.toContain(app.home);
  });
});
