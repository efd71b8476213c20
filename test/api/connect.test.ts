/** Configuration files of other programs: written and undone by the calls of the window, and read by a real program. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answerCall } from '../../app/core/answerCall';
import { claudePath, cliEnvironment, removeFolder, scratchFolder, signIn } from '../support/cli';
import { text } from '../support/messagesApi';
import { send } from '../support/send';
import { startTestApp, type TestApp, type TestAppOptions } from '../support/testApp';

let home: string;
let apps: TestApp[];

beforeEach(async () => {
  home = await scratchFolder();
  apps = [];
});
afterEach(async () => {
  await Promise.all(apps.map((app) => app.stop()));
  await removeFolder(home);
});

async function start(options: TestAppOptions = {}): Promise<TestApp> {
  const app = await startTestApp({ home, ...options });
  apps.push(app);
  return app;
}

const VALUES = { model: 'sonnet', key: null };

async function writeClaudeSettings({ core }: TestApp) {
  const { token } = await core.calls['connect.preview']('claude-code', VALUES);
  return core.calls['connect.write']('claude-code', VALUES, token);
}

async function ask(app: TestApp) {
  const body = { model: 'sonnet', stream: false, messages: [{ role: 'user', content: 'Hello?' }] };
  return JSON.parse((await send(`${app.url}/api/chat`, { body: JSON.stringify(body) })).text).message.content;
}

test('what is written connects the user’s Claude Code, and the app’s own CLI never calls the app', async () => {
  await signIn(home);
  const app = await start({ account: 'signed-out' });
  const { phase, payer, authMethod } = await app.core.calls['cli.check']();
  await writeClaudeSettings(app);

  // The app as it runs, after it has looked at the CLI again, and started anew.
  app.api.answer(text('One.'));
  expect(await ask(app)).toBe('One.');
  expect(await app.core.calls['cli.check']()).toMatchObject({ phase, payer, authMethod });
  app.api.answer(text('Two.'));
  expect(await ask(app)).toBe('Two.');

  app.api.answer(text('Three.'));
  const env = cliEnvironment(app.api, home, 'signed-out');
  const user = await promisify(execFile)(claudePath(), ['-p', '--model', 'sonnet', 'Hello?'], { env, timeout: 60_000 });
  expect(user.stdout.trim()).toBe('Three.');
  const clients = app.core.snapshot().requests.map(({ client, path }) => `${client} ${path.split('?')[0]}`);
  expect(clients.filter((one) => one === 'Claude Code /v1/messages')).toHaveLength(1);
  await app.stop();

  const later = await start({ account: 'signed-out' });
  expect(later.core.snapshot().cli).toMatchObject({ phase, authMethod, payer: { label: payer?.label } });
  later.api.answer(text('Four.'));
  expect(await ask(later)).toBe('Four.');
}, 120_000);

test('where the app’s CLI reads the user’s settings, nothing is written that has it call itself', async () => {
  const app = await start({ settings: { isolation: false } });
  await expect(app.core.calls['connect.preview']('claude-code', VALUES)).rejects.toThrow('claude would ask itself');
  await expect(app.core.calls['connect.write']('claude-code', VALUES, 'any')).rejects.toThrow(
    'claude would ask itself',
  );
});

test('a write can be undone after a restart, and a change in between is not lost', async () => {
  const file = path.join(home, '.claude', 'settings.json');
  const before = '{\n  // mine\n  "model": "opus"\n}\n';
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, before);
  const app = await start();
  const { diff, file: name } = await app.core.calls['connect.preview']('claude-code', VALUES);
  expect(name).toBe('~/.claude/settings.json');
  expect(diff).toContain(`+    "ANTHROPIC_BASE_URL": "${app.url}",`);
  expect(diff).toContain('   // mine');

  const written = await writeClaudeSettings(app);
  expect(written).toMatchObject({ exists: true, written: { canUndo: true } });
  expect(await readFile(path.join(home, '.claude', String(written.written?.backup)), 'utf8')).toBe(before);
  await app.stop();

  const later = await start();
  expect(await later.core.calls['connect.undo']('claude-code')).toMatchObject({ exists: true, written: null });
  expect(await readFile(file, 'utf8')).toBe(before);
  expect((await readdir(path.dirname(file))).filter((one) => one.startsWith('settings.json'))).toEqual([
    'settings.json',
  ]);

  await writeClaudeSettings(later);
  await writeFile(file, '{}');
  await expect(later.core.calls['connect.undo']('claude-code')).rejects.toThrow('was changed since');
  expect(await readFile(file, 'utf8')).toBe('{}');
});

test('the options have the models and the files, and no call takes a path or an address', async () => {
  const app = await start();
  const { models, files } = await app.core.calls['connect.options']();
  expect(models.map(({ id }) => id)).toContain('sonnet');
  expect(files.map(({ file, written }) => [file, written])).toEqual([
    ['~/.claude/settings.json', null],
    ['~/.codex/config.toml', null],
    ['~/.continue/config.yaml', null],
    ['~/.config/opencode/opencode.json', null],
    ['~/.aider.conf.yml', null],
  ]);
  const log = { error: () => undefined };
  for (const args of [
    ['../../etc/passwd', VALUES],
    ['claude-code', { ...VALUES, url: 'http://192.0.2.1' }],
    ['claude-code', { ...VALUES, model: 'x"\n[evil]' }],
    ['claude-code', { ...VALUES, key: 'sk-ant-of-somebody' }],
  ]) {
    await expect(answerCall(app.core.calls, 'connect.preview', args, log)).rejects.toThrow();
  }
});

test('the guides are listed without their steps, which are made for the caller’s values', async () => {
  const { core } = await start();
  const guides = await core.calls['connect.guides']();
  expect(structuredClone(guides)).toEqual(guides);
  const url = 'http://192.168.1.10:22434';
  const values = { url, key: 'cld_0123456789', model: 'haiku', place: 'other', platform: 'linux' } as const;
  for (const { id } of guides) {
    const steps = await answerCall(core.calls, 'connect.steps', [id, values], { error: () => undefined });
    expect(JSON.stringify(steps), id).toContain(values.key);
  }
  const steps = answerCall(core.calls, 'connect.steps', ['nothing', values], { error: () => undefined });
  await expect(steps).rejects.toThrow('There is no such guide.');
});
