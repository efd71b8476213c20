/** Finds the folder of the settings, the log and the database, which the desktop app and the command share. */
import { homedir } from 'node:os';
import path from 'node:path';

export interface DataDirOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  readonly home?: string;
}

/**
 * `CLAUDACITY_HOME` or, where that is not set, the folder that Electron calls `userData` for an app named Claudacity: the command without
 * Electron computes the same. @returns an absolute path, of a folder that may not exist yet.
 */
export function dataDir({ env, platform = process.platform, home = homedir() }: DataDirOptions): string {
  if (env.CLAUDACITY_HOME) return path.resolve(env.CLAUDACITY_HOME);
  return path.join(applicationData(env, platform, home), 'Claudacity');
}

function applicationData(env: DataDirOptions['env'], platform: NodeJS.Platform, home: string): string {
  if (platform === 'win32') return env.APPDATA || path.join(home, 'AppData', 'Roaming');
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support');
  // The XDG base directory specification: relative paths are ignored.
  return env.XDG_CONFIG_HOME && path.isAbsolute(env.XDG_CONFIG_HOME) ? env.XDG_CONFIG_HOME : path.join(home, '.config');
}
