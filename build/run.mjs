/** `node build/run.mjs <file.ts> [arguments]`: bundles a TypeScript file of this checkout and runs it with plain Node. */
import path from 'node:path';
import * as esbuild from 'esbuild';
import { ROOT, runInForeground } from './setup/command.mjs';

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
  // Packages are not bundled, so that they find their own files and native addons in node_modules.
  packages: 'external',
  logLevel: 'warning',
});
process.exitCode = await runInForeground(process.execPath, ['--enable-source-maps', outfile, ...args]);
