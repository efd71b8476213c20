/**
 * The database's long work: checking the file, deleting what is marked as deleted, restoring a quarantined file. A worker thread
 * does it with a connection of its own, in short transactions with pauses, so that requests are answered meanwhile.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { RestoreResult } from '../../shared/contract';
import type { Database } from '../database';
import { INDEX_ONE, MAX_INDEXED } from '../requests/indexSql';
import { workerFile } from './workerFile';

export interface Maintenance {
  /** Reads the whole file. Resolves with what is wrong with it; undefined where it is sound or there is none. @throws Error */
  check(): Promise<string | undefined>;
  /**
   * Deletes the conversations, requests and texts of requests that are marked as deleted, and system prompts that no conversation has; nothing of
   * them is left in any file. The file shrinks. @throws Error where that fails; the next call carries on.
   */
  sweep(): Promise<void>;
  /** Makes the requests searchable that are not yet: those of earlier versions and restored files, and long ones. @throws Error */
  index(): Promise<void>;
  /** Adds what the file, which has the current schema, holds to the database. @throws Error */
  restore(file: string): Promise<RestoreResult>;
  /** How much of the running `sweep` is done, from 0 to 1; undefined while none is running. */
  readonly sweepProgress: number | undefined;
  /** Stops the work, which the next start of the app carries on. Resolves when the worker has ended. */
  close(): Promise<void>;
}

export interface MaintenanceOptions {
  readonly database: Database;
  /** Called when `sweepProgress` has changed. */
  onProgress?(): void;
}

/** The longest step of the work takes about a second: deleting one message of 30 MB, or compacting a file of 64 MB. */
const STOP_LIMIT_MS = 3_000;

type Task = { readonly kind: 'check' | 'sweep' | 'index' } | { readonly kind: 'restore'; readonly from: string };

const SWEEP_IN_MEMORY = `
  DELETE FROM conversations WHERE deleted = 1;
  DELETE FROM system_prompts WHERE hash NOT IN (SELECT system_hash FROM conversations WHERE system_hash IS NOT NULL);
  DELETE FROM requests WHERE seq <= (SELECT before FROM request_deletions WHERE what = 'rows');
  DELETE FROM request_texts WHERE seq <= (SELECT max(before) FROM request_deletions);
  DELETE FROM request_index WHERE rowid <= (SELECT max(before) FROM request_deletions);
  UPDATE requests SET asked = '', indexed = 0 WHERE seq <= (SELECT max(before) FROM request_deletions);
  DELETE FROM request_deletions;`;

export function createMaintenance({ database, onProgress = () => {} }: MaintenanceOptions): Maintenance {
  const workers = new Set<Worker>();
  const stop = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  let lastTask: Promise<unknown> = Promise.resolve();
  let nextSweep: Promise<void> | undefined;
  let nextIndex: Promise<void> | undefined;
  let sweepProgress: number | undefined;
  let closed = false;
  const needsSweep = database.prepare(
    `SELECT EXISTS (SELECT 1 FROM conversations WHERE deleted = 1) OR EXISTS (
       SELECT 1 FROM system_prompts WHERE NOT EXISTS (SELECT 1 FROM conversations WHERE system_hash = hash)
     ) OR EXISTS (SELECT 1 FROM request_deletions) AS needed`,
  );
  const needsIndex = database.prepare('SELECT EXISTS (SELECT 1 FROM requests WHERE indexed = 0) AS needed');

  const setProgress = (progress: number | undefined) => {
    sweepProgress = progress;
    onProgress();
  };

  const run = (task: Task, onDone: (done: number) => void = () => {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (closed) throw new Error('the app is stopping');
      const worker = new Worker(workerFile('maintenanceWorker.cjs'), {
        workerData: { ...task, file: database.file, stop, indexOne: INDEX_ONE, most: MAX_INDEXED },
      });
      workers.add(worker);
      worker.on('message', (message: unknown) => {
        const report = Report.parse(message);
        if (report.type === 'progress') onDone(report.done);
        else if (report.type === 'result') resolve(report.result);
        else reject(new Error(report.message));
      });
      worker.once('error', reject);
      worker.once('exit', () => {
        workers.delete(worker);
        reject(new Error('the work on the database was stopped'));
      });
      worker.unref();
    });

  /** One task at a time: they would wait for each other's locks. */
  const enqueue = <T>(task: () => Promise<T>): Promise<T> => {
    const result = lastTask.then(task, task);
    lastTask = result.catch(() => {});
    return result;
  };

  const sweep = async () => {
    nextSweep = undefined;
    if (needsSweep.get()?.needed !== 1) return;
    if (database.kind !== 'file') return database.exec(SWEEP_IN_MEMORY);
    setProgress(0);
    try {
      await run({ kind: 'sweep' }, setProgress);
    } finally {
      setProgress(undefined);
    }
  };

  const index = async () => {
    nextIndex = undefined;
    // What is not in a file is found without the index.
    if (database.kind === 'file' && needsIndex.get()?.needed === 1) await run({ kind: 'index' });
  };

  return {
    get sweepProgress() {
      return sweepProgress;
    },
    check: () =>
      enqueue(async () => {
        if (database.kind !== 'file') return undefined;
        return z
          .string()
          .optional()
          .parse(await run({ kind: 'check' }));
      }),
    sweep: () => {
      // One that has not begun yet deletes also what has just been marked.
      nextSweep ??= enqueue(sweep);
      return nextSweep;
    },
    index: () => {
      nextIndex ??= enqueue(index);
      return nextIndex;
    },
    restore: (from) =>
      enqueue(async () => {
        if (database.kind !== 'file') throw new Error('the data folder cannot be written');
        return Restored.parse(await run({ kind: 'restore', from }));
      }),
    close: async () => {
      closed = true;
      // The worker ends by itself: to terminate it inside of SQLite would end the whole process.
      Atomics.store(new Int32Array(stop), 0, 1);
      const ended = Promise.all([...workers].map((worker) => once(worker, 'exit')));
      await Promise.race([ended, sleep(STOP_LIMIT_MS, undefined, { ref: false })]);
    },
  };
}

const Report = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), done: z.number() }),
  z.object({ type: z.literal('result'), result: z.unknown() }),
  z.object({ type: z.literal('error'), message: z.string() }),
]);

const Restored = z.object({ conversations: z.number(), unreadable: z.number() });
