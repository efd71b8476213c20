/** Installs the npm packages where they are missing or no longer those of the lockfile. */
import fs from 'node:fs';
import path from 'node:path';
import { capture, npm, ROOT } from './command.mjs';
import { Problem, step } from './step.mjs';

/** @throws {Problem} where npm fails */
export async function ensurePackages() {
  const missing = !fs.existsSync(path.join(ROOT, 'node_modules'));
  if (!missing && installedAsLocked()) return;
  await step(missing ? 'Install packages' : 'Update packages', async () => {
    const { command, args } = npm();
    // `ci` starts from nothing; onto what is there, `install --no-save` adds only what is missing and keeps the lockfile.
    const how = missing ? ['ci'] : ['install', '--no-save'];
    const { code, output } = await capture(command, [...args, ...how, '--no-audit', '--no-fund']);
    if (code !== 0) {
      throw new Problem(
        `npm could not install the packages:\n${output.trim()}`,
        'Check the network and `npm config get registry`, then run the command again.',
      );
    }
  });
}

/** Whether node_modules holds what the lockfile asks for, by npm's own record of what it installed. */
function installedAsLocked() {
  const wanted = packagesIn('package-lock.json');
  const installed = packagesIn('node_modules/.package-lock.json');
  return Object.entries(wanted).every(
    // Optional ones are mostly for other systems.
    ([name, { version, optional }]) => name === '' || optional || installed[name]?.version === version,
  );
}

/** @param {string} file @returns {Record<string, { version: string, optional?: boolean }>} */
function packagesIn(file) {
  const full = path.join(ROOT, file);
  return fs.existsSync(full) ? JSON.parse(fs.readFileSync(full, 'utf8')).packages : {};
}
