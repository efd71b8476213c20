/** Reads the database in a worker thread, for what may take longer than the main thread may be held up. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { Database, SqlValue } from '../database';
import { workerFile } from './workerFile';

export interface SearchReader {
  /** @throws Error where SQLite fails, or there is no answer within 20 s. */
  read(sql: string, parameters: Readonly<Record<string, SqlValue>>): Promise<readonly Record<string, unknown>[]>;
  /** Resolves when the thread has ended. */
  close(): Promise<void>;
}

const READ_LIMIT_MS = 20_000;
/** The thread ends when nothing was read for so long: it takes some MB of memory. */
const IDLE_MS = 30_000;
const STOP_LIMIT_MS = 3_000;

export function createSearchReader(database: Database): SearchReader {
  let thread: SearchThread | undefined;
  let closed = false;
  const end = () => {
    const ended = thread?.end();
    thread = undefined;
    return ended;
  };
  database.onReplaced(() => void end());

  return {
    read: async (sql, parameters) => {
      if (closed) throw new Error('the app is stopping');
      if (database.kind !== 'file') return database.prepare(sql).all(parameters);
      if (thread === undefined || thread.hasEnded()) thread = startThread(database.file);
      return thread.read(sql, parameters);
    },
    close: async () => {
      closed = true;
      await end();
    },
  };
}

interface SearchThread extends Pick<SearchReader, 'read'> {
  hasEnded(): boolean;
  end(): Promise<void>;
}

interface Job {
  resolve(rows: readonly Record<string, unknown>[]): void;
  reject(error: Error): void;
}

function startThread(file: string): SearchThread {
  const worker = new Worker(workerFile('searchWorker.cjs'), { workerData: { file } });
  // A thread that fails to start has an error in place of an exit.
  const exited = once(worker, 'exit').then(
    () => {},
    () => {},
  );
  const jobs = new Map<number, Job>();
  let lastJob = 0;
  let ended = false;
  let idleTimer: NodeJS.Timeout | undefined;
  worker.unref();

  const end = async () => {
    clearTimeout(idleTimer);
    // To terminate it inside of SQLite would end the whole process.
    if (!ended) worker.postMessage({});
    ended = true;
    await Promise.race([exited, sleep(STOP_LIMIT_MS, undefined, { ref: false })]);
  };
  const fail = (error: Error) => {
    ended = true;
    for (const { reject } of jobs.values()) reject(error);
    jobs.clear();
  };
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('the search was stopped')));
  worker.on('message', (message: unknown) => {
    const report = Report.parse(message);
    const job = jobs.get(report.job);
    jobs.delete(report.job);
    if (jobs.size === 0) idleTimer = setTimeout(() => void end(), IDLE_MS).unref();
    if (report.rows) job?.resolve(report.rows);
    else job?.reject(new Error(report.message ?? 'the search failed'));
  });

  return {
    hasEnded: () => ended,
    end,
    read: (sql, parameters) =>
      new Promise((resolve, reject) => {
        clearTimeout(idleTimer);
        lastJob += 1;
        const job = lastJob;
        const timer = setTimeout(() => {
          jobs.delete(job);
          reject(new Error('The search took too long. Narrow the time or the filter.'));
        }, READ_LIMIT_MS);
        const settle =
          <T>(settlement: (value: T) => void) =>
          (value: T) => {
            clearTimeout(timer);
            settlement(value);
          };
        jobs.set(job, { resolve: settle(resolve), reject: settle(reject) });
        worker.postMessage({ job, sql, parameters });
      }),
  };
}

const Report = z.object({
  job: z.number(),
  rows: z.array(z.record(z.string(), z.unknown())).optional(),
  message: z.string().optional(),
});
