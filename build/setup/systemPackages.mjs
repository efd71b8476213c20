/**
 * What Electron and the tests need of a Linux system. On Debian and Ubuntu root gets it installed; everybody else gets
 * the one command to run.
 */
import fs from 'node:fs';
import { capture } from './command.mjs';
import { Problem, step } from './step.mjs';

/** What Electron links to or opens at run time, as Debian 12 names it; Ubuntu 24.04 renamed some for its 64 bit time. */
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

/** A virtual screen, a session bus, letters to draw: where one shows, and the packages that bring it. */
const TEST_NEEDS = [
  { at: '/usr/bin/xvfb-run', packages: ['xvfb', 'xauth'] },
  { at: '/usr/bin/dbus-run-session', packages: ['dbus-daemon|dbus'] },
  { at: '/usr/bin/gio', packages: ['libglib2.0-bin'] },
  { at: '/usr/share/fonts/truetype', packages: ['fonts-dejavu-core'] },
];

/**
 * Makes sure that this Electron finds its shared libraries. Does nothing on other systems.
 * @param {string} executable
 * @throws {Problem} where they are missing and cannot be installed from here
 */
export async function ensureElectronLibraries(executable) {
  if (process.platform !== 'linux') return;
  const missing = await missingLibraries(executable);
  if (missing.length > 0) await install(ELECTRON_LIBRARIES, `Electron needs ${missing.join(', ')}`);
  const still = missing.length > 0 ? await missingLibraries(executable) : [];
  if (still.length > 0) {
    throw new Problem(`Electron still misses ${still.join(', ')}.`, "Install them with this system's package manager.");
  }
}

/**
 * Makes sure of a virtual screen, a session bus and letters to draw. Does nothing on other systems.
 * @throws {Problem} where they are missing and cannot be installed from here
 */
export async function ensureTestPrograms() {
  if (process.platform !== 'linux') return;
  const missing = TEST_NEEDS.filter((need) => !fs.existsSync(need.at)).flatMap((need) => need.packages);
  if (missing.length > 0) await install(missing, 'The window tests need a virtual screen, a session bus and a font');
}

/**
 * Makes sure of programs, each with the Debian package it comes in.
 * @param {Record<string, string>} programs
 * @param {string} why
 */
export async function ensurePrograms(programs, why) {
  const missing = Object.keys(programs).filter((program) => !onPath(program));
  if (missing.length > 0) await install([...new Set(missing.map((program) => programs[program] ?? program))], why);
}

/** @param {string} program */
export function onPath(program) {
  return (process.env.PATH ?? '').split(':').some((dir) => fs.existsSync(`${dir}/${program}`));
}

/** @param {string} executable @returns {Promise<string[]>} */
async function missingLibraries(executable) {
  const { output } = await capture('ldd', [executable]);
  return [...output.matchAll(/^\s*(\S+) => not found$/gm)].map((match) => /** @type {string} */ (match[1]));
}

/**
 * @param {string[]} packages alternatives with |
 * @param {string} why
 */
async function install(packages, why) {
  const first = packages.map((name) => name.split('|')[0]).join(' ');
  if (!onPath('apt-get')) {
    throw new Problem(`${why}.`, `Install what your system has for these Debian packages: ${first}`);
  }
  if (process.getuid?.() !== 0) {
    throw new Problem(`${why}.`, `Run: sudo apt-get install -y ${(await choose(packages)).join(' ')}`);
  }
  await step(`${why}: apt-get install`, async (note) => {
    note('reading package lists');
    await apt(['update']);
    note('installing');
    await apt(['install', '-y', '--no-install-recommends', ...(await choose(packages))]);
  });
}

/** The alternatives that this release has. @param {string[]} packages */
async function choose(packages) {
  return Promise.all(
    packages.map(async (names) => {
      const [first = '', ...others] = names.split('|');
      for (const name of [first, ...others]) {
        const { output } = await capture('apt-cache', ['policy', name]);
        if (/Candidate: (?!\(none\))/.test(output)) return name;
      }
      return first;
    }),
  );
}

/** @param {string[]} args */
async function apt(args) {
  const { code, output } = await capture('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (code !== 0) {
    throw new Problem(
      `apt-get ${args[0]} failed:\n${output.trim().split('\n').slice(-8).join('\n')}`,
      'Run it by hand to see more.',
    );
  }
}
