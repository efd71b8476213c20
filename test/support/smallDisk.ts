/** A small disk as a folder of the app, which a test can fill, make read-only and take away. Mounting needs root, and Linux. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Whether this process may mount. */
export function canMount(): boolean {
  const folder = mkdtempSync(path.join(tmpdir(), 'claudacity-mount-probe-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Mounts a disk at the folder, which is created. @param options as of tmpfs: `size=2m`. Returns the function that unmounts it. */
export function mountDisk(folder: string, options: string): () => void {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
  return () => void execFileSync('umount', ['-l', folder]);
}

/** Makes the disk read-only. No file on it may be open for writing. */
export function makeReadOnly(folder: string): void {
  execFileSync('mount', ['-o', 'remount,ro', folder]);
}

/** Fills the file system of the folder to the last byte. Returns the function that makes room again. */
export function fillDisk(folder: string): () => void {
  const file = path.join(folder, 'filler');
  try {
    execFileSync('dd', ['if=/dev/zero', `of=${file}`, 'bs=4k'], { stdio: 'ignore' });
  } catch {
    // dd fails when the disk is full, which is what it is for.
  }
  return () => rmSync(file, { force: true });
}
