/**
 * The app's database, which outlives its file: where the file cannot be used, another connection takes its place (a new file, a
 * read-only one, or memory), and the statements of the `…Table.ts` files go on with that.
 */
import { statSync } from 'node:fs';
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { Log } from '../log/log';
import { quarantineFile } from '../settings/quarantineFile';
import { asError, errorText } from '../shared/errorText';
import {
  COMPANION_SUFFIXES,
  laterVersionOf,
  openFile,
  openInMemory,
  openReadOnly,
  unusableReason,
} from './sqlite/connection';
import { incompleteText, missingParts, SCHEMA_VERSION, type UnusableReason } from './sqlite/schema';

/** A value that SQLite can store. */
export type SqlValue = string | number | bigint | null | Uint8Array;

/** A statement's values: one for each `?`, or an object with one for each `:name`. */
export type SqlParameters = readonly SqlValue[] | readonly [Readonly<Record<string, SqlValue>>];

/** A statement, prepared when it first runs on a connection. Each call throws SQLite's errors. */
export interface Statement {
  run(...parameters: SqlParameters): void;
  /** The first row; undefined where there is none. */
  get(...parameters: SqlParameters): Record<string, unknown> | undefined;
  all(...parameters: SqlParameters): Record<string, unknown>[];
}

export interface Database {
  /** Does not throw: a fault of the statement shows when it runs. */
  prepare(sql: string): Statement;
  /** @throws SQLite's errors. */
  exec(sql: string): void;
  readonly isTransaction: boolean;
  /** `file`: everything is stored. `read-only`: every write fails. `memory`: everything is lost when the app ends. */
  readonly kind: 'file' | 'read-only' | 'memory';
  /** The file's path, also while the database is not in it. */
  readonly file: string;
  /** Whether the file is still where it was opened; true while the database is not in a file. */
  readonly isInPlace: boolean;
  /** Calls the listener when the content has become another: the file was quarantined, or can be used again. */
  onReplaced(listener: () => void): void;
  /** Calls the listeners of `onReplaced`: another connection has changed the content. */
  announceReplaced(): void;
  /**
   * Checks that the file is still where it was and can be written, and opens it (anew) where it was not. Reports the result like
   * any other write. Never throws.
   */
  probe(): void;
  /** Quarantines the file, whose content cannot be used, and begins a new one. */
  replaceUnusable(reason: UnusableReason, detail: string): void;
  /** As `replaceUnusable`, for the file of a later version, which stays as it is until the user says so. Stores what was in memory. */
  replaceNewer(): void;
  close(): void;
}

/** A file that was renamed because its content could not be used. */
export interface QuarantinedFile {
  /** Its new path. */
  readonly file: string;
  readonly reason: UnusableReason;
  /** What is wrong with it, for the user. */
  readonly detail: string;
}

export interface DatabaseReports {
  /** Called when the database could not be read or written. */
  onFault?(error: unknown): void;
  /** Called when it was written. */
  onWritten?(): void;
  /** Called when a file was quarantined; the database is the new one. */
  onQuarantined?(file: QuarantinedFile): void;
}

/**
 * Opens the file, or creates it. A file that is damaged or lacks a part is renamed and a new one created. Where that fails, too (no
 * permission, in use, a full or read-only disk), and where a later version of the app wrote the file, it stays as it is, and the
 * database is read-only or in memory until `probe` succeeds. All of it is reported and logged; it never throws.
 */
