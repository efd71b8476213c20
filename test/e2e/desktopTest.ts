/**
 * The real app, in the real Electron, with the real CLI behind it; only the Messages API at the far end is scripted.
 * Each test has a home of its own, and fails if it leaves a process behind.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { _electron, test as base, type ElectronApplication, expect, type Locator, type Page } from '@playwright/test';
import { type Account, leftoverProcesses, removeFolder, scratchFolder } from '../support/cli';
import { desktopEnvironment } from '../support/desktopEnvironment';
import { storeSelfTest } from '../support/knownSelfTest';
import { type MessagesApi, startMessagesApi } from '../support/messagesApi';
import { startTrayHost, type TrayHost, type TrayIcon } from '../support/trayHost';

export interface LaunchOptions {
  /** Default `api-key`. */
  account?: Account;
  env?: Record<string, string>;
  args?: string[];
}

export interface RunningDesktop {
  app: ElectronApplication;
  icon: TrayIcon;
  /** Resolves with the window's page once it is drawn. Once for each app. @param shown the page that it opens first; default Requests. */
  window(shown?: 'Home' | 'Requests'): Promise<Page>;
  /** Resolves with the server's address once the tray says that it runs. */
  url(): Promise<string>;
  windowVisible(): Promise<boolean>;
}

interface Fixtures {
  api: MessagesApi;
  home: string;
  tray: TrayHost;
  launch(options?: LaunchOptions): Promise<RunningDesktop>;
  desktop: RunningDesktop;
}

/** Slows down whatever is done in the window to less than half of its speed, so it is for finding out why a test fails. */
const TRACED = process.env.CLAUDACITY_TRACE === '1';

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern.
  api: async ({}, use) => {
    const api = await startMessagesApi();
    await use(api);
    await api.close();
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  home: async ({}, use) => {
    const home = await scratchFolder();
    await use(home);
    try {
      await expect.poll(() => leftoverProcesses(home), { message: 'processes left behind' }).toEqual([]);
    } finally {
      // An app left over would put its icon into the next test's tray.
      for (const { pid } of await leftoverProcesses(home)) process.kill(pid, 'SIGKILL');
      await removeFolder(home);
    }
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  tray: async ({}, use) => {
    const host = await startTrayHost();
    await use(host);
    host.stop();
  },
  launch: async ({ api, home, tray }, use, info) => {
    const apps: ElectronApplication[] = [];
    await use(async ({ account, env, args = [] } = {}) => {
      await storeSelfTest(path.join(home, 'data', 'selfTest.json'));
      const app = await _electron.launch({
        executablePath: electronPath(),
        args: ['-r', PLAYWRIGHT_LOADER, ...electronArgs(), ...args],
        // Otherwise Playwright puts in a flag of its own, and its loader takes it out of the app's sight.
        chromiumSandbox: true,
        env: { ...desktopEnvironment(api, home, account), ...env },
      });
      apps.push(app);
      return runningDesktop(app, await tray.nextIcon());
    });
    const failed = info.status !== info.expectedStatus;
    for (const [index, app] of apps.entries()) {
      // There is no window where the test has quit the app.
      for (const page of failed ? app.windows() : []) {
        const body = await page.screenshot({ timeout: 5_000 }).catch(() => undefined);
        if (body) await info.attach('window', { body, contentType: 'image/png' });
      }
      const trace = failed ? { path: info.outputPath(`trace-${index}.zip`) } : {};
      // Nothing is traced where the test has quit the app, or never looked at its window.
      if (TRACED)
        await app
          .context()
          .tracing.stop(trace)
          .catch(() => undefined);
      await app.close();
    }
    const log = path.join(home, 'data', 'logs', 'claudacity.log');
    if (failed && existsSync(log)) await info.attach('claudacity.log', { path: log });
  },
  desktop: async ({ launch }, use) => {
    await use(await launch());
  },
});

export { expect };

/** Opens a page of the window by its button in the rail. */
export async function openPage(page: Page, title: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name: title }).click();
}

/** Opens the settings at one of their groups. */
export async function openSettings(page: Page, group: string): Promise<void> {
  await openPage(page, 'Settings');
  const groups = page.getByRole('navigation', { name: 'Groups of settings' });
  await groups.getByRole('button', { name: group, exact: true }).click();
}

export const requestLog = (page: Page): Locator => page.getByRole('grid', { name: 'Request log' });

/** A row of the request log. */
export function requestRow(page: Page, name: RegExp): Locator {
  return requestLog(page).getByRole('row', { name });
}

/** Waits until the log lists so many rows, also those that are not on the screen: a request is listed a moment after its answer. */
export async function expectListed(page: Page, count: number): Promise<void> {
  await expect(requestLog(page)).toHaveAttribute('aria-rowcount', String(count + 1));
}

/** Starts the app as a user would, without Playwright, and resolves with its exit code. */
export function runApp(env: Record<string, string>, args: string[] = []): Promise<number | null> {
  return run(electronPath(), [...electronArgs(), ...args], env);
}

/** What runs the app, with its arguments; the command's come behind them. */
export function electronCommand(): string[] {
  return [path.resolve(electronPath()), ...electronArgs()];
}

/** Resolves with the program's exit code, whatever it has started and left running. */
export function run(program: string, args: string[], env: Record<string, string>): Promise<number | null> {
  const child = spawn(program, args, { env, stdio: 'ignore' });
  return new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject));
}

function runningDesktop(app: ElectronApplication, icon: TrayIcon): RunningDesktop {
  return {
    app,
    icon,
    async window(shown = 'Requests') {
      const page = await app.firstWindow();
      // It is there before it has loaded anything, and a trace begun then may never begin.
      await expect(page.getByRole('heading', { name: 'Claudacity' })).toBeVisible();
      if (TRACED) await app.context().tracing.start({ screenshots: true, snapshots: true });
      if (shown !== 'Home') await openPage(page, shown);
      return page;
    },
    async url() {
      let found: string | undefined;
      const look = async () => {
        for (const { label } of await icon.menu()) found ??= /^Running on (\S+)$/.exec(label)?.[1];
        return found;
      };
      await expect.poll(look, { message: 'the tray says where the server runs' }).toBeDefined();
      return found ?? '';
    },
    windowVisible: () =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().some((window) => window.isVisible())),
  };
}

/**
 * Holds the app back until Playwright is connected, which waits for ever where a window opens before that. It is used by
 * itself only where no executable is named.
 */
const PLAYWRIGHT_LOADER = path.resolve('node_modules/playwright-core/lib/server/electron/loader.js');

export function electronPath(): string {
  const executable = process.env.ELECTRON_EXECUTABLE;
  if (!executable) throw new Error('ELECTRON_EXECUTABLE is not set: run these tests with npm run test:e2e');
  return executable;
}

export function electronArgs(): string[] {
  return [...(isRoot() ? ['--no-sandbox'] : []), '--disable-gpu', path.resolve('.')];
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
