/** Runs the desktop app: settings, log and core, with a tray and the window around them. */

import os from 'node:os';
import path from 'node:path';
import { app, type BrowserWindow } from 'electron';
import { createCore } from '../core';
import type { AppHost } from '../core/appCalls';
import { stopLimitMs } from '../core/stopWithin';
import { openLog } from '../log/log';
import { HIDDEN, launchCommand } from '../service/login/launchCommand';
import { loginItemFor } from '../service/login/loginItemFor';
import { openSettings } from '../settings/settings';
import { outliveSessionSignals } from '../system/appImageServer';
import { type CommandLine, parseCommandLine } from './commandLine';
import { startDesktop } from './desktop';
import { openElectronStoreFile } from './electronStoreFile';
import { stopBeforeQuit } from './quit';
import { systemLoginItems } from './systemLoginItems';
import { createDesktopUpdater } from './update/desktopUpdater';
import { installationOf } from './update/installation';
import { runningProgram } from './update/replacedProgram';
import type { CreatedWindow } from './window/browserWindow';

export { endOtherProcess } from './otherProcess';

export interface DesktopAppOptions {
  /** The data folder. */
  readonly folder: string;
  readonly commandLine: CommandLine;
  readonly windowStateFile: string;
  /** Undefined where the app starts with the tray alone. */
  readonly firstWindow: CreatedWindow | undefined;
  /** Called once the calls and subscriptions of the window's page are answered. */
  readonly onAnswering: () => void;
  /** Called once the server listens, cannot be started, or is not to be. */
  readonly onServerDecided: () => void;
}

/** Resolves once the server listens, or has failed to. @throws what keeps the app from starting. */
export async function runDesktopApp({
  folder,
  commandLine,
  windowStateFile,
  firstWindow,
  onAnswering,
  onServerDecided,
}: DesktopAppOptions): Promise<void> {
  const env = process.env;
  const packaged = app.isPackaged;
  const log = openLog({ dataDir: folder, env, console: !packaged });
  process.on('uncaughtException', (error) => log.error('uncaught exception', { error }));
  process.on('unhandledRejection', (error) => log.error('unhandled rejection', { error: String(error) }));

  const settings = openSettings({
    file: openElectronStoreFile(folder, log),
    log,
    env,
    commandLine: { port: commandLine.port },
  });
  const checkout = packaged ? undefined : app.getAppPath();
  const host: AppHost = { quit: () => app.quit(), showWindow: async () => (await desktop).openWindow() };
  const { platform, execPath, argv, resourcesPath } = process;
  const version = app.getVersion();
  // The files of an AppImage are those of its start, and Windows and macOS replace no running program.
  const isReplaceable = packaged && platform === 'linux' && env.APPIMAGE === undefined;
  const program = isReplaceable ? runningProgram({ execPath, appPath: app.getAppPath(), log }) : undefined;
  const updater = createDesktopUpdater({
    installation: installationOf({ platform, packaged, env, execPath, resourcesPath }),
    ...{ resourcesPath, appPath: app.getAppPath(), dataDir: folder, log },
    program,
    restart: async () => {
      const { wantsWindow } = await desktop;
      const args = argv.slice(1).filter((argument) => argument !== HIDDEN);
      app.relaunch({ args: wantsWindow() ? args : [...args, HIDDEN] });
      app.quit();
    },
  });
  const core = createCore({ dataDir: folder, settings, log, version, env, host, checkout, updater });
  stopBeforeQuit({
    stop: async (graceMs) => {
      await core.stop(graceMs);
      await log.close();
    },
    hurry: (graceMs) => void core.stop(graceMs),
    closeNow: core.closeStorageNow,
    limitMs: () => stopLimitMs(settings.value.stopGraceSeconds),
    log,
  });

  const command = launchCommand({ execPath, argv, appPath: app.getAppPath(), packaged, env });
  // macOS takes a packaged app alone.
  const system = packaged && platform === 'darwin' ? systemLoginItems() : undefined;
  const loginItem = loginItemFor({ platform, env, home: os.homedir(), command, system });
  const toldAddressesFile = path.join(folder, 'toldAddresses.json');
  const windowShown = firstWindow ? shown(firstWindow.window) : Promise.resolve();
  // The session may end at any time from now on.
  void windowShown.then(() => outliveSessionSignals({ env, log }));
  const started = core.start({ beforeRest: windowShown, onServerDecided });
  // The tray and the rest can wait.
  const desktop = windowShown.then(() => {
    const shell = startDesktop({
      ...{ core, log, loginItem, windowStateFile, toldAddressesFile, firstWindow },
      isReplaced: () => program?.isReplaced() ?? false,
    });
    onAnswering();
    return shell;
  });
  app.on('second-instance', (_event, secondArgv) => {
    if (!parseCommandLine(secondArgv).hidden) void desktop.then(({ openWindow }) => openWindow());
  });
  await Promise.all([desktop, started]);
}

/** Resolves once the window is shown, or will not be for long. */
function shown(window: BrowserWindow): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, SHOWN_WITHIN_MS);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    window.once('show', end).once('closed', end);
  });
}

const SHOWN_WITHIN_MS = 1_000;
