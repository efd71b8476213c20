/** Opens the app's SQLite file and migrates it to the schema of this version. The `…Table.ts` files read and write its tables. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Log } from '../log/log';
import { quarantineFile } from '../settings/quarantineFile';
import { asError } from '../shared/errorText';

export type Database = DatabaseSyncInstance;

/** Each migrates the schema by one version; `PRAGMA user_version` counts those that have run. Only ever append to the list. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE requests (
     id TEXT PRIMARY KEY,
     at REAL NOT NULL,
     client TEXT NOT NULL,
     address TEXT NOT NULL,
     dialect TEXT NOT NULL,
     method TEXT NOT NULL,
     path TEXT NOT NULL,
     model TEXT NOT NULL,
     stream INTEGER NOT NULL,
     phase TEXT NOT NULL,
     status INTEGER,
     input INTEGER,
     cache_read INTEGER,
     cache_write INTEGER,
     output INTEGER,
     cost_usd REAL,
     first_token_ms REAL,
     duration_ms REAL,
     user_agent TEXT NOT NULL,
     resolved_model TEXT,
     conversation TEXT,
     served TEXT,
     messages INTEGER,
     load_ms REAL,
     error TEXT,
     ignored TEXT NOT NULL,
     isolation TEXT
   );
   CREATE INDEX requests_at ON requests (at);
   CREATE TABLE usage (
     day TEXT NOT NULL,
     hour INTEGER NOT NULL,
     model TEXT NOT NULL,
     requests INTEGER NOT NULL,
     failed INTEGER NOT NULL,
     input INTEGER NOT NULL,
     cache_read INTEGER NOT NULL,
     cache_write INTEGER NOT NULL,
     output INTEGER NOT NULL,
     cost_usd REAL NOT NULL,
     PRIMARY KEY (day, hour, model)
   ) WITHOUT ROWID;`,
  `CREATE TABLE conversations (
     id TEXT PRIMARY KEY,
     owner TEXT NOT NULL,
     name TEXT,
     client TEXT NOT NULL,
     system TEXT NOT NULL,
     model TEXT NOT NULL,
     digest TEXT NOT NULL,
     has_texts INTEGER NOT NULL,
     title TEXT NOT NULL,
     created_at REAL NOT NULL,
     used_at REAL NOT NULL,
     turns INTEGER NOT NULL DEFAULT 0,
     bytes INTEGER NOT NULL DEFAULT 0,
     input INTEGER NOT NULL DEFAULT 0,
     cache_read INTEGER NOT NULL DEFAULT 0,
     cache_write INTEGER NOT NULL DEFAULT 0,
     output INTEGER NOT NULL DEFAULT 0,
     cost_usd REAL NOT NULL DEFAULT 0
   );
   CREATE UNIQUE INDEX conversations_name ON conversations (owner, name) WHERE name IS NOT NULL;
   CREATE INDEX conversations_digest ON conversations (digest);
   CREATE INDEX conversations_used ON conversations (used_at);
   CREATE TABLE messages (
     conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
     position INTEGER NOT NULL,
     pending INTEGER NOT NULL,
     role TEXT NOT NULL,
     content TEXT NOT NULL,
     PRIMARY KEY (conversation, position)
   ) WITHOUT ROWID;
   CREATE TABLE deltas (
     id INTEGER PRIMARY KEY,
     conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
     text TEXT NOT NULL
   );
   CREATE INDEX deltas_conversation ON deltas (conversation);
   CREATE TABLE history_senders (owner TEXT NOT NULL, user TEXT NOT NULL, PRIMARY KEY (owner, user)) WITHOUT ROWID;`,
];

/** The file can be opened, but its content cannot be used. */
class UnusableDatabase extends Error {}

/** SQLite's result codes for a file that is damaged, and for one that is no database. */
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/**
 * Opens the file, or creates it. A file that is damaged, is no database or comes from a later version of the app is
 * renamed and a new one created. A file that cannot be opened for another reason (no permission, in use) stays as it is,
 * and the database is in memory until the app ends. Both cases are logged.
 */
export function openDatabase(file: string, log: Log): Database {
  try {
    return openOrReplace(file, log);
  } catch (error) {
    log.error('The database cannot be opened; requests and conversations are lost when the app ends', {
      file,
      error: asError(error),
    });
    return open(':memory:');
  }
}

/** Runs `work` as one transaction: all of it, or none. */
export function transaction<T>(database: Database, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function openOrReplace(file: string, log: Log): Database {
  try {
    return open(file);
  } catch (error) {
    if (!isUnusable(error)) throw error;
    const renamedTo = quarantineFile(file, ['-wal', '-shm']);
    log.warn('The database cannot be used: it was renamed and a new one created', { renamedTo, error: asError(error) });
    return open(file);
  }
}

function isUnusable(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return error instanceof UnusableDatabase || code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

function open(file: string): Database {
  if (file !== ':memory:') mkdirSync(path.dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { timeout: BUSY_MS });
  try {
    // A power cut may cost the last moments; in return, no request waits for the disk to confirm a write.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    // Deleted texts must not be readable in the file any more: SQLite overwrites them.
    database.exec('PRAGMA secure_delete = ON;');
    check(database);
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** How long to wait for another process's lock. The wait blocks the whole app, and a write that fails is tried again later. */
const BUSY_MS = 250;

function check(database: Database): void {
  const row = database.prepare('PRAGMA quick_check(1)').get();
  if (row?.quick_check !== 'ok') throw new UnusableDatabase(`The database is damaged: ${String(row?.quick_check)}`);
}

function migrate(database: Database): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  if (version > MIGRATIONS.length)
    throw new UnusableDatabase(`The database is of a later version of the app (${version})`);
  transaction(database, () => {
    for (const migration of MIGRATIONS.slice(version)) database.exec(migration);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}
