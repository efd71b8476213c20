/** Bundling leaves the licence files of what it bundles behind; their terms ask for them to be shipped. */
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from './setup/command.mjs';

/**
 * Writes one text file with the licence of every package that has code in the given bundles.
 * @param {import('esbuild').BuildResult[]} results
 * @param {string} file
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
  const found = fs.readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = found ? fs.readFileSync(path.join(folder, found), 'utf8').trim() : `Licensed under ${license}.`;
  return `${name} ${version}\n\n${text}\n`;
}
