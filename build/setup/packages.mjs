import fs from 'node:fs';
import path from 'node:path';
import { captureOutput, npmCommand, ROOT } from './command.mjs';
import { Problem, runStep } from './step.mjs';

/** Installs the npm packages if they are missing or differ from the lockfile. @throws {Problem} if npm fails */
export async function ensurePackages() {
  const missing = !fs.existsSync(path.join(ROOT, 'node_modules'));
  if (!missing && matchesLockfile()) return;
  await runStep(missing ? 'Install packages' : 'Update packages', async () => {
    const { command, args } = npmCommand();
    // `ci` deletes node_modules first. `install --no-save` only adds what is missing and leaves the lockfile as it is.
    const subcommand = missing ? ['ci'] : ['install', '--no-save'];
    const { code, output } = await captureOutput(command, [...args, ...subcommand, '--no-audit', '--no-fund']);
    if (code !== 0) {
      throw new Problem(
        `npm could not install the packages:\n${output.trim()}`,
        'Check the network and `npm config get registry`, then run the command again.',
      );
    }
  });
}

/** Compares the versions in the lockfile with npm's record of what is installed. */
function matchesLockfile() {
  const locked = packagesIn('package-lock.json');
  const installed = packagesIn('node_modules/.package-lock.json');
  return Object.entries(locked).every(
    // Most optional packages are for other systems.
    ([name, { version, optional }]) => name === '' || optional || installed[name]?.version === version,
  );
}

/** @param {string} file @returns {Record<string, { version: string, optional?: boolean }>} */
function packagesIn(file) {
  const full = path.join(ROOT, file);
  return fs.existsSync(full) ? JSON.parse(fs.readFileSync(full, 'utf8')).packages : {};
}
