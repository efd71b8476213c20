/**
 * Where the control socket is. The command has to find it with nothing but the data folder, which the environment of a login session, of
 * `ssh` and of `cron` name alike; `$XDG_RUNTIME_DIR` is not set everywhere.
 *
 * On Windows it is a named pipe. Elsewhere it is `control/socket` in the data folder or, where that path is too long or the disk has no sockets, a
 * socket in a temporary folder, whose path is in the file `control/path`.
 */
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The longest path of a Unix socket, in bytes: macOS has room for 104, with the zero at its end. */
const MAX_PATH_BYTES = 103;

/** The path to connect to. The socket may not exist. @throws nothing */
export function findSocket(dataDir: string): string {
  if (process.platform === 'win32') return pipeName(dataDir);
  return readTemporaryPath(dataDir) ?? path.join(controlFolder(dataDir), 'socket');
}

/** On Windows. Paths are not case-sensitive there. */
export function pipeName(dataDir: string): string {
  const digest = createHash('sha256').update(path.resolve(dataDir).toLowerCase()).digest('hex');
  return `\\\\.\\pipe\\claudacity-${digest.slice(0, 32)}`;
}

/**
 * Creates `control/`, for this user alone.
 * @returns the path of the socket in it; undefined where it would be too long, or others can open the folder whatever its mode.
 * @throws Error where the folder cannot be created or belongs to somebody else.
 */
export function preparePath(dataDir: string): string | undefined {
  const folder = controlFolder(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stat = lstatSync(folder);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.()) {
    throw new Error(`${folder} does not belong to this user`);
  }
  if ((stat.mode & 0o077) !== 0) chmodSync(folder, 0o700);
  const file = path.join(folder, 'socket');
  // A mounted disk of another system takes no modes.
  const isPrivate = (lstatSync(folder).mode & 0o077) === 0;
  return isPrivate && Buffer.byteLength(file) <= MAX_PATH_BYTES ? file : undefined;
}

/** Creates a folder with a name that nobody can guess, for this user alone. @returns the path of a socket in it. @throws the file system's errors */
export function temporaryPath(dataDir: string): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), FOLDER_PREFIX)), 'socket');
  writeFileSync(path.join(controlFolder(dataDir), 'path'), file, { mode: 0o600 });
  return file;
}

/** Removes what `temporaryPath` has created, also by an earlier run; does nothing where there is nothing. */
export function removeTemporaryPath(dataDir: string): void {
  const file = readTemporaryPath(dataDir);
  if (file === undefined) return;
  rmSync(path.dirname(file), { recursive: true, force: true });
  rmSync(path.join(controlFolder(dataDir), 'path'), { force: true });
}

const FOLDER_PREFIX = 'claudacity-control-';

function controlFolder(dataDir: string): string {
  return path.join(dataDir, 'control');
}

/** The path that the last run has noted, if there is one. Only one that `temporaryPath` could have written: its folder will be removed. */
export function readTemporaryPath(dataDir: string): string | undefined {
  try {
    const file = readFileSync(path.join(controlFolder(dataDir), 'path'), 'utf8');
    const folder = path.dirname(file);
    const isOurs = path.basename(file) === 'socket' && path.basename(folder).startsWith(FOLDER_PREFIX);
    return isOurs && lstatSync(folder).isDirectory() ? file : undefined;
  } catch {
    // There is none, or the temporary folder was emptied.
    return undefined;
  }
}
