/** Replaces the file of an AppImage while it runs, and starts the new one. */
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { AppImageUpdater } from 'electron-updater';
import type { InstallOptions } from 'electron-updater/out/BaseUpdater';

export class InPlaceAppImageUpdater extends AppImageUpdater {
  /**
   * electron-updater removes the old file before it has the new one, and gives it another name where the name has a version: the login entry,
   * the service and what the user has pinned would point nowhere.
   */
  protected override doInstall({ isForceRunAfter }: InstallOptions): boolean {
    const { APPIMAGE } = process.env;
    const { installerPath } = this;
    if (APPIMAGE === undefined || installerPath === null) throw new Error('no file to install');
    const file = realpathSync(APPIMAGE);
    replaceFile(installerPath, file);
    if (isForceRunAfter) void this.spawnLog(file);
    return true;
  }

  /** electron-updater starts the new file while this app still runs, which would tell the new one to leave again. Each AppImage starts with bash. */
  override spawnLog(file: string): Promise<boolean> {
    // The old file's runtime serves it for as long as a process has the pipe that the app got from it: the new app must not inherit that.
    const closes = 'for fd in $(ls /proc/$$/fd); do [ "$fd" -le 2 ] || eval "exec $fd>&-"; done';
    // An ended process whose parent does not ask for its exit code has no program any more, but can be signalled.
    const waits = 'while readlink "/proc/$1/exe" >/dev/null; do sleep 0.2; done; shift; exec "$@"';
    const args = process.argv.slice(1).filter((argument) => argument !== '--hidden');
    const child = spawn('bash', ['-c', `${closes}; ${waits}`, 'bash', String(process.pid), file, ...args], {
      ...{ detached: true, stdio: 'ignore', cwd: '/', env: environmentBefore(process.env) },
    });
    child.on('error', (error) => this.dispatchError(error));
    child.unref();
    return Promise.resolve(child.pid !== undefined);
  }
}

/**
 * Puts a file in the place of another one in one step, with the other's mode: whatever happens, one of them is there.
 * @throws the file system's errors; the other one is as it was then
 */
export function replaceFile(from: string, to: string): void {
  const mode = statSync(to).mode & 0o7777;
  // In the same folder, because a file cannot be moved from one file system to another in one step.
  const incoming = path.join(path.dirname(to), `.${path.basename(to)}.new`);
  try {
    copyFileSync(from, incoming);
    chmodSync(incoming, mode | 0o100);
    renameSync(incoming, to);
  } catch (error) {
    rmSync(incoming, { force: true });
    throw error;
  }
  rmSync(from, { force: true });
}

/** The variables in which an AppImage's start script names folders of its own. */
const EXTENDED = ['PATH', 'XDG_DATA_DIRS', 'LD_LIBRARY_PATH', 'GSETTINGS_SCHEMA_DIR'];

/** The environment as it was before the AppImage was started. Its folder is in /tmp: once it is gone, any user could make one of its name. */
export function environmentBefore(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { APPDIR: folder, ARGV0: _argv0, OWD: _workingDirectory, ...before } = env;
  if (folder === undefined) return before;
  for (const name of EXTENDED) {
    const entries = before[name]?.split(':') ?? [];
    const rest = entries.filter((entry) => entry !== folder && !entry.startsWith(`${folder}/`));
    if (rest.length > 0) before[name] = rest.join(':');
    else delete before[name];
  }
  return before;
}
