/**
 * The journal in SQLite. A request stays in memory until it ends; ended requests are written together, in one transaction
 * every 100 ms, so that no request waits for its record to be written.
 */
import { randomUUID } from 'node:crypto';
import type { Log } from '../log/log';
import type { DayUsage, RequestDetails, RequestRow } from '../shared/contract';
import { asError } from '../shared/errorText';
import { localDay } from '../shared/localDay';
import { NO_USAGE } from '../shared/usage';
import { type Database, transaction } from './database';
import type { Journal, RequestEnd, RequestRecord, RequestStart } from './journal';
import { createPolls, isPoll } from './polls';
import { createRefusals } from './refusals';
import { asksNoModel, type EndedRequest, requestsTable } from './requestsTable';
import { createUsageReports } from './usageReports/usageReports';
import { addToDay, addToHours, emptyDay, type HourUsage, hourUsageOf, usageTable } from './usageTable';

export interface JournalOptions {
  readonly database: Database;
  readonly log: Log;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /** The most requests to store; beyond that the oldest are deleted. Default 50,000. */
  readonly maxRequests?: number;
}

/** Requests that asked no model, such as refused ones, take at most this share of the stored ones. */
const SHARE_WITHOUT_MODEL = 0.1;
const PRUNE_ABOVE = 1.1;

const WRITE_AFTER_MS = 100;
/** The time until the next attempt after a failed write: a full disk does not become free at once. */
const RETRY_AFTER_MS = 5_000;