export function openDatabase(file: string, log: Log, reports: DatabaseReports = {}): Database {
  const listeners = new Set<() => void>();
  const quarantined: QuarantinedFile[] = [];
  let kind: Database['kind'] = 'file';
  let inode: string | undefined;
  let generation = 0;
  let closed = false;
  /** The latest fault of opening the file, which is tried again every few seconds: logged once. */
  let loggedFault: string | undefined;

  const quarantine = (reason: UnusableReason, detail: string) => {
    const renamedTo = quarantineFile(file, COMPANION_SUFFIXES);
    log.warn('the database cannot be used: it was renamed and a new one created', { renamedTo, reason, detail });
    quarantined.push({ file: renamedTo, reason, detail });
  };

  /** Opens the file, or a new one in its place. Returns undefined where that is not possible, which is reported. */
  const tryFile = (): DatabaseSyncInstance | undefined => {
    try {
      const opened = openOrReplace(file, quarantine);
      inode = inodeOf(file);
      loggedFault = undefined;
      return opened;
    } catch (error) {
      if (errorText(error) !== loggedFault) {
        log.error('the database file cannot be opened for writing', { file, error: asError(error) });
      }
      loggedFault = errorText(error);
      reports.onFault?.(error);
      return undefined;
    }
  };

  const openBest = (): DatabaseSyncInstance => {
    const opened = tryFile();
    kind = opened ? 'file' : 'read-only';
    if (opened) return opened;
    try {
      return openReadOnly(file);
    } catch {
      kind = 'memory';
      return openInMemory();
    }
  };

  const announceQuarantined = () => {
    for (const one of quarantined.splice(0)) reports.onQuarantined?.(one);
  };

  let connection = openBest();

  const setConnection = (next: DatabaseSyncInstance) => {
    const previous = connection;
    connection = next;
    generation += 1;
    if (previous.isOpen) previous.close();
    announceReplaced();
    announceQuarantined();
  };

  const replaceUnusable = (reason: UnusableReason, detail: string) => {
    if (closed || kind !== 'file') return;
    connection.close();
    try {
      quarantine(reason, detail);
    } catch (error) {
      log.error('the database cannot be used and cannot be renamed', { file, error: asError(error) });
      kind = 'memory';
      return setConnection(openInMemory());
    }
    setConnection(openBest());
  };

  const onFault = (error: unknown) => {
    reports.onFault?.(error);
    const reason = unusableReason(error);
    if (reason === undefined || kind !== 'file') return;
    const failed = connection;
    // Not at once: the caller may be in the middle of a transaction.
    setImmediate(() => {
      if (closed || connection !== failed) return;
      const missing = reason === 'incomplete' ? missingPartsOf(connection) : [];
      if (reason === 'incomplete' && missing.length === 0) return;
      replaceUnusable(reason, missing.length > 0 ? incompleteText(missing) : errorText(error));
    });
  };

  const reporting = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (!closed) onFault(error);
      throw error;
    }
  };

  const isInPlace = () => kind !== 'file' || inodeOf(file) === inode;

  const announceReplaced = () => {
    for (const listener of listeners) listener();
  };

  /** A deleted file can still be written, but what is written is lost: a new one takes its place. */
  const beforeWrite = () => {
    if (connection.isTransaction || closed || isInPlace()) return;
    log.warn('the database file is gone: a new one is created', { file });
    setConnection(openBest());
  };

  const exec = (sql: string) =>
    reporting(() => {
      beforeWrite();
      connection.exec(sql);
      if (sql === 'COMMIT' && kind === 'file') reports.onWritten?.();
    });

  const prepare = (sql: string): Statement => {
    let prepared: StatementSyncInstance | undefined;
    let preparedFor = -1;
    const current = () => {
      if (prepared && preparedFor === generation) return prepared;
      prepared = connection.prepare(sql);
      preparedFor = generation;
      return prepared;
    };
    return {
      run: (...parameters) =>
        reporting(() => {
          beforeWrite();
          // Not `run`, which also reads the last row id: the full-text index leaves one that is too large for it.
          current().all(...parameters);
        }),
      get: (...parameters) => reporting(() => current().get(...parameters)),
      all: (...parameters) => reporting(() => current().all(...parameters)),
    };
  };

  const database: Database = {
    prepare,
    exec,
    get isTransaction() {
      return connection.isTransaction;
    },
    get kind() {
      return kind;
    },
    file,
    get isInPlace() {
      return isInPlace();
    },
    onReplaced: (listener) => void listeners.add(listener),
    announceReplaced,
    probe: () => {
      if (closed || connection.isTransaction) return;
      const opened = kind === 'file' ? undefined : tryFile();
      if (opened) {
        if (kind === 'memory') copyFromMemory(connection, file, log);
        kind = 'file';
        setConnection(opened);
      }
      if (kind !== 'file') return;
      try {
        transaction(database, () => connection.exec(TOUCH));
      } catch {
        // It has been reported.
      }
    },
    replaceUnusable,
    replaceNewer: () => {
      const detail = laterVersionOf(file);
      if (closed || kind !== 'memory' || detail === undefined) return;
      quarantine('newer', detail);
      database.probe();
    },
    close: () => {
      closed = true;
      if (connection.isOpen) connection.close();
    },
  };
  // Not before `openDatabase` has returned: those who are told may want to use the database.
  queueMicrotask(announceQuarantined);
  return database;
}

