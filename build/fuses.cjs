/** Flips Electron's fuses in a packaged app (electron-builder's afterPack), so that it runs our code and nothing else. */
const { FuseVersion, FuseV1Options } = require('@electron/fuses');

/** @param {import('electron-builder').AfterPackContext} context */
module.exports = (context) => {
  const electron = Number(context.packager.info.framework.version.split('.')[0]);
  return context.packager.addElectronFuses(context, {
    version: FuseVersion.V1,
    // On Linux the installed `claudacity` command is this binary as plain Node, for servers without a display. Elsewhere
    // a signed app holds permissions that a stranger's script could borrow that way; on Linux it holds none.
    [FuseV1Options.RunAsNode]: context.electronPlatformName === 'linux',
    [FuseV1Options.EnableCookieEncryption]: true,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: false,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
    [FuseV1Options.OnlyLoadAppFromAsar]: true,
    // The fuse came with Electron 29; the page is served from app://, never from a file.
    ...(electron >= 29 ? { [FuseV1Options.GrantFileProtocolExtraPrivileges]: false } : {}),
  });
};
