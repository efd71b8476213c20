/**
 * Replaces `node-gyp-build` in the bundles: loads SQLite's prebuilt addon, which build/bundle.mjs copies to
 * native/<platform>-<arch>/ beside them. In a package the file is outside app.asar (asarUnpack), where Electron looks by itself.
 */
const fs = require('node:fs');
const path = require('node:path');

module.exports = () => {
  const libc = fs.existsSync('/etc/alpine-release') ? 'musl' : 'glibc';
  const folder = path.join(__dirname, 'native', `${process.platform}-${process.arch}`);
  return require(path.join(folder, `@photostructure+sqlite.${libc}.node`));
};
