/** `node build/containerFiles.mjs <folder>`: copies of out/ what the server without a window needs, for the Dockerfile. */
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from './setup/command.mjs';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node build/containerFiles.mjs <folder>');
  process.exit(2);
}

const OUT = path.join(ROOT, 'out');
/** What is of the window alone. */
const LEFT_OUT = [
  'main.cjs',
  'preload.cjs',
  'desktopApp.cjs',
  'electronUpdater.cjs',
  'renderer',
  'icons',
  'native',
  'run',
];

for (const name of fs.readdirSync(OUT)) {
  if (LEFT_OUT.includes(name) || name.endsWith('.map')) continue;
  fs.cpSync(path.join(OUT, name), path.join(folder, name), { recursive: true });
}
const native = `${process.platform}-${process.arch}`;
fs.cpSync(path.join(OUT, 'native', native), path.join(folder, 'native', native), { recursive: true });
for (const name of ['package.json', 'LICENSE']) fs.copyFileSync(path.join(ROOT, name), path.join(folder, name));
