/** The property lists of the app for macOS, as electron-builder wrote them from Electron's own. */
const fs = require('node:fs');
const path = require('node:path');
const { parsePlistFile, savePlistFile } = require('app-builder-lib/out/util/plist');

/**
 * Removes what Electron asks for and the app does not use (camera, microphone, Bluetooth, requests to any server without TLS), so that macOS
 * can never ask the user for it in the app's name. Requests on the own computer and network need no TLS.
 * @param {string} folder that holds the app
 */
exports.cleanPropertyLists = async (folder) => {
  const app = fs.readdirSync(folder).find((name) => name.endsWith('.app')) ?? '';
  const contents = path.join(folder, app, 'Contents');
  const helpers = fs.readdirSync(path.join(contents, 'Frameworks')).filter((name) => name.endsWith('.app'));
  for (const bundle of [contents, ...helpers.map((name) => path.join(contents, 'Frameworks', name, 'Contents'))]) {
    const file = path.join(bundle, 'Info.plist');
    const list = await parsePlistFile(file);
    for (const key of Object.keys(list)) if (/^NS\w+UsageDescription$/.test(key)) delete list[key];
    if (list.NSAppTransportSecurity) list.NSAppTransportSecurity = { NSAllowsLocalNetworking: true };
    await savePlistFile(file, list);
  }
};
