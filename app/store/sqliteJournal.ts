/**
 * The journal on SQLite. A request lives in memory until it ends; those that have ended are written together, a
 * transaction every 100 ms, so that recording costs the requests themselves nothing.
 */
import { randomUUID } from 'node:crypto';
import type { Log } from '../log/log';
import type { RequestDetails, RequestRow } from '../shared/contract';
import { asError } from '../shared/errorText';
import { type Database, transaction } from './database';
import type { Journal, RequestRecord, RequestStart } from './journal';
import { requestsTable } from './requestsTable';
import { addUse, type HourUsage, localDay, mergeUse, noUse, usageTable, useOf } from './usageTable';

export interface JournalOptions {
  readonly database: Database;
  readonly log: Log;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /** How many requests are kept; the oldest go first. Default 50,000. */
  readonly keep?: number;
}

const WRITE_AFTER_MS = 100;
/** After a failure: a full disk does not become free at once. */
const RETRY_AFTER_MS = 5_000;

/** Never throws for the sake of its file: what cannot be read or written is logged and gone without. */
export function openJournal({ database, log, now = Date.now, keep = 50_000 }: JournalOptions): Journal {
  const requests = requestsTable(database);
  const usage = usageTable(database);
  const live = new Map<string, RequestDetails>();
  let unwritten: RequestDetails[] = [];
  let unwrittenUse: HourUsage[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let count = attempt('count', 0, () => requests.count());
  let today = noUse('');
  const listeners = new Set<(row: RequestRow) => void>();
  const nextTime = distinctTimes(now);

  const tell = (request: RequestDetails) => {
    const row = toRow(request);
    for (const listener of listeners) listener(row);
  };

  const writeSoon = (afterMs: number) => {
    if (closed) return;
    timer ??= setTimeout(write, afterMs).unref();
  };

  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    if (unwritten.length === 0 && unwrittenUse.length === 0) return;
    try {
      transaction(database, () => {
        for (const request of unwritten) requests.insert(request);
        for (const use of unwrittenUse) usage.add(use);
        requests.deleteOldest(Math.max(0, count + unwritten.length - keep));
      });
      count = Math.min(keep, count + unwritten.length);
      unwritten = [];
      unwrittenUse = [];
    } catch (error) {
      log.error('Requests could not be written; this will be tried again', {
        waiting: unwritten.length,
        error: asError(error),
      });
      unwritten = unwritten.slice(-keep);
      writeSoon(RETRY_AFTER_MS);
    }
  };

  const ended = (request: RequestDetails) => {
    live.delete(request.id);
    unwritten.push(request);
    const use = useOf(request, now());
    if (use !== null) {
      mergeUse(unwrittenUse, use);
      if (use.day === today.day) addUse(today, use);
    }
    writeSoon(WRITE_AFTER_MS);
  };

  const older = (before: number, limit: number): RequestRow[] => {
    const inMemory = [...live.values(), ...unwritten].filter((request) => request.at < before);
    const written = attempt('read', [], () => requests.older(before, limit));
    return [...inMemory, ...written]
      .sort((a, b) => b.at - a.at)
      .slice(0, limit)
      .map(toRow);
  };

  function attempt<T>(what: string, otherwise: T, work: () => T): T {
    if (closed) return otherwise;
    try {
      return work();
    } catch (error) {
      log.error('The database failed', { what, error: asError(error) });
      return otherwise;
    }
  }

  return {
    begin(start) {
      const request = newRequest(start, nextTime());
      live.set(request.id, request);
      tell(request);
      return record(request, tell, ended);
    },
    recent: (limit) => older(Number.POSITIVE_INFINITY, limit),
    older,
    details(id) {
      const inMemory = live.get(id) ?? unwritten.find((request) => request.id === id);
      return inMemory ? structuredClone(inMemory) : attempt('read', null, () => requests.find(id));
    },
    clear() {
      unwritten = [];
      attempt('clear', undefined, () => requests.deleteAll());
      count = 0;
    },
    day(at) {
      const day = localDay(at);
      if (day !== today.day) {
        today = noUse(day);
        const written = attempt('read', [], () => usage.ofDay(day));
        for (const use of [...written, ...unwrittenUse]) if (use.day === day) addUse(today, use);
      }
      return structuredClone(today);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      if (closed) return;
      write();
      closed = true;
      clearTimeout(timer);
    },
  };
}

/**
 * Times of which no two are the same: requests of one millisecond are a thousandth apart. Pages of the log are asked
 * for by time, and would lose the requests that share the time of a page's last row.
 */
function distinctTimes(now: () => number): () => number {
  let millisecond = 0;
  let within = 0;
  return () => {
    const at = now();
    within = at === millisecond ? within + 1 : 0;
    millisecond = at;
    return at + within / 1000;
  };
}

function newRequest(start: RequestStart, at: number): RequestDetails {
  return {
    id: randomUUID(),
    at,
    ...start,
    phase: 'waiting',
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
  };
}

function record(
  request: RequestDetails,
  tell: (request: RequestDetails) => void,
  ended: (request: RequestDetails) => void,
): RequestRecord {
  const began = performance.now();
  let open = true;
  return {
    id: request.id,
    change(change) {
      if (!open) return;
      Object.assign(request, change);
      tell(request);
    },
    end(change) {
      if (!open) return;
      open = false;
      Object.assign(request, change, { durationMs: Math.round(performance.now() - began) });
      ended(request);
      tell(request);
    },
  };
}

function toRow(request: RequestDetails): RequestRow {
  const { id, at, client, address, dialect, method, path, model, stream, phase, status } = request;
  const { firstTokenMs, durationMs } = request;
  const usage = request.usage && { ...request.usage };
  return {
    ...{ id, at, client, address, dialect, method, path, model, stream, phase, status },
    ...{ usage, firstTokenMs, durationMs },
  };
}