/** Writes a page without changing anything. The number is the same as that of `migrate`. */
const TOUCH = `PRAGMA user_version = ${SCHEMA_VERSION}`;

/** Stores what was only in memory. What the file has already stays as it is there. */
function copyFromMemory(memory: DatabaseSyncInstance, file: string, log: Log): void {
  try {
    memory.prepare('ATTACH ? AS disk').all(file);
    memory.exec(`BEGIN IMMEDIATE; ${COPY_TO_DISK} COMMIT;`);
  } catch (error) {
    log.error('what was in memory could not be stored', { file, error: asError(error) });
  }
}

/** The newer of two conversations of one name keeps it. */
const COPY_TO_DISK = `
  UPDATE disk.conversations SET name = NULL WHERE (owner, name) IN (SELECT owner, name FROM main.conversations);
  INSERT OR IGNORE INTO disk.system_prompts SELECT * FROM main.system_prompts;
  INSERT OR IGNORE INTO disk.conversations SELECT * FROM main.conversations;
  INSERT OR IGNORE INTO disk.messages SELECT * FROM main.messages;
  INSERT OR IGNORE INTO disk.history_senders SELECT * FROM main.history_senders;
  INSERT OR IGNORE INTO disk.request_texts SELECT * FROM main.request_texts WHERE seq NOT IN (SELECT seq FROM disk.requests);
  UPDATE main.requests SET indexed = 0;
  INSERT OR IGNORE INTO disk.requests SELECT * FROM main.requests;
  INSERT INTO disk.usage SELECT * FROM main.usage WHERE true ON CONFLICT (day, hour, model, client, key_id, account_id) DO UPDATE SET
    requests = requests + excluded.requests, failed = failed + excluded.failed, input = input + excluded.input,
    cache_read = cache_read + excluded.cache_read, cache_write = cache_write + excluded.cache_write,
    output = output + excluded.output, cost_usd = cost_usd + excluded.cost_usd, billed_usd = billed_usd + excluded.billed_usd;
  INSERT OR IGNORE INTO disk.plan_history SELECT * FROM main.plan_history;`;

/** Runs `work` as one transaction: all of it, or none. */
export function transaction<T>(database: Pick<Database, 'exec' | 'isTransaction'>, work: () => T): T {
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

function openOrReplace(
  file: string,
  quarantine: (reason: UnusableReason, detail: string) => void,
): DatabaseSyncInstance {
  try {
    return openFile(file);
  } catch (error) {
    const reason = unusableReason(error);
    // A user who goes back to the later version finds its file as it was.
    if (reason === undefined || reason === 'newer') throw error;
    quarantine(reason, errorText(error));
    return openFile(file);
  }
}

function missingPartsOf(connection: DatabaseSyncInstance): string[] {
  try {
    return missingParts(connection);
  } catch {
    return [];
  }
}

/** Identifies the file, however it is named; undefined where there is none. */
function inodeOf(file: string): string | undefined {
  try {
    const { dev, ino } = statSync(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
