/** The data folder on a disk that is full or read-only, is deleted while the app runs, or has files in place of folders. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { leftoverProcesses, removeFolder, scratchFolder } from '../support/cli';
import { startCommand } from '../support/commandProcess';
import {
  ask,
  assistant,
  killProcessOf,
  requestFor,
  transcriptSeenByApi,
  uniqueWord,
  user,
} from '../support/conversation';
import { startMessagesApi } from '../support/messagesApi';
import { canMount, fillDisk, makeReadOnly, mountDisk } from '../support/smallDisk';
import { startTestApp, type TestApp } from '../support/testApp';

const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function scratchHome(): Promise<string> {
  const home = await scratchFolder();
  cleanups.push(() => removeFolder(home));
  mkdirSync(path.join(home, 'data'));
  return home;
}

async function start(home: string): Promise<TestApp> {
  const app = await startTestApp({ home });
  cleanups.push(() => app.stop());
  return app;
}

/** Mounts a small disk as the data folder. */
function mountData(home: string, options: string): void {
  cleanups.push(mountDisk(path.join(home, 'data'), options));
}

/** Long enough for a session file: messages with two texts need a turn each. */
const LONG_HISTORY = Array.from({ length: 130 }, (_, turn) => [
  { role: 'user' as const, content: ['question', String(turn)].map((text) => ({ type: 'text', text })) },
  assistant(`answer ${turn}`),
]).flat();

const health = async (app: TestApp) => (await fetch(`${app.url}/health`)).json();

const FOLDERS = ['children', 'workspace', 'replay'];

describe.each(FOLDERS)('a file in place of the folder `%s`', (name) => {
  test('is a problem that names it; requests are answered, no process is left, and the app ends', async () => {
    const home = await scratchHome();
    writeFileSync(path.join(home, 'data', name), '');
    const app = await start(home);

    const answers = [];
    for (let count = 0; count < 3; count += 1) answers.push(await ask(app, [...LONG_HISTORY, user(uniqueWord('Q'))]));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(app.core.snapshot().storage.problem).toMatchObject({ code: 'data_folder_unusable' });
    expect(await health(app)).toMatchObject({ status: 'ok', problems: ['data_folder_unusable'] });
    await app.stop();
    expect(await leftoverProcesses(home)).toEqual([]);
  });
});

describe.skipIf(!canMount())('the data folder', () => {
  test('on a disk that is full costs no request; a named conversation goes on, and is stored when there is room', async () => {
    const home = await scratchHome();
    mountData(home, 'size=2m');
    const app = await start(home);
    const id = randomUUID();
    const [first, second, third] = [uniqueWord('Q'), uniqueWord('Q'), uniqueWord('Q')];
    await ask(app, [user(first)], { id });

    const makeRoom = fillDisk(path.join(home, 'data'));
    const long = `${second} ${'x'.repeat(200_000)}`;
    const during = await ask(app, [user(long)], { id });
    await killProcessOf(app, during.conversation);
    const after = await ask(app, [user(third)], { id });

    expect([during.status, after.status]).toEqual([200, 200]);
    expect(after.headers.get('x-claudacity-history')).toBe('memory');
    expect(transcriptSeenByApi(requestFor(app.api, third))).toEqual([
      ...[`user: ${first}`, 'assistant: OK', `user: ${long}`, 'assistant: OK', `user: ${third}`],
    ]);
    const { problem } = app.core.snapshot().storage;
    expect(problem).toMatchObject({ code: 'disk_full', message: `The disk that holds ${app.dataDir} is full.` });
    expect(await health(app)).toMatchObject({ status: 'ok', problems: ['disk_full'] });

    makeRoom();
    await vi.waitFor(() => expect(app.core.snapshot().storage.problem).toBeUndefined(), 20_000);
    await vi.waitFor(() => {
      const stored = app.core.calls['conversations.list'](Number.MAX_SAFE_INTEGER, 10);
      expect(stored.find(({ name }) => name === id)?.turns).toBe(3);
    }, 20_000);
  });

  test('on a disk that is read-only can still be read: a named conversation goes on', async () => {
    const home = await scratchHome();
    mountData(home, 'size=4m');
    const earlier = await start(home);
    const id = randomUUID();
    const [first, second, third] = [uniqueWord('Q'), uniqueWord('Q'), uniqueWord('Q')];
    await ask(earlier, [user(first)], { id });
    await earlier.stop();
    makeReadOnly(path.join(home, 'data'));

    const app = await start(home);
    const answers = [await ask(app, [user(second)], { id }), await ask(app, [user(third)], { id })];

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[1]?.headers.get('x-claudacity-history')).toBe('memory');
    expect(transcriptSeenByApi(requestFor(app.api, third))).toEqual([
      ...[`user: ${first}`, 'assistant: OK', `user: ${second}`, 'assistant: OK', `user: ${third}`],
    ]);
    expect(app.core.snapshot().storage.problem).toMatchObject({ code: 'disk_read_only' });
  });
});

test('a data folder that is deleted while the app runs: a named conversation is never answered without its history', async () => {
  const home = await scratchHome();
  const app = await start(home);
  const id = randomUUID();
  const [first, second] = [uniqueWord('Q'), uniqueWord('Q')];
  const one = await ask(app, [user(first)], { id });

  rmSync(app.dataDir, { recursive: true });
  // Held by its process.
  const two = await ask(app, [user(second)], { id });
  expect([two.status, two.path]).toEqual([200, 'live']);
  expect(transcriptSeenByApi(requestFor(app.api, second))).toEqual([
    ...[`user: ${first}`, 'assistant: OK', `user: ${second}`],
  ]);
  rmSync(app.dataDir, { recursive: true });
  await killProcessOf(app, one.conversation);

  // Makes the app notice that the file is gone.
  await ask(app, [user(uniqueWord('Q'))]);

  const three = await ask(app, [user(uniqueWord('Q'))], { id });
  expect(three.status).toBe(503);
  expect(three.text).toContain('cannot be continued');
  const whole = await ask(app, [user(first), assistant('OK'), user(uniqueWord('Q'))], { id });
  expect(whole.status).toBe(200);
  const four = await ask(app, [user(uniqueWord('Q'))], { id });
  expect(four.status).toBe(200);
  expect(existsSync(path.join(app.dataDir, 'claudacity.db'))).toBe(true);
});

const DAMAGES: Record<string, (home: string) => void> = {
  'files in place of all its folders': (home) => {
    for (const name of FOLDERS) writeFileSync(path.join(home, 'data', name), '');
  },
  ...(canMount() && {
    'a full disk': (home) => {
      mountData(home, 'size=64k');
      fillDisk(path.join(home, 'data'));
    },
    'a read-only disk': (home) => mountData(home, 'size=64k,ro'),
  }),
};

test.each(Object.entries(DAMAGES))('the command answers and ends when it is told to with %s', async (_, damage) => {
  const home = await scratchHome();
  damage(home);
  const api = await startMessagesApi();
  cleanups.push(() => api.close());
  const command = await startCommand(api, home);
  const answer = await ask(command, [user(uniqueWord('Q'))]);
  const exited = once(command.process, 'exit');

  command.process.kill('SIGTERM');

  expect([answer.status, (await exited)[0]]).toEqual([200, 0]);
  expect(await leftoverProcesses(home)).toEqual([]);
});
