/** What requests said: how long it is kept, and that it goes with the conversation, the history and the setting. */
import type { Log } from '../../log/log';
import { asError } from '../../shared/errorText';
import { DAY_MS, type Retention } from '../conversations/retention';
import { type Database, transaction } from '../database';
import type { Maintenance } from '../sqlite/maintenance';
import { deletionMarks } from './deletionMarks';
import { type DeletionMarks, type RequestsTable, requestsTable, seqOf } from './requestsTable';
import { type TextsTable, textsTable } from './textsTable';

/** Which texts are deleted: those of these conversations, or all so far. */
export type TextDeletion = { readonly conversations: ReadonlySet<string> } | 'all';

export interface RequestTextsStore {
  readonly marks: DeletionMarks;
  readonly requests: RequestsTable;
  readonly texts: TextsTable;
  /** Whether the user's settings let texts be stored. */
  keeps(): boolean;
  /** The bytes of all stored texts; 0 where the database fails. */
  bytes(): number;
  /** Deletes the texts of the conversations' requests. @throws SQLite's errors. */
  deleteOf(conversations: readonly string[]): void;
  /** Deletes all texts. They are gone at once; resolves when nothing of them is left in any file. @throws Error */
  deleteAll(): Promise<void>;
  /** Deletes all stored requests. They are gone at once; a worker removes them. @throws SQLite's errors. */
  deleteRows(): void;
  /** Marks the texts that the retention does not let the app keep as deleted. Logs its faults. */
  prune(): void;
  /** Has a worker index the rows that are not indexed yet. Logs its faults. */
  indexRest(): void;
  /** Calls the listener when texts are deleted, which may be in memory as well. */
  onDeleted(listener: (deletion: TextDeletion) => void): void;
}

export interface RequestTextsOptions {
  readonly database: Database;
  readonly log: Log;
  retention(): Retention;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  readonly maintenance: Pick<Maintenance, 'sweep' | 'index'>;
}

/** The part of all stored bytes that the texts of requests may take: conversations have most of them a second time. */
const SHARE_OF_BYTES = 0.5;

export function openRequestTexts({
  database,
  log,
  retention,
  now = Date.now,
  maintenance,
}: RequestTextsOptions): RequestTextsStore {
  const marks = deletionMarks(database);
  const requests = requestsTable(database, marks);
  const texts = textsTable(database, marks);
  const newest = database.prepare('SELECT max(seq) AS seq FROM requests');
  const listeners = new Set<(deletion: TextDeletion) => void>();
  const announce = (deletion: TextDeletion) => {
    for (const listener of listeners) listener(deletion);
  };
  const upToNow = () => Math.max(seqOf(now()), Number(newest.get()?.seq ?? 0));
  const sweepLater = () => {
    maintenance.sweep().catch((error: unknown) => {
      log.error('deleted texts of requests could not be removed from the file', { error: asError(error) });
    });
  };

  return {
    marks,
    requests,
    texts,
    keeps: () => retention().keepTexts,
    bytes: () => {
      try {
        return texts.bytes(marks.texts);
      } catch {
        return 0;
      }
    },
    deleteOf: (conversations) => {
      announce({ conversations: new Set(conversations) });
      transaction(database, () => {
        for (const seq of conversations.flatMap((conversation) => requests.ofConversation(conversation))) {
          requests.clearAsked(seq);
          texts.delete(seq);
        }
      });
    },
    deleteAll: async () => {
      announce('all');
      marks.raise('texts', upToNow());
      await maintenance.sweep();
    },
    deleteRows: () => {
      marks.raise('rows', upToNow());
      sweepLater();
    },
    prune: () => {
      try {
        const { keepDays, keepBytes } = retention();
        const tooOld = seqOf(now() - keepDays * DAY_MS);
        const before = texts.excess(Math.max(marks.texts, tooOld), keepBytes * SHARE_OF_BYTES);
        if (before <= marks.texts || !texts.hasUpTo(before)) return;
        marks.raise('texts', before);
        sweepLater();
      } catch (error) {
        log.error('texts of requests could not be pruned', { error: asError(error) });
      }
    },
    indexRest: () => {
      maintenance.index().catch((error: unknown) => {
        log.warn('requests could not be made searchable', { error: asError(error) });
      });
    },
    onDeleted: (listener) => void listeners.add(listener),
  };
}
