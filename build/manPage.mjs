/**
 * `node build/manPage.mjs` writes the manual page of the command, build/linux/claudacity.1, and the completions that packages install. With
 * `--check` it changes nothing and fails if one of them is out of date.
 */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { ROOT } from './setup/command.mjs';

const FOLDER = path.join(ROOT, 'build', 'linux');

/** Bundles the command's definition first, because Node 20 cannot import TypeScript. @returns {Promise<[file: string, text: string][]>} */
export async function commandDocuments() {
  const folder = path.join(ROOT, 'out', 'run');
  const outfile = path.join(folder, `manPage-${process.pid}.mjs`);
  await esbuild.build({
    stdin: {
      contents:
        "export { manPage, describedProgram } from './app/command/manPage'; export { completionScript } from './app/command/completion';",
      resolveDir: ROOT,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
  try {
    const { manPage, describedProgram, completionScript } = await import(pathToFileURL(outfile).href);
    return [
      [path.join(FOLDER, 'claudacity.1'), manPage()],
      [path.join(FOLDER, 'completions', 'claudacity'), completionScript(describedProgram(), 'bash')],
      [path.join(FOLDER, 'completions', '_claudacity'), completionScript(describedProgram(), 'zsh')],
      [path.join(FOLDER, 'completions', 'claudacity.fish'), completionScript(describedProgram(), 'fish')],
    ];
  } finally {
    fs.rmSync(outfile, { force: true });
  }
}

async function main() {
  for (const [file, text] of await commandDocuments()) {
    const written = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
    if (written === text) continue;
    if (process.argv.includes('--check')) {
      console.log(`${path.relative(ROOT, file)} is out of date. Run: node build/manPage.mjs`);
      process.exitCode = 1;
    } else {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, text);
    }
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
