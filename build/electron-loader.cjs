/**
 * Replaces Electron's default app in a runtime that was published without it: `electron [-r module] [flags] <app dir>`.
 * Sets name, version and folders as the official default app does.
 */
const fs = require('node:fs');
const path = require('node:path');
const { app } = require('electron');

const requireFlag = process.argv.indexOf('-r');
if (requireFlag !== -1) require(process.argv.splice(requireFlag, 2)[1]);

const target = process.argv.slice(1).find((arg) => !arg.startsWith('-'));
if (!target) {
  console.error('usage: electron [flags] <app dir>');
  process.exit(2);
}
const dir = path.resolve(target);
const manifest = JSON.parse(fs.readFileSync(path.join(dir, 'package.json'), 'utf8'));
app.setVersion(manifest.version);
app.name = manifest.productName ?? manifest.name;
if (manifest.desktopName) app.setDesktopName(manifest.desktopName);
app.setPath('userData', path.join(app.getPath('appData'), app.name));
app.setAppPath(dir);
// Loaded as the main module, because apps test `require.main === module`.
require('node:module')._load(path.resolve(dir, manifest.main), module, true);
