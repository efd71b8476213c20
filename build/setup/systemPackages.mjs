/**
 * The system packages that Electron and the tests need on Linux. On Debian and Ubuntu they are installed when the script runs
 * as root; otherwise the error names the command that installs them.
 */
import fs from 'node:fs';
import { captureOutput } from './command.mjs';
import { Problem, runStep } from './step.mjs';

/** The libraries that Electron links to or loads, by their names in Debian 12 and, after |, in Ubuntu 24.04 (64 bit time). */
const ELECTRON_LIBRARIES = [
  'libnss3',
  'libgtk-3-0|libgtk-3-0t64',
  'libasound2|libasound2t64',
  'libatk-bridge2.0-0|libatk-bridge2.0-0t64',
  'libcups2|libcups2t64',
  'libgbm1',
  'libdrm2',
  'libxss1',
  'libxtst6',
  'libnotify4',
];

/** A virtual screen, a session bus, GIO's command and fonts: a path that exists if they are installed, and their packages. */
const TEST_PROGRAMS = [
  { path: '/usr/bin/xvfb-run', packages: ['xvfb', 'xauth'] },
  { path: '/usr/bin/dbus-run-session', packages: ['dbus-daemon|dbus'] },
  { path: '/usr/bin/gio', packages: ['libglib2.0-bin'] },
  { path: '/usr/share/fonts/truetype', packages: ['fonts-dejavu-core'] },
];

/**
 * Installs the shared libraries that this Electron cannot find. Does nothing on other systems than Linux.
 * @param {string} executable
 * @throws {Problem} if some are missing and this script cannot install them
 */
export async function ensureElectronLibraries(executable) {
  if (process.platform !== 'linux') return;
  const missing = await findMissingLibraries(executable);
  if (missing.length > 0) await installPackages(ELECTRON_LIBRARIES, `Electron needs ${missing.join(', ')}`);
  const stillMissing = missing.length > 0 ? await findMissingLibraries(executable) : [];
  if (stillMissing.length > 0) {
    throw new Problem(
      `Electron still cannot find ${stillMissing.join(', ')}.`,
      "Install them with this system's package manager.",
    );
  }
}

/**
 * Installs what the tests of the window need and the system lacks. Does nothing on other systems than Linux.
 * @throws {Problem} if some are missing and this script cannot install them
 */
export async function ensureTestPrograms() {
  if (process.platform !== 'linux') return;
  const missing = TEST_PROGRAMS.filter(({ path }) => !fs.existsSync(path)).flatMap(({ packages }) => packages);
  if (missing.length > 0)
    await installPackages(missing, 'The window tests need a virtual screen, a session bus and a font');
}

/**
 * Installs the programs that are not in PATH.
 * @param {Record<string, string>} programs the Debian package of each program
 * @param {string} reason printed with the installation, and the message of the error
 * @throws {Problem} if some are missing and this script cannot install them
 */
export async function ensurePrograms(programs, reason) {
  const missing = Object.keys(programs).filter((program) => !isOnPath(program));
  if (missing.length > 0)
    await installPackages([...new Set(missing.map((program) => programs[program] ?? program))], reason);
}

/** Whether a folder in PATH contains the program. @param {string} program */
export function isOnPath(program) {
  return (process.env.PATH ?? '').split(':').some((dir) => fs.existsSync(`${dir}/${program}`));
}

/** @param {string} executable @returns {Promise<string[]>} */
async function findMissingLibraries(executable) {
  const { output } = await captureOutput('ldd', [executable]);
  return [...output.matchAll(/^\s*(\S+) => not found$/gm)].map((match) => /** @type {string} */ (match[1]));
}

/**
 * @param {string[]} packages the alternative names of a package are separated by |
 * @param {string} reason
 */
async function installPackages(packages, reason) {
  const debianNames = packages.map((name) => name.split('|')[0]).join(' ');
  if (!isOnPath('apt-get')) {
    throw new Problem(`${reason}.`, `Install your system's equivalents of these Debian packages: ${debianNames}`);
  }
  if (process.getuid?.() !== 0) {
    throw new Problem(`${reason}.`, `Run: sudo apt-get install -y ${(await availablePackages(packages)).join(' ')}`);
  }
  await runStep(`${reason}: apt-get install`, async (note) => {
    note('reading package lists');
    await runApt(['update']);
    note('installing');
    await runApt(['install', '-y', '--no-install-recommends', ...(await availablePackages(packages))]);
  });
}

/** Chooses the name of each package that exists in this release. @param {string[]} packages */
async function availablePackages(packages) {
  return Promise.all(
    packages.map(async (names) => {
      const [first = '', ...others] = names.split('|');
      for (const name of [first, ...others]) {
        const { output } = await captureOutput('apt-cache', ['policy', name]);
        if (/Candidate: (?!\(none\))/.test(output)) return name;
      }
      return first;
    }),
  );
}

/** @param {string[]} args */
async function runApt(args) {
  const { code, output } = await captureOutput('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (code !== 0) {
    throw new Problem(
      `apt-get ${args[0]} failed:\n${output.trim().split('\n').slice(-8).join('\n')}`,
      'Run it by hand to see its whole output.',
    );
  }
}
