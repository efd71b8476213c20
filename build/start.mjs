/**
 * `npm start`: installs missing packages, bundles the app, finds or downloads Electron and starts it. Without a display or an
 * Electron it starts the server in this terminal instead.
 */
import './setup/node.mjs';
import fs from 'node:fs';
import path from 'node:path';
import { ensureElectron } from './electron.mjs';
import { ROOT, runInForeground } from './setup/command.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { Problem, printLine, runCommand, runStep } from './setup/step.mjs';
import { ensureElectronLibraries } from './setup/systemPackages.mjs';

const appArguments = process.argv.slice(2);

await runCommand(async () => {
  await ensurePackages();
  await runStep('Bundle', bundle);
  const desktop = await desktopElectron();
  process.exitCode = desktop ? await startTray(desktop) : await startHeadless();
});

async function bundle() {
  // A dynamic import, because bundle.mjs imports packages that `ensurePackages` may have installed only now.
  const { bundle } = await import('./bundle.mjs');
  await bundle().catch(() => {
    throw new Problem('The app could not be bundled.', 'The messages above name the files and lines.');
  });
}

/** @returns {Promise<string | undefined>} Electron's executable; undefined if this machine cannot show a tray app */
async function desktopElectron() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    printLine(
      'There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set), so there will be no tray icon and no window.',
    );
    return undefined;
  }
  try {
    const { executable } = await ensureElectron();
    await ensureElectronLibraries(executable);
    return executable;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    printLine(error.message);
    printLine(error.remedy);
    return undefined;
  }
}

/** @param {string} executable */
function startTray(executable) {
  printLine('Starting Claudacity. Look for the speech bubble in the tray. Ctrl+C stops it.');
  const flags = needsNoSandbox(executable) ? ['--no-sandbox'] : [];
  return runInForeground(executable, [...flags, ROOT, ...appArguments], { env: environment() });
}

function startHeadless() {
  printLine('Starting the server in this terminal. Ctrl+C stops it.');
  const command = [path.join(ROOT, 'out', 'cli.cjs'), 'serve', ...appArguments];
  return runInForeground(process.execPath, command, { env: environment() });
}

/** Without the folders of node_modules that npm puts in front of PATH: its `claude` would stand in for the one that the user has installed. */
function environment() {
  const isOwn = (/** @type {string} */ folder) => folder.startsWith(path.join(ROOT, 'node_modules') + path.sep);
  // Windows has Path.
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  const folders = (process.env[name] ?? '').split(path.delimiter).filter((folder) => !isOwn(folder));
  return { ...process.env, [name]: folders.join(path.delimiter) };
}

/**
 * Whether Chromium's sandbox cannot work here. It refuses to run as root. For other users it needs user namespaces, which
 * Ubuntu 24.04 forbids to programs without an AppArmor profile, or a setuid helper, which a checkout does not have.
 * @param {string} executable
 */
function needsNoSandbox(executable) {
  if (process.platform !== 'linux') return false;
  if (process.getuid?.() === 0) {
    printLine("Chromium's sandbox does not work as root: starting with --no-sandbox.");
    return true;
  }
  const setting = (/** @type {string} */ name) =>
    fs.existsSync(`/proc/sys/kernel/${name}`) ? fs.readFileSync(`/proc/sys/kernel/${name}`, 'utf8').trim() : '';
  const namespaces =
    setting('unprivileged_userns_clone') !== '0' && setting('apparmor_restrict_unprivileged_userns') !== '1';
  const helper = fs.statSync(path.join(path.dirname(executable), 'chrome-sandbox'), { throwIfNoEntry: false });
  if (namespaces || (helper && helper.uid === 0 && helper.mode & 0o4000)) return false;
  printLine(
    "This system allows Chromium's sandbox only to installed packages, not to a checkout: starting with --no-sandbox.",
  );
  return true;
}
