/** Corrects the desktop entry that electron-builder writes. */
const { LinuxTargetHelper } = require('app-builder-lib/out/targets/LinuxTargetHelper');

const { computeDesktopEntry } = LinuxTargetHelper.prototype;

/** Leaves `%U` out of `Exec`: the app opens no files and no addresses, and electron-builder has no option for it. */
exports.withoutFileArgument = () => {
  /** @this {import('app-builder-lib/out/targets/LinuxTargetHelper').LinuxTargetHelper} */
  LinuxTargetHelper.prototype.computeDesktopEntry = async function (...args) {
    const text = await computeDesktopEntry.apply(this, args);
    return text.replace(/^(Exec=.*?) +%U$/m, '$1');
  };
};
