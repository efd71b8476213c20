/**
 * The login item of Windows (the Run key) and macOS (a launch agent), written by auto-launch.
 *
 * auto-launch derives the entry's name from the program's path, accepts no arguments, and pastes the path into its file unescaped:
 * a path with `&` breaks the property list, and `electron <folder>` is impossible. So its options are set directly: our name, and
 * the command already quoted for the file.
 */
import AutoLaunch from 'auto-launch';
import type { LaunchCommand } from './launchCommand';
import type { LoginItem } from './loginItem';

export function autoLaunchItem(platform: 'win32' | 'darwin', command: LaunchCommand): LoginItem {
  const appPath = (platform === 'darwin' ? propertyListStrings : windowsCommandLine)(command);
  const autoLaunch = Object.assign(new AutoLaunch({ name: NAME, path: command.program }), {
    opts: { appName: NAME, appPath, isHiddenOnLaunch: true, mac: { useLaunchAgent: true } },
  });
  return {
    supported: true,
    isEnabled: () => autoLaunch.isEnabled(),
    enable: () => autoLaunch.enable(),
    disable: async () => {
      await autoLaunch.disable();
    },
  };
}

/** build/installer.nsh removes the Run value of this name. */
const NAME = 'Claudacity';

/** Without the outermost quotes, which auto-launch adds. A Windows path cannot hold a quote. */
export function windowsCommandLine({ program, args }: LaunchCommand): string {
  return [program, ...args].join('" "');
}

/** Without the outermost tags, which auto-launch adds. */
export function propertyListStrings({ program, args }: LaunchCommand): string {
  const markup = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [program, ...args].map(markup).join('</string>\n    <string>');
}
