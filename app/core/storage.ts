/**
 * Everything that the app stores in its database, as one part of the core: opens it, notices when it cannot be written and when
 * it can again, checks the file, and deletes what the user's settings no longer let it keep.
 */
import path from 'node:path';
import type { Log } from '../log/log';
import type { RestoreResult, StorageState } from '../shared/contract';
import { asError } from '../shared/errorText';
import { type ConversationStore, openConversationStore, type Retention } from '../store/conversationStore';
import { DAY_MS } from '../store/conversations/retention';
import { type Database, openDatabase } from '../store/database';
import { quarantinedFiles } from '../store/quarantinedFiles';
import { openRequestTexts, type RequestTextsStore } from '../store/requests/requestTexts';
import { createMaintenance } from '../store/sqlite/maintenance';
import { createStorageHealth, type StorageHealth } from '../store/storageHealth';

export interface Storage {
  readonly database: Database;
  readonly health: StorageHealth;
  readonly conversations: ConversationStore;
  readonly requestTexts: RequestTextsStore;
  readonly state: StorageState;
  /** Begins to check, prune and probe. */
  start(): void;
  /** Deletes every conversation and what requests said, also in quarantined files. Resolves when nothing is left. */
  deleteAll(): Promise<void>;
  /** @throws Error that says why the file cannot be restored. */
  restore(file: string): Promise<RestoreResult>;
  dismiss(file: string): void;
  /** Renames the database of a later version, and begins a new one. Does nothing where there is none. */
  beginNew(): void;
  /** Writes what could not be written before, as far as that is possible now, and closes the database. */
  close(): Promise<void>;
  /** As `close`, in this moment. What runs in threads breaks off, which a transaction undoes. */
  closeNow(): void;
}

export interface StorageOptions {
  readonly dataDir: string;
  readonly log: Log;
  retention(): Retention;
  /** Called when `state` has changed. */
  onChange(): void;
  /** How often a data folder that could not be written is tried again. Default 5 s. */
  readonly probeEveryMs?: number;
}

const DATABASE_NAME = 'claudacity.db';

const PRUNE_EVERY_MS = 60 * 60_000;
const PROBE_EVERY_MS = 5_000;

/** Never throws: a folder that cannot be used becomes state. */
export function openStorage(options: StorageOptions): Storage {
  const { dataDir, log, retention, probeEveryMs = PROBE_EVERY_MS } = options;
  let started = false;
  let closed = false;
  // Until the app has been put together, nothing can listen.
  const onChange = () => {
    if (started) options.onChange();
  };
  const health = createStorageHealth({
    dataDir,
    onChange: (problem) => {
      if (problem) log.error('the data folder cannot be written', { problem: problem.code, message: problem.message });
      else {
        log.info('the data folder can be written again');
        // Not at once: a transaction may just be ending.
        setImmediate(() => !closed && conversations.writeUnsaved());
      }
      onChange();
    },
  });
  const database: Database = openDatabase(path.join(dataDir, DATABASE_NAME), log, {
    onFault: (error) => health.failed('database', error),
    onWritten: () => health.recovered('database'),
    onQuarantined: (file) => {
      // The new file shows that the folder can be written.
      if (database.kind === 'file') health.recovered('database');
      try {
        quarantined.add(file, Date.now());
      } catch (error) {
        log.error('the renamed database could not be noted', { error: asError(error) });
      }
      onChange();
    },
  });
  const maintenance = createMaintenance({ database, onProgress: onChange });
  const requestTexts = openRequestTexts({ database, log, retention, maintenance });
  const conversations = openConversationStore({
    ...{ database, log, maintenance },
    // What requests said counts, too; conversations have the rest.
    retention: () => {
      const { keepBytes, ...rest } = retention();
      return { ...rest, keepBytes: Math.max(0, keepBytes - requestTexts.bytes()) };
    },
    onDeleted: requestTexts.deleteOf,
  });
  const quarantined = quarantinedFiles(database, maintenance);
  const timers: NodeJS.Timeout[] = [];

  const every = (intervalMs: number, work: () => void) => timers.push(setInterval(work, intervalMs).unref());

  /** Also whether the file is still there: one that was deleted can be written, and nobody would notice. */
  const probe = () => {
    if (health.problem || !database.isInPlace) database.probe();
    health.probeFolders();
    if (!health.problem) conversations.writeUnsaved();
  };

  const prune = () => {
    requestTexts.prune();
    void conversations.prune();
    try {
      quarantined.deleteOlder(Date.now() - retention().keepDays * DAY_MS);
    } catch (error) {
      log.warn('old renamed databases could not be deleted', { error: asError(error) });
    }
  };

  const check = async () => {
    try {
      const damage = await maintenance.check();
      if (damage !== undefined) database.replaceUnusable('damaged', damage);
    } catch (error) {
      log.warn('the database could not be checked', { error: asError(error) });
    }
  };

  const closeNow = () => {
    if (closed) return;
    if (health.problem) database.probe();
    closed = true;
    if (!conversations.writeUnsaved()) log.error('conversations that could not be written are lost');
    database.close();
  };

  return {
    database,
    health,
    conversations,
    requestTexts,
    get state() {
      const { problem } = health;
      const { sweepProgress } = maintenance;
      return {
        ...(problem && { problem }),
        quarantined: quarantined.list(),
        ...(sweepProgress !== undefined && { deletion: { done: sweepProgress } }),
      };
    },
    start: () => {
      started = true;
      void check().then(requestTexts.indexRest);
      prune();
      every(PRUNE_EVERY_MS, prune);
      every(probeEveryMs, probe);
    },
    deleteAll: async () => {
      quarantined.deleteAll();
      await Promise.all([requestTexts.deleteAll(), conversations.deleteAll()]);
    },
    restore: async (file) => {
      try {
        const result = await quarantined.restore(file);
        database.announceReplaced();
        requestTexts.indexRest();
        return result;
      } finally {
        onChange();
      }
    },
    beginNew: () => {
      database.replaceNewer();
      onChange();
    },
    dismiss: (file) => {
      quarantined.dismiss(file);
      onChange();
    },
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      await conversations.close();
      await maintenance.close();
      closeNow();
    },
    closeNow,
  };
}
