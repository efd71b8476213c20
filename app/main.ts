/**
 * Entry of the desktop app. It makes the window and then loads the rest of the app from a bundle of its own: the process of the window's page starts
 * meanwhile. So nothing is imported here that takes time to load.
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { app, dialog } from 'electron';
import type * as Cli from './cli';
import { hasDisplay } from './command/display';
import { hasCommandParent, runAsNode } from './command/parent';
import { commandArguments } from './command/words';
import { isListening } from './control/isListening';
import { findSocket } from './control/socketPath';
import { RENDERER_DIR } from './desktop/assets';
import { parseCommandLine } from './desktop/commandLine';
import { loadBundle } from './desktop/compiledBundle';
import type * as DesktopApp from './desktop/desktopApp';
import { systemLoginItems } from './desktop/systemLoginItems';
import { registerAppScheme, servePage } from './desktop/window/appProtocol';
import { createBrowserWindow } from './desktop/window/browserWindow';
import { confinePages } from './desktop/window/confine';
import { dataDir } from './settings/dataDir';
import { openPrivateFolder } from './settings/privateFolder';
import { errorText } from './shared/errorText';

/** Of desktopApp.cjs; the bundler sets it. */
declare const DESKTOP_APP_DIGEST: string;

const folder = dataDir({ env: process.env });
const command = commandArguments(ownArguments()) ?? serveWithoutDisplay();
if (command) runCommand(command);
else runApp();

/** What this process has to do where Chromium would end it, because there is no display: answer without a window. */
function serveWithoutDisplay(): string[] | undefined {
  const { env, platform } = process;
  if (hasDisplay(env, platform) || app.commandLine.hasSwitch('ozone-platform')) return undefined;
  const { port } = parseCommandLine(process.argv);
  return ['serve', ...(port === undefined ? [] : [port])];
}

/** The arguments behind the program and, in a checkout, behind the app's folder. */
function ownArguments(): string[] {
  const args = process.argv.slice(1);
  if (app.isPackaged) return args;
  return args.slice(args.findIndex((argument) => path.resolve(argument) === app.getAppPath()) + 1);
}

/** The `claudacity` command, where this binary does not run as plain Node: without a window, a display and the lock of the app that may be running. */
function runCommand(args: readonly string[]): void {
  const script = path.join(__dirname, 'cli.cjs');
  if (process.platform === 'linux' && !hasCommandParent(process.env)) {
    app.exit(runAsNode(script, args));
    return;
  }
  // A terminal sends Ctrl+C to the whole group, and Chromium gives up without its process for drawing. Nothing is drawn here.
  app.commandLine.appendSwitch('in-process-gpu');
  app.disableHardwareAcceleration();
  // Not the one of the app, whose files only one process may use.
  app.setPath('sessionData', path.join(folder, 'command'));
  app.dock?.hide();
  // Chromium takes the signals for itself, and quits.
  app.on('before-quit', (event) => {
    event.preventDefault();
    process.emit('SIGINT');
  });
  const { runInThisProcess }: typeof Cli = require(script);
  const system = process.platform === 'darwin' && app.isPackaged ? systemLoginItems() : undefined;
  runInThisProcess(args, system).then((exitCode) => {
    if (exitCode !== undefined) app.exit(exitCode);
  }, fail);
}

function runApp(): void {
  try {
    openPrivateFolder(folder);
  } catch (error) {
    // Chromium cannot run without it.
    fail(new Error(`The data folder ${folder} cannot be created: ${errorText(error)}`));
  }
  app.setPath('userData', folder);
  // A folder of its own for Chromium's files, beside the settings, the log and the database.
  app.setPath('sessionData', path.join(folder, 'browser'));
  app.setAppUserModelId('local.claudacity.server');

  // The lock belongs to the data folder, so the folder must be set first.
  if (app.requestSingleInstanceLock()) {
    registerAppScheme();
    // Root must run without the sandbox; enabling it all the same would make every page crash.
    if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
    app.whenReady().then(() => start().catch(fail), fail);
  } else {
    console.log('Claudacity is running already: its window comes to the front.');
    app.exit(0);
  }
}

async function start(): Promise<void> {
  const commandLine = parseCommandLine(process.argv);
  const atLogin = process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin;
  const windowStateFile = path.join(folder, 'window.json');
  const answering = milestone();
  // Who sees the window can use the server.
  const listening = milestone();
  setTimeout(listening.reach, SHOW_WITHIN_MS).unref();
  confinePages();
  servePage(RENDERER_DIR, answering.reached);
  const isHidden = commandLine.hidden || atLogin;
  if ((await isListening(findSocket(folder))) && !(await replacesServer(isHidden))) {
    app.exit(0);
    return;
  }
  const firstWindow = isHidden ? undefined : createBrowserWindow(windowStateFile, listening.reached);
  // Its process starts meanwhile, and the page draws its frame while the rest is done here.
  if (firstWindow) await Promise.race([firstWindow.navigated, sleep(NAVIGATED_WITHIN_MS)]);
  const { exports, store } = loadDesktopApp();
  // What is compiled by then is what a start needs.
  setTimeout(store, STORE_COMPILED_AFTER_MS).unref();
  app.once('will-quit', store);
  await exports.runDesktopApp({
    ...{ folder, commandLine, windowStateFile, firstWindow },
    onAnswering: answering.reach,
    onServerDecided: listening.reach,
  });
}

/** Whether the app starts although a server without a window uses its data folder: the user lets it end that. Nobody is asked at login. */
async function replacesServer(isHidden: boolean): Promise<boolean> {
  if (isHidden) {
    console.log('Claudacity is running already, without a window.');
    return false;
  }
  if (await loadDesktopApp().exports.endOtherProcess(folder)) return true;
  // An Electron that exits in the moment after it has loaded much code hangs.
  await sleep(EXIT_AFTER_LOADING_MS);
  return false;
}

let desktopApp: { exports: typeof DesktopApp; store(): void } | undefined;

/** The rest of the app, loaded at the first call. */
function loadDesktopApp() {
  if (desktopApp) return desktopApp;
  const bundle = path.join(__dirname, 'desktopApp.cjs');
  const { exports, store } = loadBundle(bundle, DESKTOP_APP_DIGEST, path.join(folder, 'compiled'));
  desktopApp = { exports: exports as typeof DesktopApp, store };
  return desktopApp;
}

/** A promise, and the function that resolves it. */
function milestone(): { reached: Promise<void>; reach: () => void } {
  let reach: () => void = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  return { reached, reach };
}

const STORE_COMPILED_AFTER_MS = 3_000;
const SHOW_WITHIN_MS = 1_000;
const NAVIGATED_WITHIN_MS = 200;
const EXIT_AFTER_LOADING_MS = 1_000;

function fail(error: unknown): void {
  const message = errorText(error);
  console.error(`Claudacity cannot start: ${message}`);
  dialog.showErrorBox('Claudacity cannot start', message);
  app.exit(1);
}
