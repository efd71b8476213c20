/** Collects the licence texts of bundled packages, which their terms require to be shipped. */
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from './setup/command.mjs';

/**
 * Writes one text file with the licence of every package whose code is in the bundles.
 * @param {import('esbuild').BuildResult[]} results of builds with `metafile`
 * @param {string} file the path to write
 */
export function writeLicenses(results, file) {
  const folders = new Set();
  for (const { metafile } of results) {
    for (const input of Object.keys(metafile?.inputs ?? {})) {
      const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
      if (folder) folders.add(folder);
    }
  }
  const texts = [...folders].sort().map((folder) => licenseOf(path.join(ROOT, folder)));
  fs.writeFileSync(file, texts.join(`\n${'-'.repeat(80)}\n\n`));
}

/** @param {string} folder */
function licenseOf(folder) {
  const { name, version, license } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const licenseFile = fs.readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = licenseFile
    ? fs.readFileSync(path.join(folder, licenseFile), 'utf8').trim()
    : `Licensed under ${license}.`;
  return `${name} ${version}\n\n${text}\n`;
}
