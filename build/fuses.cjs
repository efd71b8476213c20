/** Sets Electron's fuses in a packaged app, so that it runs no other code than the app's (a part of build/afterPack.cjs). */
const { FuseVersion, FuseV1Options } = require('@electron/fuses');

/** @param {import('electron-builder').AfterPackContext} context */
module.exports = (context) => {
  const electron = Number(context.packager.info.framework.version.split('.')[0]);
  return context.packager.addElectronFuses(context, {
    version: FuseVersion.V1,
    // The fuses are in the signed binary: without a signature that holds, macOS on Apple's own processors does not start it. A build with a
    // certificate is signed again afterwards.
    resetAdHocDarwinSignature: context.electronPlatformName === 'darwin' && process.platform === 'darwin',
    // On Linux the installed `claudacity` command runs this binary as plain Node, so that it works without a display. On macOS
    // and Windows any script could use the permissions of the signed app that way; on Linux an app has no such permissions.
    [FuseV1Options.RunAsNode]: context.electronPlatformName === 'linux',
    [FuseV1Options.EnableCookieEncryption]: true,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: false,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
    [FuseV1Options.OnlyLoadAppFromAsar]: true,
    // The fuse exists since Electron 29. The page is served from app://, never from a file.
    ...(electron >= 29 ? { [FuseV1Options.GrantFileProtocolExtraPrivileges]: false } : {}),
  });
};
