/**
 * `node build/connectGuide.mjs` writes context/CONNECT.md from the guides in app/connect/guides. With `--check` it changes nothing and
 * fails if the document is out of date.
 */
import fs from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { ROOT } from './setup/command.mjs';

const DOCUMENT = path.join(ROOT, 'context', 'CONNECT.md');

/** Bundles the guides first, because Node 20 cannot import TypeScript. */
async function guidesMarkdown() {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(ROOT, 'app', 'connect', 'guideText.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
  });
  const code = Buffer.from(/** @type {esbuild.OutputFile} */ (outputFiles[0]).contents).toString('base64');
  return (await import(`data:text/javascript;base64,${code}`)).guidesMarkdown();
}

const current = await guidesMarkdown();
const written = fs.existsSync(DOCUMENT) ? fs.readFileSync(DOCUMENT, 'utf8') : '';
if (current !== written) {
  if (process.argv.includes('--check')) {
    console.log('context/CONNECT.md is out of date. Run: node build/connectGuide.mjs');
    process.exitCode = 1;
  } else {
    fs.writeFileSync(DOCUMENT, current);
  }
}
