/**
 * `npm start`: from a fresh checkout to the running app. Installs what is missing, bundles, finds or downloads Electron
 * and starts it; without a display or an Electron the server runs in this terminal instead.
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
  // Only now: it imports a package that the step before may have had to install.
  const { bundle } = await import('./bundle.mjs');
  await bundle().catch(() => {
    throw new Problem('The app could not be bundled.', 'The messages above name the files and lines.');
  });
}

/** @returns {Promise<string | undefined>} the executable, where a tray app can be shown here */
async function desktopElectron() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    printLine(
      'There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so there will be no tray icon and no window.',
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
  printLine('Claudacity starts: look for the speech bubble in the tray. Ctrl+C ends it.');
  const flags = needsNoSandbox(executable) ? ['--no-sandbox'] : [];
  return runInForeground(executable, [...flags, ROOT, ...appArguments]);
}

function startHeadless() {
  printLine('The server starts in this terminal. Ctrl+C ends it.');
  return runInForeground(process.execPath, [path.join(ROOT, 'out', 'cli.cjs'), 'serve', ...appArguments]);
}

/**
 * Chromium refuses its sandbox to root. For everybody else it needs user namespaces or a setuid helper, which a checkout
 * has not; Ubuntu 24.04 forbids the former to programs without an AppArmor profile.
 * @param {string} executable
 */
function needsNoSandbox(executable) {
  if (process.platform !== 'linux') return false;
  if (process.getuid?.() === 0) {
    printLine("Running as root, where Chromium's sandbox cannot work: starting with --no-sandbox.");
    return true;
  }
  const setting = (/** @type {string} */ name) =>
    fs.existsSync(`/proc/sys/kernel/${name}`) ? fs.readFileSync(`/proc/sys/kernel/${name}`, 'utf8').trim() : '';
  const namespaces =
    setting('unprivileged_userns_clone') !== '0' && setting('apparmor_restrict_unprivileged_userns') !== '1';
  const helper = fs.statSync(path.join(path.dirname(executable), 'chrome-sandbox'), { throwIfNoEntry: false });
  if (namespaces || (helper && helper.uid === 0 && helper.mode & 0o4000)) return false;
  printLine(
    "This system forbids Chromium's sandbox to a program in a checkout (installed packages have it): starting with --no-sandbox.",
  );
  return true;
}
