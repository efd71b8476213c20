/**
 * Takes the place of `node-gyp-build` in the bundles: loads the prebuilt addon that build/bundle.mjs put into
 * native/<platform>-<arch>/ beside them. Electron finds it outside the archive by itself (asarUnpack).
 */
const fs = require('node:fs');
const path = require('node:path');

module.exports = () => {
  const libc = fs.existsSync('/etc/alpine-release') ? 'musl' : 'glibc';
  const folder = path.join(__dirname, 'native', `${process.platform}-${process.arch}`);
  return require(path.join(folder, `@photostructure+sqlite.${libc}.node`));
};
