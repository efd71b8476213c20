/**
 * The journal records every request: as a row that changes while the request is answered (for the window), and in SQLite
 * when it has ended (for the request log and for the day's usage).
 */
import type { ChatEvent } from '../chat/events';
import type { ChatRequest } from '../chat/request';
import type {
  DayUsage,
  FilterValues,
  RequestDetails,
  RequestPage,
  RequestRow,
  RequestTexts,
  TextsWithheld,
} from '../shared/contract';
import type { UsageQuery, UsageReport } from '../shared/reports/usageReport';
import type { OutcomeFacts } from '../shared/requests/requestOutcome';
import type { Usage } from '../shared/usage';
import type { SearchQuery } from './requests/requestSearch';

/** What is known when a request arrives. */
export type RequestStart = Pick<
  RequestDetails,
  'client' | 'address' | 'dialect' | 'method' | 'path' | 'model' | 'stream' | 'userAgent'
>;

/** What becomes known while it is answered. The outcome and the parts of the time follow from it. */
export type RequestChange = Partial<Omit<RequestDetails, 'id' | 'at' | 'method' | 'path' | 'address' | DerivedField>> &
  Pick<OutcomeFacts, 'endReason' | 'failure'>;

type DerivedField = 'outcome' | 'asked' | 'processMs' | 'promptMs' | 'answerMs' | 'toolWaitMs';

/** How a request ended. */
export type RequestEnd = RequestChange & { status: number; phase: 'done' | 'failed' | 'cancelled' | 'stopped' };

/** The record of one request, open until `end`. A request that is still open when the app ends is not stored. */
export interface RequestRecord {
  readonly id: string;
  change(change: RequestChange): void;
  /** Records what is asked: in words where the user's settings let texts be stored. */
  ask(request: ChatRequest): void;
  /** Records a part of the answer. @param choice the index of the answer, for requests of several. */
  answer(choice: number, event: ChatEvent): void;
  /**
   * Sets the duration and writes the record. Later calls of `change` and `end` are ignored.
   * @param options `refused`: the request was refused by the access check. Of these, a bounded number a minute is recorded;
   *   the others are counted in a record that stands for all of them.
   */
  end(change: RequestEnd, options?: { refused?: boolean }): void;
}

export interface Journal {
  /** Requests that the access check has refused since the app's start, recorded or not. */
  refusedRequests(): number;
  begin(start: RequestStart): RequestRecord;
  /** The newest rows, newest first, including requests that are being answered. */
  recent(limit: number): RequestRow[];
  /** Rows that began before `before` (ms since the epoch), newest first. */
  older(before: number, limit: number): RequestRow[];
  details(id: string): RequestDetails | null;
  /** As the call `requests.search`. @throws Error */
  search(query: SearchQuery): Promise<RequestPage>;
  /** As the call `requests.filterValues`. @throws Error */
  filterValues(): Promise<FilterValues>;
  /** As the call `requests.said`. */
  said(id: string, version: number): RequestTexts | TextsWithheld | null;
  /** Deletes the requests that have ended; the day's totals stay. */
  clear(): void;
  /**
   * The usage on the local day of `now` (ms since the epoch). A request counts in the hour in which it ended, and only if
   * it asked a model: its dialect is not `app`, and `messages` is above 0 or `served` or `usage` is set. It counts for
   * the resolved model where that is known. `failed` counts failures as `isFailure` defines them.
   */
  day(now: number): DayUsage;
  /**
   * The usage of a period that ends at or before `now`, counted as `day` counts it. What can only be told from stored requests (the last 60
   * minutes, first token, speed) is of those that are stored. @throws Error where the database cannot be read.
   */
  usageReport(query: UsageQuery, now: number): UsageReport;
  /** What the key's ended requests have used on the local day of `now`. */
  keyUsage(keyId: string, now: number): Usage;
  /**
   * Calls the listener for each new, changed and ended request; the details are the journal's own, and change. Returns the function that ends the
   * subscription.
   */
  onChange(listener: (row: RequestRow, details: Readonly<RequestDetails>) => void): () => void;
  /** Writes what has not been written yet; nothing is recorded after it. Resolves when no search runs any more. */
  close(): Promise<void>;
}
