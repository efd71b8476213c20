/** `node build/run.mjs <file.ts> [arguments]`: runs a TypeScript file of this checkout with plain Node, for benchmarks and the like. */
import path from 'node:path';
import * as esbuild from 'esbuild';
import { foreground, ROOT } from './setup/command.mjs';

const [file, ...args] = process.argv.slice(2);
if (!file) {
  console.error('usage: node build/run.mjs <file.ts> [arguments]');
  process.exit(2);
}
const outfile = path.join(ROOT, 'out', 'run', `${path.basename(file, '.ts')}.mjs`);
await esbuild.build({
  entryPoints: [path.resolve(file)],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'inline',
  // Packages stay where they are: in a checkout each finds its own files and addons.
  packages: 'external',
  logLevel: 'warning',
});
process.exitCode = await foreground(process.execPath, ['--enable-source-maps', outfile, ...args]);
