/**
 * Every request is recorded once, here: as a row that changes while it is answered (for the window), and in SQLite
 * when it has ended (for history and for the day's use).
 */
import type { DayUsage, RequestDetails, RequestRow } from '../shared/contract';

/** What is known when a request arrives. */
export type RequestStart = Pick<
  RequestDetails,
  'client' | 'address' | 'dialect' | 'method' | 'path' | 'model' | 'stream' | 'userAgent'
>;

/** What becomes known later. */
export type RequestChange = Partial<Omit<RequestDetails, 'id' | 'at' | 'method' | 'path' | 'address'>>;

/** The record of one request, open until `end`. A request that has not ended when the app does is not kept. */
export interface RequestRecord {
  readonly id: string;
  change(change: RequestChange): void;
  /** Sets the duration, writes the record, and ignores everything after it. */
  end(change: RequestChange & { status: number; phase: 'done' | 'failed' | 'cancelled' }): void;
}

export interface Journal {
  begin(start: RequestStart): RequestRecord;
  /** The newest rows, newest first, live ones included. */
  recent(limit: number): RequestRow[];
  /** Rows that began before `before` (ms since the epoch), newest first. */
  older(before: number, limit: number): RequestRow[];
  details(id: string): RequestDetails | null;
  /** Forgets the requests that have ended; the day's totals stay. */
  clear(): void;
  /**
   * Use on the local day that `now` falls in; a request belongs to the hour in which it ended. Counted are requests
   * that asked a model: of a dialect other than `app`, with `messages` above 0, or `served` or `usage` known. Their
   * model is the resolved one where it is known. `failed` are those of them that ended in that phase.
   */
  day(now: number): DayUsage;
  /** Called at each new row, change and end. Returns the function that ends the subscription. */
  onChange(listener: (row: RequestRow) => void): () => void;
  /** Writes what is not written yet. */
  close(): void;
}
