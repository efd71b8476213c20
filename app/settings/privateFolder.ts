/** Keeps the data folder to the user alone: it has conversations, the names of programs and addresses. POSIX systems only. */
import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** The app's own files in the folder. What else is there belongs to others (Chromium's files, or the user's). */
const OWN_FILES = /^(settings|models|window|accounts|toldAddresses)\.json|^claudacity\.db/;
const OWN_FOLDERS = ['logs', 'children', 'control', 'replay', 'workspace', 'accounts', 'compiled'];

/**
 * Creates the folder, and takes away others' access to it and to the app's files in it, which earlier versions gave. A folder that
 * is shared on purpose (the home folder, one like /tmp) is left as it is, except for the app's files.
 * @throws the file system's errors where the folder does not exist and cannot be created.
 */
export function openPrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (process.platform === 'win32') return;
  if (!isShared(folder)) restrict(folder);
  for (const name of namesIn(folder)) if (OWN_FILES.test(name)) restrict(path.join(folder, name));
  for (const own of OWN_FOLDERS.map((name) => path.join(folder, name))) {
    restrict(own);
    for (const name of namesIn(own)) restrict(path.join(own, name));
  }
}

const STICKY = 0o1000;

function isShared(folder: string): boolean {
  return path.resolve(folder) === path.resolve(homedir()) || (lstatSync(folder).mode & STICKY) !== 0;
}

/** Never follows a link. */
function restrict(file: string): void {
  try {
    const stat = lstatSync(file);
    if ((stat.isFile() || stat.isDirectory()) && (stat.mode & 0o077) !== 0) chmodSync(file, stat.mode & 0o700);
  } catch {
    // It does not exist, belongs to somebody else, or is on a disk that cannot be written.
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