/** Never throws for the sake of its file: what cannot be read or written is logged and left out. */
export function openJournal({ database, log, now = Date.now, maxRequests = 50_000 }: JournalOptions): Journal {
  const requests = requestsTable(database);
  const usage = usageTable(database);
  const reports = createUsageReports(database);
  const openRequests = new Map<string, RequestDetails>();
  let unwritten: EndedRequest[] = [];
  let unwrittenUsage: HourUsage[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const maxWithoutModel = Math.ceil(maxRequests * SHARE_WITHOUT_MODEL);
  let storedCount = attempt('count', 0, () => requests.count());
  let withoutModelCount = attempt('count', 0, () => requests.countWithoutModel());
  let today = emptyDay('');
  // Another file has other rows, also of today.
  database.onReplaced(() => {
    storedCount = attempt('count', 0, () => requests.count());
    withoutModelCount = attempt('count', 0, () => requests.countWithoutModel());
    today = emptyDay('');
  });
  const listeners = new Set<(row: RequestRow) => void>();
  const nextTime = distinctTimes(now);
  const polls = createPolls(now);
  const refusals = createRefusals({ now, onSummary: (address, count) => recordSummary(address, count) });

  const notify = (request: RequestDetails) => {
    const row = toRow(request);
    for (const listener of listeners) listener(row);
  };

  const writeSoon = (afterMs: number) => {
    if (closed) return;
    timer ??= setTimeout(writeNow, afterMs).unref();
  };

  const writeNow = () => {
    clearTimeout(timer);
    timer = undefined;
    if (unwritten.length === 0 && unwrittenUsage.length === 0) return;
    try {
      const withoutModel = withoutModelCount + unwritten.filter(asksNoModel).length;
      // Not one by one: finding them reads the whole table.
      const isOver = withoutModel > maxWithoutModel * PRUNE_ABOVE;
      const refusedToDelete = isOver ? withoutModel - maxWithoutModel : 0;
      const stored = storedCount + unwritten.length - refusedToDelete;
      const deleted = transaction(database, () => {
        for (const request of unwritten) requests.insert(request);
        for (const hourUsage of unwrittenUsage) usage.add(hourUsage);
        if (isOver) requests.deleteOldestWithoutModel(refusedToDelete);
        return stored > maxRequests ? requests.deleteOldest(stored - maxRequests) : 0;
      });
      withoutModelCount = withoutModel - refusedToDelete - deleted;
      storedCount = Math.min(maxRequests, stored);
      unwritten = [];
      unwrittenUsage = [];
    } catch (error) {
      log.error('Requests could not be written; this will be tried again', {
        waiting: unwritten.length,
        error: asError(error),
      });
      unwritten = unwritten.slice(-maxRequests);
      writeSoon(RETRY_AFTER_MS);
    }
  };

  const onEnd = (request: RequestDetails) => {
    openRequests.delete(request.id);
    if (isPoll(request)) return polls.add(request);
    const endedAt = now();
    unwritten.push({ ...request, endedAt });
    const hourUsage = hourUsageOf(request, endedAt);
    if (hourUsage !== null) {
      addToHours(unwrittenUsage, hourUsage);
      if (hourUsage.day === today.day) addToDay(today, hourUsage);
    }
    writeSoon(WRITE_AFTER_MS);
  };

  const older = (before: number, limit: number): RequestRow[] => {
    const inMemory = [...openRequests.values(), ...polls.recent, ...unwritten].filter((request) => request.at < before);
    const written = attempt('read', [], () => requests.older(before, limit));
    return [...inMemory, ...written]
      .sort((a, b) => b.at - a.at)
      .slice(0, limit)
      .map(toRow);
  };

  const dayOf = (at: number): DayUsage => {
    const day = localDay(at);
    if (day === today.day) return today;
    today = emptyDay(day);
    const written = attempt('read', [], () => usage.ofDay(day));
    for (const hourUsage of [...written, ...unwrittenUsage]) if (hourUsage.day === day) addToDay(today, hourUsage);
    return today;
  };

  /** A row of the log that stands for refused requests that were not recorded. */
  function recordSummary(address: string, count: number): void {
    if (closed) return;
    const start = {
      client: '',
      address,
      dialect: 'app',
      method: '',
      path: '',
      model: '',
      stream: false,
      userAgent: '',
    };
    const error = `${count} more requests from this address were refused within a minute`;
    const path = `${count.toLocaleString('en-US')} more refused`;
    const request = { ...newRequest(start, nextTime()), path, error, phase: 'failed' as const, durationMs: 0 };
    onEnd(request);
    notify(request);
  }

  function attempt<T>(what: string, fallback: T, work: () => T): T {
    if (closed) return fallback;
    try {
      return work();
    } catch (error) {
      log.error('The database failed', { what, error: asError(error) });
      return fallback;
    }
  }

  return {
    begin(start) {
      const request = newRequest(start, nextTime());
      openRequests.set(request.id, request);
      const shouldRecordRefusal = () => {
        openRequests.delete(request.id);
        return refusals.count(request.address);
      };
      // While refused requests from the address are only counted, the window hears of a request when it was not refused.
      if (!refusals.isOver(request.address)) notify(request);
      return openRecord(request, { notify, onEnd, shouldRecordRefusal });
    },
    recent: (limit) => older(Number.POSITIVE_INFINITY, limit),
    older,
    details(id) {
      const inMemory = openRequests.get(id) ?? [...polls.recent, ...unwritten].find((request) => request.id === id);
      return inMemory ? toDetails(inMemory) : attempt('read', null, () => requests.find(id));
    },
    clear() {
      unwritten = [];
      polls.clear();
      attempt('clear', undefined, () => requests.deleteAll());
      storedCount = 0;
      withoutModelCount = 0;
    },
    day: (at) => structuredClone(dayOf(at)),
    usageReport: (query, at) => reports.report(query, at, { requests: unwritten, hours: unwrittenUsage }),
    keyUsage: (keyId, at) => dayOf(at).keys.find((key) => key.keyId === keyId)?.usage ?? NO_USAGE,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refusedRequests() {
      return refusals.total;
    },
    close() {
      if (closed) return;
      refusals.close();
      writeNow();
      closed = true;
      clearTimeout(timer);
    },
  };
}

/**
 * Returns times of which no two are equal: requests of the same millisecond are a thousandth apart. The log is read in
 * pages by time, and requests that shared the time of a page's last row would be missing from the next page.
 */
function distinctTimes(now: () => number): () => number {
  let millisecond = 0;
  let countInMillisecond = 0;
  return () => {
    const at = now();
    countInMillisecond = at === millisecond ? countInMillisecond + 1 : 0;
    millisecond = at;
    return at + countInMillisecond / 1000;
  };
}

function newRequest(start: RequestStart, at: number): RequestDetails {
  return {
    id: randomUUID(),
    at,
    ...start,
    keyId: '',
    keyName: '',
    route: null,
    phase: 'waiting',
    outcome: 'waiting',
    asked: '',
    status: null,
    usage: null,
    firstTokenMs: null,
    durationMs: null,
    resolvedModel: null,
    conversation: null,
    served: null,
    messages: null,
    loadMs: null,
    error: null,
    ignored: [],
    isolation: null,
    payer: null,
    billing: null,
    accountId: '',
  };
}

interface RecordEvents {
  notify(request: RequestDetails): void;
  onEnd(request: RequestDetails): void;
  /** Counts the refused request, and returns whether it is recorded as well. */
  shouldRecordRefusal(): boolean;
}

function openRecord(request: RequestDetails, { notify, onEnd, shouldRecordRefusal }: RecordEvents): RequestRecord {
  const startedAt = performance.now();
  let open = true;
  return {
    id: request.id,
    change(change) {
      if (!open) return;
      Object.assign(request, change);
      notify(request);
    },
    end(change: RequestEnd, { refused = false } = {}) {
      if (!open) return;
      open = false;
      if (refused && !shouldRecordRefusal()) return;
      Object.assign(request, change, { durationMs: Math.round(performance.now() - startedAt) });
      onEnd(request);
      notify(request);
    },
  };
}

function toDetails(request: RequestDetails | EndedRequest): RequestDetails {
  const { endedAt: _endedAt, ...details } = { endedAt: 0, ...structuredClone(request) };
  return details;
}

function toRow(request: RequestDetails): RequestRow {
  const { id, at, client, address, dialect, method, path, model, stream, phase, status } = request;
  const { outcome, asked, conversation, resolvedModel, served, keyId, keyName, loadMs, firstTokenMs, durationMs } =
    request;
  const usage = request.usage && { ...request.usage };
  return {
    ...{ id, at, client, address, dialect, method, path, model, stream, phase, outcome, asked, status },
    ...{ conversation, resolvedModel, served, keyId, keyName, usage, loadMs, firstTokenMs, durationMs },
  };
}
