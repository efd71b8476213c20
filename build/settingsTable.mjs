/**
 * `node build/settingsTable.mjs` writes the table of environment variables into README.md, between its two markers. With
 * `--check` it changes nothing and fails if the table is out of date.
 */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { ROOT } from './setup/command.mjs';

const README = path.join(ROOT, 'README.md');
const BEGIN = '<!-- environment variables: written by build/settingsTable.mjs -->';
const END = '<!-- end of environment variables -->';

/**
 * Replaces the table between the markers.
 * @param {string} readme
 * @param {readonly import('../app/shared/cli/environmentVariables').EnvironmentVariable[]} variables
 * @returns {string} the new text
 * @throws if the markers are missing
 */
export function withVariables(readme, variables) {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error('README.md does not contain the markers of its table of variables');
  const rows = variables.map(
    ({ name, description, defaultText }) => `| \`${name}\` | ${description} | ${defaultText} |`,
  );
  const table = ['| variable | meaning | default |', '|---|---|---|', ...rows].join('\n');
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${readme.slice(end)}`;
}

/** Bundles the list first, because Node 20 cannot import TypeScript. */
async function environmentVariables() {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(ROOT, 'app', 'shared', 'cli', 'environmentVariables.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
  });
  const code = Buffer.from(/** @type {esbuild.OutputFile} */ (outputFiles[0]).contents).toString('base64');
  return (await import(`data:text/javascript;base64,${code}`)).ENVIRONMENT_VARIABLES;
}

async function main() {
  const readme = fs.readFileSync(README, 'utf8');
  const current = withVariables(readme, await environmentVariables());
  if (current === readme) return;
  if (process.argv.includes('--check')) {
    console.log('The table of variables in README.md is out of date. Run: node build/settingsTable.mjs');
    process.exitCode = 1;
  } else {
    fs.writeFileSync(README, current);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
