/** Opens the app's SQLite file: creates it where there is none, sets how it is written, and migrates its schema. */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { z } from 'zod';
import { holdsWords } from '../requests/foldText';
import {
  demandKnownVersion,
  laterVersionText,
  migrate,
  SCHEMA_VERSION,
  UnusableDatabaseError,
  type UnusableReason,
} from './schema';

/** How long to wait for another connection's lock. The wait blocks the whole app, and a write that fails is tried again later. */
const BUSY_MS = 250;

/** SQLite's files beside the database. */
export const COMPANION_SUFFIXES = ['-wal', '-shm'];

/** @throws UnusableDatabaseError, and SQLite's and the file system's errors. */
export function openFile(file: string): DatabaseSyncInstance {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  // Before SQLite opens it, which may already write: the file of a later version is left as it is.
  const later = laterVersionOf(file);
  if (later !== undefined) throw new UnusableDatabaseError('newer', later);
  restrictAccess(file);
  return prepared(new DatabaseSync(file, { timeout: BUSY_MS }), (connection) => {
    // The header does not tell where the later version was killed right after its first start: its log of changes does.
    demandKnownVersion(connection);
    // Only a new file takes this over. It makes it possible to shrink the file step by step after a deletion.
    connection.exec('PRAGMA auto_vacuum = INCREMENTAL;');
    // A power cut may cost the last moments; in return, no request waits for the disk to confirm a write.
    connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    // Deleted texts must not be readable in the file any more: SQLite overwrites them.
    connection.exec('PRAGMA secure_delete = ON;');
    migrate(connection);
  });
}

/** Opens a file on a disk that cannot be written. Every write fails. @throws as `openFile` */
export function openReadOnly(file: string): DatabaseSyncInstance {
  // SQLite could not create the files that it needs to share the database; nothing else writes on such a disk.
  const location = `${pathToFileURL(file).href}?immutable=1`;
  return prepared(new DatabaseSync(location, { readOnly: true, timeout: BUSY_MS }), migrate);
}

export function openInMemory(): DatabaseSyncInstance {
  return prepared(new DatabaseSync(':memory:'), migrate);
}

/** Where SQLite's header has `PRAGMA user_version` (https://www.sqlite.org/fileformat.html, 1.3). */
const VERSION_OFFSET = 60;

/** Says which format the file has, if a later version of the app wrote it. Reads the file alone, without SQLite. */
export function laterVersionOf(file: string): string | undefined {
  const header = Buffer.alloc(4);
  try {
    const descriptor = openSync(file, 'r');
    try {
      if (readSync(descriptor, header, 0, 4, VERSION_OFFSET) < 4) return undefined;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // It does not exist or cannot be read, which SQLite will say.
    return undefined;
  }
  const version = header.readUInt32BE();
  // Beyond that, it is no version but the content of some other file, which SQLite will refuse.
  return version > SCHEMA_VERSION && version < 10_000 ? laterVersionText(version) : undefined;
}

function prepared(
  connection: DatabaseSyncInstance,
  prepare: (connection: DatabaseSyncInstance) => void,
): DatabaseSyncInstance {
  try {
    prepare(connection);
    // searchWorker.cjs has the same for its connection.
    connection.function('holds_words', { deterministic: true }, (text: string, words: string) =>
      Number(holdsWords(text, z.array(z.string()).parse(JSON.parse(words)))),
    );
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Creates the file with access for the user alone; SQLite gives its other files the same. Existing files are corrected. */
function restrictAccess(file: string): void {
  if (process.platform === 'win32') return;
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  for (const one of [file, ...COMPANION_SUFFIXES.map((suffix) => file + suffix)]) {
    try {
      if ((statSync(one).mode & 0o077) !== 0) chmodSync(one, 0o600);
    } catch {
      // It does not exist, is on a disk that cannot be written, or belongs to somebody else.
    }
  }
}

const SQLITE_ERROR = 1;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** SQLite's primary result code; undefined for an error of another origin. */
export function sqliteCode(error: unknown): number | undefined {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}

/** Why the content of a file cannot be used, where that is what the error says. */
export function unusableReason(error: unknown): UnusableReason | undefined {
  if (error instanceof UnusableDatabaseError) return error.reason;
  const code = sqliteCode(error);
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) return 'damaged';
  const saysMissing = error instanceof Error && /^no such (table|column): /.test(error.message);
  return code === SQLITE_ERROR && saysMissing ? 'incomplete' : undefined;
}
