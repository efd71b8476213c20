/**
 * The packages with install scripts. npm runs none of them (.npmrc): a package that was taken over could otherwise run anything on the
 * computer of everybody who installs it. A test compares this list with the lockfile, so that a new one has to be looked at.
 */

/**
 * @typedef {object} InstallScript
 * @property {string} name of the package
 * @property {string} does what the script does
 * @property {string} instead what happens in its place
 */

/** @type {readonly InstallScript[]} */
export const INSTALL_SCRIPTS = [
  {
    name: '@anthropic-ai/claude-code',
    does: 'puts the binary of its platform package in place',
    instead: 'build/test.mjs runs it before the tests; the app finds the binary of the platform package',
  },
  {
    name: '@photostructure/sqlite',
    does: 'compiles the addon where there is no prebuilt one',
    instead: 'the prebuilt ones in the package are used',
  },
  {
    name: '@scarf/scarf',
    does: 'reports the installation to its maker',
    instead: 'nothing: nobody needs it',
  },
  {
    name: 'electron-winstaller',
    does: 'selects a 7-Zip for Squirrel installers',
    instead: 'nothing: the installer for Windows is made with NSIS',
  },
  {
    name: 'esbuild',
    does: 'replaces its launcher by the binary, and checks its version',
    instead: 'the launcher starts the binary of the platform package',
  },
];
