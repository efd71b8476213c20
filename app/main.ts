/** Entry of the desktop app: opens settings, log and core, and puts a tray and a window around them. */
import os from 'node:os';
import path from 'node:path';
import { app, dialog } from 'electron';
import { createCore } from './core';
import { stopLimitMs } from './core/stopWithin';
import { type CommandLine, parseCommandLine } from './desktop/commandLine';
import { startDesktop } from './desktop/desktop';
import { openElectronStoreFile } from './desktop/electronStoreFile';
import { launchCommand } from './desktop/loginItem/launchCommand';
import { loginItemFor } from './desktop/loginItem/loginItemFor';
import { systemLoginItems } from './desktop/loginItem/systemLoginItems';
import { stopBeforeQuit } from './desktop/quit';
import { registerAppScheme } from './desktop/window/appProtocol';
import { openLog } from './log/log';
import { dataDir } from './settings/dataDir';
import { openPrivateFolder } from './settings/privateFolder';
import { openSettings } from './settings/settings';
import { errorText } from './shared/errorText';

const folder = dataDir({ env: process.env });
try {
  openPrivateFolder(folder);
} catch (error) {
  // Chromium cannot run without it.
  fail(new Error(`The data folder ${folder} cannot be created: ${errorText(error)}`));
}
app.setPath('userData', folder);
// A folder of its own for Chromium's files, beside the settings, the log and the database.
app.setPath('sessionData', path.join(folder, 'browser'));
app.setAppUserModelId('org.claudacity.app');

// The lock belongs to the data folder, so the folder must be set first.
if (app.requestSingleInstanceLock()) {
  registerAppScheme();
  // Root must run without the sandbox; enabling it all the same would make every page crash.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  app.whenReady().then(() => start(parseCommandLine(process.argv)).catch(fail), fail);
} else {
  console.log('Claudacity is running already: its window comes to the front.');
  app.exit(0);
}

async function start({ port, hidden }: CommandLine): Promise<void> {
  const env = process.env;
  const packaged = app.isPackaged;
  const log = openLog({ dataDir: folder, env, console: !packaged });
  process.on('uncaughtException', (error) => log.error('uncaught exception', { error }));
  process.on('unhandledRejection', (error) => log.error('unhandled rejection', { error: String(error) }));

  const settings = openSettings({ file: openElectronStoreFile(folder, log), log, env, commandLine: { port } });
  const checkout = packaged ? undefined : app.getAppPath();
  const core = createCore({ dataDir: folder, settings, log, version: app.getVersion(), env, checkout });
  const stop = async () => {
    await core.stop();
    await log.close();
  };
  stopBeforeQuit(stop, () => stopLimitMs(settings.value.stopGraceSeconds), log);

  const { platform, execPath, argv } = process;
  const command = launchCommand({ execPath, argv, appPath: app.getAppPath(), packaged, env });
  const loginItem = loginItemFor({ platform, env, home: os.homedir(), command, packaged, system: systemLoginItems() });
  const desktop = await startDesktop({
    core,
    log,
    loginItem,
    dataDir: folder,
    hidden: hidden || (platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin),
  });
  app.on('second-instance', (_event, argv) => {
    if (!parseCommandLine(argv).hidden) desktop.openWindow();
  });
  await core.start();
}

function fail(error: unknown): void {
  const message = errorText(error);
  console.error(`Claudacity cannot start: ${message}`);
  dialog.showErrorBox('Claudacity cannot start', message);
  app.exit(1);
}
