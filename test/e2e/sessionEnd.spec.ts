/** The end of a session: whatever starts the app at login stops it with a signal to each of its processes at once, Chromium's included. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { desktopEnvironment } from '../support/desktopEnvironment';
import { storeSelfTest } from '../support/knownSelfTest';
import { electronArgs, electronPath, expect, test } from './desktopTest';

test.skip(process.platform === 'win32', 'Windows has no signals');

for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
  for (const window of ['with its window', 'in the tray alone']) {
    test(`${signal} to the whole process group ends the app ${window}: exit code 0, and nothing of the database beside its file`, async ({
      api,
      home,
      tray,
    }) => {
      await storeSelfTest(path.join(home, 'data', 'selfTest.json'));
      const args = window === 'with its window' ? [] : ['--hidden'];
      const app = startApp(desktopEnvironment(api, home), args);
      const ended = once(app, 'exit');
      const icon = await tray.nextIcon();
      await expect.poll(async () => (await icon.menu())[0]?.label).toMatch(/^Running on /);
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

/** In a process group of its own, as a service manager does. */
function startApp(env: Record<string, string>, args: string[]): ChildProcess {
  return spawn(electronPath(), [...electronArgs(), ...args], { env, detached: true, stdio: 'ignore' });
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the app was not started');
  return pid;
}
