/** electron-builder's afterPack hook: what its options cannot say. It runs before the app is signed and before packages are made of it. */
const flipFuses = require('./fuses.cjs');
const { cleanPropertyLists } = require('./mac/propertyLists.cjs');
const { withoutFileArgument } = require('./linux/desktopEntry.cjs');

/** @param {import('electron-builder').AfterPackContext} context */
module.exports = async (context) => {
  // One half of the app for both processors: the hook runs again for the whole.
  if (/-(x64|arm64)-temp$/.test(context.appOutDir)) return;
  if (context.electronPlatformName === 'darwin') await cleanPropertyLists(context.appOutDir);
  if (context.electronPlatformName === 'linux') withoutFileArgument();
  await flipFuses(context);
};
