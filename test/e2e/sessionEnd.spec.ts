/** The end of a session: whatever starts the app at login stops it with a signal to each of its processes at once, Chromium's included. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Ollama } from 'ollama';
import { processIds } from '../../app/service/processes';
import { desktopEnvironment } from '../support/desktopEnvironment';
import { storeSelfTest } from '../support/knownSelfTest';
import { gate, type MessagesApi, text } from '../support/messagesApi';
import type { TrayHost } from '../support/trayHost';
import { electronArgs, electronPath, expect, test } from './desktopTest';

test.skip(process.platform === 'win32', 'Windows has no signals');

const WINDOWS = ['with its window', 'in the tray alone'] as const;

for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
  for (const window of WINDOWS) {
    test(`${signal} to the whole process group ends the app ${window}: exit code 0, and nothing of the database beside its file`, async ({
      api,
      home,
      tray,
    }) => {
      const { app, ended } = await startedApp({ api, home, tray }, window);
      const database = path.join(home, 'data', 'claudacity.db');
      expect(existsSync(`${database}-wal`)).toBe(true);

      process.kill(-pidOf(app), signal);

      expect(await ended).toEqual([0, null]);
      expect([database, `${database}-wal`, `${database}-shm`].map((file) => existsSync(file))).toEqual([
        true,
        false,
        false,
      ]);
    });
  }
}

for (const window of WINDOWS) {
  test(`where Chromium's processes are killed, the app ends ${window}: exit code 0, and nothing of the database beside its file`, async ({
    api,
    home,
    tray,
  }) => {
    test.skip(process.platform !== 'linux', 'They are found in /proc');
    const { app, ended } = await startedApp({ api, home, tray }, window);
    const database = path.join(home, 'data', 'claudacity.db');

    const own = await chromiumProcesses(pidOf(app));
    expect(own.length).toBeGreaterThan(2);
    // At once, as a signal to the group would: the one that forks the others among them.
    for (const pid of own) process.kill(pid, 'SIGKILL');

    expect(await ended).toEqual([0, null]);
    expect([`${database}-wal`, `${database}-shm`].map((file) => existsSync(file))).toEqual([false, false]);
  });
}

test('an answer that runs when the session ends breaks off, and the app ends in the time that systemd gives it', async ({
  api,
  home,
  tray,
}) => {
  await storeSelfTest(path.join(home, 'data', 'selfTest.json'));
  api.answer(text('Hel'), gate(), text('lo'));
  // With Chromium's own choice of how to draw.
  const app = startApp(desktopEnvironment(api, home), ['--hidden'], ['--disable-gpu']);
  const ended = once(app, 'exit');
  const icon = await tray.nextIcon();
  const address = async () => /^Running on (\S+)$/.exec((await icon.menu())[0]?.label ?? '')?.[1];
  await expect.poll(address).toBeDefined();
  const messages = [{ role: 'user', content: 'Say hello.' }];
  const stream = await new Ollama({ host: (await address()) ?? '' }).chat({ model: 'sonnet', messages, stream: true });
  const reading = (async () => {
    for await (const { message } of stream) if (message.content === 'Hel') process.kill(-pidOf(app), 'SIGTERM');
  })();
  await expect(reading).rejects.toThrow();
  expect(await ended).toEqual([0, null]);
  expect(existsSync(path.join(home, 'data', 'claudacity.db-wal'))).toBe(false);
});

test('an app that waits for an answer before it quits does not wait longer than the session', async ({
  api,
  home,
  tray,
}) => {
  await storeSelfTest(path.join(home, 'data', 'selfTest.json'));
  const more = gate();
  api.answer(text('Hel'), more, text('lo'));
  await writeFile(path.join(home, 'data', 'settings.json'), JSON.stringify({ stopGraceSeconds: 600 }));
  const app = startApp(desktopEnvironment(api, home), ['--hidden']);
  const ended = once(app, 'exit');
  const icon = await tray.nextIcon();
  const label = async () => (await icon.menu())[0]?.label ?? '';
  await expect.poll(label).toMatch(/^Running on /);
  const host = (await label()).replace('Running on ', '');
  const messages = [{ role: 'user', content: 'Say hello.' }];
  const stream = await new Ollama({ host }).chat({ model: 'sonnet', messages, stream: true });
  const reading = (async () => {
    for await (const { message } of stream) if (message.content === 'Hel') await icon.click('Quit Claudacity');
  })();
  reading.catch(() => {});
  await expect.poll(async () => (await fetch(host).catch(() => undefined))?.status).not.toBe(200);

  process.kill(-pidOf(app), 'SIGTERM');

  expect(await ended).toEqual([0, null]);
  expect(existsSync(path.join(home, 'data', 'claudacity.db-wal'))).toBe(false);
});

/** The output of the running test's app, with Chromium's messages. */
let printed = '';

test.beforeEach(() => {
  printed = '';
});

// biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern.
test.afterEach(async ({}, info) => {
  if (info.status !== info.expectedStatus) console.log(printed);
});

interface Parts {
  api: MessagesApi;
  home: string;
  tray: TrayHost;
}

/** Resolves once the app's server runs. */
async function startedApp({ api, home, tray }: Parts, window: (typeof WINDOWS)[number]) {
  await storeSelfTest(path.join(home, 'data', 'selfTest.json'));
  const app = startApp(desktopEnvironment(api, home), window === 'with its window' ? [] : ['--hidden']);
  const ended = once(app, 'exit');
  const icon = await tray.nextIcon();
  await expect.poll(async () => (await icon.menu())[0]?.label).toMatch(/^Running on /);
  return { app, ended };
}

/** In a process group of its own, as a service manager does. */
function startApp(env: Record<string, string>, args: string[], without: string[] = []): ChildProcess {
  const common = electronArgs().filter((argument) => !without.includes(argument));
  const app = spawn(electronPath(), [...common, ...args], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [app.stdout, app.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      printed += chunk;
    });
  }
  return app;
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the app was not started');
  return pid;
}

/** Chromium's processes in the group. `leftoverProcesses` does not find them, because Chromium overwrites their environment. */
async function chromiumProcesses(group: number): Promise<number[]> {
  const found = await Promise.all(
    (await processIds()).map(async (id) => {
      const read = (name: string) => readFile(`/proc/${id}/${name}`, 'utf8').catch(() => '');
      // proc_pid_stat(5): state, parent and group follow the name, which is in brackets.
      const groupOf = Number(/^.*\) \S+ \d+ (\d+)/s.exec(await read('stat'))?.[1]);
      return groupOf === group && /[\0 ]--type=/.test(await read('cmdline')) ? [Number(id)] : [];
    }),
  );
  return found.flat();
}
