/** Reads and replaces a configuration file of another program: whole, with its mode, through symbolic links. */
import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, copyFile, lstat, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { errorText } from '../shared/errorText';
import { ConfigError } from './configError';

/** A file as it was read. */
export interface ConfigFile {
  /** Where the content is: behind the symbolic links. */
  readonly target: string;
  /** null where there is no file. */
  readonly content: string | null;
  /** Permission bits; of a new file, those that only its owner can use. */
  readonly mode: number;
}

const MAX_BYTES = 1024 * 1024;
const NEW_FILE_MODE = 0o600;

/** @param name the path as the user knows it, for messages. @throws ConfigError */
export async function readConfigFile(file: string, name: string): Promise<ConfigFile> {
  const target = await findTarget(file, name);
  if (target === null) return { target: file, content: null, mode: NEW_FILE_MODE };
  try {
    const stats = await stat(target);
    if (!stats.isFile()) throw new ConfigError('unreadable', `${name} is not a file. Change it by hand.`);
    if (stats.size > MAX_BYTES) throw new ConfigError('unreadable', `${name} is larger than 1 MB. Change it by hand.`);
    const bytes = await readFile(target);
    return { target, content: decode(bytes, name), mode: stats.mode & 0o777 };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError('unreadable', `${name} cannot be read: ${errorText(error)}`, { cause: error });
  }
}

/** The SHA-256 of the content; `none` for a file that does not exist. */
export function contentHash(content: string | null): string {
  return content === null ? 'none' : createHash('sha256').update(content).digest('hex');
}

/**
 * Replaces the content at once: whoever reads the file sees the old or the new one.
 * @param expected what the file must still hold, checked last of all.
 * @throws ConfigError
 */
export async function replaceConfigFile(
  { target, mode, content: expected }: ConfigFile,
  content: string,
  name: string,
): Promise<void> {
  const draft = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(path.dirname(target), { recursive: true });
    // A file that its owner has made read-only is not replaced, though the folder would allow it.
    if (expected !== null) await access(target, constants.W_OK);
    const handle = await open(draft, 'wx', NEW_FILE_MODE);
    try {
      await handle.writeFile(content);
      await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    const now = await readConfigFile(target, name);
    if (now.content !== expected) throw changedError(name);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw toWriteError(error, name);
  }
}

/** Copies the file to one beside it, which must not exist. @returns the copy's name. @throws ConfigError */
export async function backUp(target: string, at: Date, name: string): Promise<string> {
  const backup = `${path.basename(target)}.${at.toISOString().replaceAll(/[:.]/g, '-')}.bak`;
  try {
    await copyFile(target, path.join(path.dirname(target), backup), constants.COPYFILE_EXCL);
    return backup;
  } catch (error) {
    throw toWriteError(error, name);
  }
}

export function changedError(name: string): ConfigError {
  return new ConfigError('changed', `${name} has changed meanwhile. Look at the change again.`);
}

function toWriteError(error: unknown, name: string): ConfigError {
  if (error instanceof ConfigError) return error;
  return new ConfigError('unwritable', `${name} cannot be written: ${errorText(error)}. Change it by hand.`, {
    cause: error,
  });
}

/** null where there is no file. */
async function findTarget(file: string, name: string): Promise<string | null> {
  try {
    await lstat(file);
  } catch (error) {
    if (isMissing(error)) return null;
    throw new ConfigError('unreadable', `${name} cannot be read: ${errorText(error)}`, { cause: error });
  }
  try {
    return await realpath(file);
  } catch (error) {
    throw new ConfigError('unreadable', `${name} is a link that leads nowhere. Repair or remove it first.`, {
      cause: error,
    });
  }
}

function decode(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new ConfigError('unreadable', `${name} is not text in UTF-8. Change it by hand.`, { cause: error });
  }
}

export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === 'ENOENT';
}
