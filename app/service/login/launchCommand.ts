/** The command that starts this app again, for the login item. */
import type { LaunchCommand } from '../serviceTypes';

export type { LaunchCommand };

/** The argument that login items pass: start in the tray, without the window. */
export const HIDDEN = '--hidden';

export interface RunningApp {
  execPath: string;
  argv: readonly string[];
  /** The folder that holds package.json, or the app's archive. */
  appPath: string;
  packaged: boolean;
  env: NodeJS.ProcessEnv;
}

export function launchCommand({ execPath, argv, appPath, packaged, env }: RunningApp): LaunchCommand {
  // In an AppImage and a portable .exe, execPath is a temporary copy, which is gone at the next login.
  const program = env.APPIMAGE || env.PORTABLE_EXECUTABLE_FILE || execPath;
  const sandbox = argv.includes('--no-sandbox') ? ['--no-sandbox'] : [];
  return { program, args: packaged ? sandbox : [...sandbox, appPath] };
}

/** The same program with the same arguments. */
export function isSameCommand(one: LaunchCommand, other: LaunchCommand): boolean {
  return JSON.stringify([one.program, ...one.args]) === JSON.stringify([other.program, ...other.args]);
}
