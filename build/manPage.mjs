/**
 * `node build/manPage.mjs` writes the manual page of the command, build/linux/claudacity.1. With `--check` it changes nothing and fails if the page is
 * out of date.
 */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { ROOT } from './setup/command.mjs';

const PAGE = path.join(ROOT, 'build', 'linux', 'claudacity.1');

/** Bundles the command's definition first, because Node 20 cannot import TypeScript. @returns {Promise<string>} */
export async function currentManPage() {
  const outfile = path.join(ROOT, 'out', 'run', `manPage-${process.pid}.mjs`);
  await esbuild.build({
    entryPoints: [path.join(ROOT, 'app', 'command', 'manPage.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
  try {
    return (await import(pathToFileURL(outfile).href)).manPage();
  } finally {
    fs.rmSync(outfile, { force: true });
  }
}

async function main() {
  const text = await currentManPage();
  if (fs.existsSync(PAGE) && fs.readFileSync(PAGE, 'utf8') === text) return;
  if (!process.argv.includes('--check')) return fs.writeFileSync(PAGE, text);
  console.log('build/linux/claudacity.1 is out of date. Run: node build/manPage.mjs');
  process.exitCode = 1;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
