/**
 * Searches the stored conversations, their texts included. A worker thread reads them: there can be as much of them as the user lets the app
 * keep, and other requests are answered meanwhile.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { ConversationFilter } from '../../shared/contract';
import type { ConversationsTable } from '../conversations/conversationsTable';
import type { Database } from '../database';

export interface ConversationHit {
  readonly id: string;
  /** Where a text has a word of the search: some words around it; null where none had to be read. */
  readonly excerpt: string | null;
}

export interface ConversationSearch {
  /** The newest conversations that pass the filter. What is not found within five seconds is left out. @throws Error */
  run(filter: ConversationFilter, limit: number): Promise<ConversationHit[]>;
  /** Stops the searches. Resolves when their workers have ended. */
  close(): Promise<void>;
}

/** Searches at once; a person types one. */
const MAX_SEARCHES = 4;

/** The worker stops by itself before that. */
const DEADLINE_MS = 10_000;
const STOP_LIMIT_MS = 3_000;

/** Of a database that is in no file, which no other thread can read, so many titles are searched, and no text. */
const MAX_TITLES = 1_000;

export function createConversationSearch(
  database: Database,
  table: Pick<ConversationsTable, 'list'>,
): ConversationSearch {
  const workers = new Set<Worker>();
  const stop = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);

  const runWorker = (filter: ConversationFilter, words: readonly string[], limit: number): Promise<ConversationHit[]> =>
    new Promise((resolve, reject) => {
      const { client = null, model = null } = filter;
      const worker = new Worker(WORKER_FILE, {
        workerData: { file: database.file, stop, words, client, model, limit },
      });
      workers.add(worker);
      const timer = setTimeout(() => reject(new Error('it took too long')), DEADLINE_MS);
      worker.on('message', (message: unknown) => {
        const report = Report.parse(message);
        if (report.type === 'result') resolve(report.hits);
        else reject(new Error(report.message));
      });
      worker.once('error', reject);
      worker.once('exit', () => {
        clearTimeout(timer);
        workers.delete(worker);
        reject(new Error('the app is stopping'));
      });
      worker.unref();
    });

  return {
    run: async (filter, limit) => {
      const words = wordsOf(filter);
      if (database.kind !== 'file') return titlesOf(table, filter, words, limit);
      if (workers.size >= MAX_SEARCHES) throw new Error('other searches are running');
      return runWorker(filter, words, limit);
    },
    close: async () => {
      // A worker ends by itself: to terminate it inside of SQLite would end the whole process.
      Atomics.store(new Int32Array(stop), 0, 1);
      const ended = Promise.all([...workers].map((worker) => once(worker, 'exit')));
      await Promise.race([ended, sleep(STOP_LIMIT_MS, undefined, { ref: false })]);
    },
  };
}

/** In small letters. */
function wordsOf({ text = '' }: ConversationFilter): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 20);
}

function titlesOf(
  table: Pick<ConversationsTable, 'list'>,
  { client, model }: ConversationFilter,
  words: readonly string[],
  limit: number,
): ConversationHit[] {
  return table
    .list(Number.MAX_SAFE_INTEGER, MAX_TITLES)
    .filter((one) => {
      const heading = `${one.ownTitle ?? ''} ${one.title} ${one.name ?? ''} ${one.client} ${one.model}`.toLowerCase();
      const isWanted = (client ?? one.client) === one.client && (model ?? one.model) === one.model;
      return isWanted && words.every((word) => heading.includes(word));
    })
    .slice(0, limit)
    .map(({ id }) => ({ id, excerpt: null }));
}

const Report = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result'), hits: z.array(z.object({ id: z.string(), excerpt: z.string().nullable() })) }),
  z.object({ type: z.literal('error'), message: z.string() }),
]);

/** As in maintenance.ts: in a package, the file is unpacked beside the archive. */
const WORKER_FILE = fileURLToPath(new URL('./conversationSearchWorker.cjs', import.meta.url)).replace(
  /app\.asar(?=[\\/])/,
  'app.asar.unpacked',
);
