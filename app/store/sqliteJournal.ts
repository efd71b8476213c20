/**
 * The journal in SQLite. A request stays in memory until it ends; ended requests are written together, in one transaction
 * after 100 ms (500 ms under load), so that no request waits for its record to be written.
 */
import type { Log } from '../log/log';
import type { DayUsage, RequestDetails, RequestRow, RequestTexts, TextsWithheld } from '../shared/contract';
import { asError } from '../shared/errorText';
import { localDay } from '../shared/localDay';
import { isPoll } from '../shared/requests/isPoll';
import { NO_USAGE } from '../shared/usage';
import { type Database, transaction } from './database';
import type { Journal } from './journal';
import { createPolls } from './polls';
import { createRefusals } from './refusals';
import { distinctTimes } from './requests/distinctTimes';
import { changeRequest, newRequest, type OpenRequest, openRecord, type UnwrittenRequest } from './requests/openRequest';
import { createRequestSearch } from './requests/requestSearch';
import { asksNoModel } from './requests/requestsTable';
import type { RequestTextsStore, TextDeletion } from './requests/requestTexts';
import { isIndexedAtOnce } from './requests/textsTable';
import { createToolWaits } from './requests/toolWaits';
import { toRow } from './requests/toRow';
import { createSearchReader } from './sqlite/searchReader';
import { createUsageReports } from './usageReports/usageReports';
import { addToDay, addToHours, emptyDay, type HourUsage, hourUsageOf, usageTable } from './usageTable';

export interface JournalOptions {
  readonly database: Database;
  readonly log: Log;
  /** The tables, and which texts are kept. */
  readonly requestTexts: RequestTextsStore;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /** The most requests to store; beyond that the oldest are deleted. Default 100,000. */
  readonly maxRequests?: number;
}

type InMemory = Omit<UnwrittenRequest, 'endedAt'>;

/** Requests that asked no model, such as refused ones, take at most this share of the stored ones. */
const SHARE_WITHOUT_MODEL = 0.1;
const PRUNE_ABOVE = 1.1;

const WRITE_AFTER_MS = 100;
/** Where requests come so fast that a write had more than `MANY`, fewer and larger writes follow: each has costs of its own. */
const WRITE_MANY_AFTER_MS = 500;
const MANY = 10;
/** The time until the next attempt after a failed write: a full disk does not become free at once. */
const RETRY_AFTER_MS = 5_000;

/** Never throws for the sake of its file: what cannot be read or written is logged and left out. */
export function openJournal({
  database,
  log,
  now = Date.now,
  requestTexts,
  maxRequests = 100_000,
}: JournalOptions): Journal {
  const { requests, texts } = requestTexts;
  const search = createRequestSearch(createSearchReader(database), requestTexts.marks);
  const toolWaits = createToolWaits();
  const usage = usageTable(database);
  const reports = createUsageReports(database);
  const openRequests = new Map<string, OpenRequest>();
  let unwritten: UnwrittenRequest[] = [];
  let unwrittenUsage: HourUsage[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writeAfterMs = WRITE_AFTER_MS;
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
  const listeners = new Set<Parameters<Journal['onChange']>[0]>();
  const nextTime = distinctTimes(now);
  const polls = createPolls(now);
  const refusals = createRefusals({ now, onSummary: (address, count) => recordSummary(address, count) });

  const notify = (request: RequestDetails) => {
    const row = toRow(request);
    for (const listener of listeners) listener(row, request);
  };

  const writeSoon = (afterMs: number) => {
    if (closed) return;
    timer ??= setTimeout(writeNow, afterMs).unref();
  };

  /** Returns whether the request can be found by its words; a worker sees to it otherwise. */
  const write = ({ details, endedAt, texts: said, hasTexts }: UnwrittenRequest): boolean => {
    const indexed = isIndexedAtOnce(said);
    const seq = requests.insert({ ...details, endedAt }, { hasTexts, indexed });
    if (said !== null) texts.insert(seq, said);
    if (indexed) texts.index(seq);
    return indexed;
  };

  const writeNow = () => {
    clearTimeout(timer);
    timer = undefined;
    writeAfterMs = unwritten.length > MANY ? WRITE_MANY_AFTER_MS : WRITE_AFTER_MS;
    if (unwritten.length === 0 && unwrittenUsage.length === 0) return;
    let isAllIndexed = true;
    try {
      const withoutModel = withoutModelCount + unwritten.filter(({ details }) => asksNoModel(details)).length;
      // Not one by one: finding them reads the whole table.
      const isOver = withoutModel > maxWithoutModel * PRUNE_ABOVE;
      const refusedToDelete = isOver ? withoutModel - maxWithoutModel : 0;
      const stored = storedCount + unwritten.length - refusedToDelete;
      const deleted = transaction(database, () => {
        isAllIndexed = unwritten.map(write).every((isIndexed) => isIndexed);
        for (const hourUsage of unwrittenUsage) usage.add(hourUsage);
        if (isOver) requests.deleteOldestWithoutModel(refusedToDelete);
        return stored > maxRequests ? requests.deleteOldest(stored - maxRequests) : 0;
      });
      withoutModelCount = withoutModel - refusedToDelete - deleted;
      storedCount = Math.min(maxRequests, stored);
      unwritten = [];
      unwrittenUsage = [];
      if (!isAllIndexed) requestTexts.indexRest();
    } catch (error) {
      log.error('Requests could not be written; this will be tried again', {
        waiting: unwritten.length,
        error: asError(error),
      });
      unwritten = unwritten.slice(-maxRequests);
      writeSoon(RETRY_AFTER_MS);
    }
  };

  const onEnd = ({ details, texts: said, hasTexts, toolCalls, facts }: OpenRequest) => {
    openRequests.delete(details.id);
    if (facts.endReason === 'tool_use') toolWaits.add(toolCalls, details.at + (details.durationMs ?? 0));
    if (isPoll(details)) return polls.add(details);
    const endedAt = now();
    const kept = said && requestTexts.keeps() ? ended(said.read(false)) : null;
    unwritten.push({ details, endedAt, texts: kept, hasTexts });
    const hourUsage = hourUsageOf(details, endedAt);
    if (hourUsage !== null) {
      addToHours(unwrittenUsage, hourUsage);
      if (hourUsage.day === today.day) addToDay(today, hourUsage);
    }
    writeSoon(writeAfterMs);
  };

  /** The requests that are not in the database. @param withTexts whether the texts of running ones are read as well. */
  const inMemory = (withTexts: boolean): InMemory[] => [
    ...[...openRequests.values()].map(({ details, texts: said, hasTexts }) => ({
      ...{ details, hasTexts },
      texts: withTexts && said ? said.read(true) : null,
    })),
    ...polls.recent.map((details) => ({ details, texts: null, hasTexts: false })),
    ...unwritten,
  ];

  const older = (before: number, limit: number): RequestRow[] => {
    const recent = inMemory(false)
      .map(({ details }) => details)
      .filter(({ at }) => at < before);
    const written = attempt('read', [], () => requests.older(before, limit));
    return [...recent, ...written]
      .sort((a, b) => b.at - a.at)
      .slice(0, limit)
      .map(toRow);
  };

  const said = (id: string, version: number): RequestTexts | TextsWithheld | null => {
    const open = openRequests.get(id);
    if (open) return saidSoFar(open, version, requestTexts.keeps());
    const recent = inMemory(false).find(({ details }) => details.id === id);
    if (recent) {
      const { details, texts: own, hasTexts } = recent;
      return own === null ? withheld(details, hasTexts) : newerThan(version, own);
    }
    const stored = attempt('read', null, () => requests.find(id));
    if (stored === null) return 'deleted';
    const { seq, details, hasTexts } = stored;
    const found = seq > requestTexts.marks.texts ? attempt('read', null, () => texts.find(seq)) : null;
    return found === null ? withheld(details, hasTexts) : newerThan(version, found);
  };

  requestTexts.onDeleted((deletion) => {
    for (const open of openRequests.values()) {
      if (!isPartOf(open.details, deletion)) continue;
      open.texts = null;
      open.details.asked = '';
      notify(open.details);
    }
    for (const request of unwritten) {
      if (!isPartOf(request.details, deletion)) continue;
      request.texts = null;
      request.details.asked = '';
    }
  });

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
    const request = newRequest({ ...start, path }, nextTime());
    changeRequest(request, { error, phase: 'failed', durationMs: 0, failure: 'forbidden' });
    onEnd(request);
    notify(request.details);
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
      const { id, address } = request.details;
      openRequests.set(id, request);
      const shouldRecordRefusal = () => {
        openRequests.delete(id);
        return refusals.count(address);
      };
      // While refused requests from the address are only counted, the window hears of a request when it was not refused.
      if (!refusals.isOver(address)) notify(request.details);
      const { waitMs: toolWaitMs } = toolWaits;
      return openRecord(request, { keepsTexts: requestTexts.keeps, notify, onEnd, shouldRecordRefusal, toolWaitMs });
    },
    recent: (limit) => older(Number.POSITIVE_INFINITY, limit),
    older,
    details(id) {
      const isIt = (details: RequestDetails) => details.id === id;
      const recent =
        openRequests.get(id)?.details ??
        unwritten.find((request) => isIt(request.details))?.details ??
        polls.recent.find(isIt);
      if (recent) return structuredClone(recent);
      return attempt('read', null, () => requests.find(id)?.details ?? null);
    },
    search: (query) => {
      // So that as few as possible are in both, and are counted once.
      if (!closed) writeNow();
      return search.search(query, inMemory(query.filter.text !== undefined));
    },
    filterValues: search.filterValues,
    said,
    clear() {
      unwritten = [];
      polls.clear();
      attempt('clear', undefined, () => requestTexts.deleteRows());
      storedCount = 0;
      withoutModelCount = 0;
    },
    day: (at) => structuredClone(dayOf(at)),
    usageReport: (query, at) => {
      const ended = unwritten.map(({ details, endedAt }) => ({ ...details, endedAt }));
      return reports.report(query, at, { requests: ended, hours: unwrittenUsage });
    },
    keyUsage: (keyId, at) => dayOf(at).keys.find((key) => key.keyId === keyId)?.usage ?? NO_USAGE,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refusedRequests() {
      return refusals.total;
    },
    async close() {
      if (closed) return;
      refusals.close();
      writeNow();
      closed = true;
      clearTimeout(timer);
      await search.close();
    },
  };
}

/** The texts of a request that is being answered, or why there are none. */
function saidSoFar(open: OpenRequest, version: number, keeps: boolean): RequestTexts | TextsWithheld | null {
  const { texts, hasTexts } = open;
  if (texts && keeps) return texts.version === version ? null : texts.read(true);
  if (hasTexts) return 'deleted';
  if (!keeps) return 'private';
  return newerThan(version, NOTHING_YET);
}

/** Before the question is read. */
const NOTHING_YET: RequestTexts = {
  ...{ system: '', earlierMessages: 0, question: [], answer: [] },
  ...{ version: 0, running: true },
};

function newerThan(version: number, texts: RequestTexts): RequestTexts | null {
  return texts.version === version ? null : texts;
}

/** @param hasTexts whether the texts were recorded; null where that is not known. */
function withheld(details: RequestDetails, hasTexts: boolean | null): TextsWithheld {
  if (asksNoModel(details)) return 'no_model';
  return hasTexts === false ? 'private' : 'deleted';
}

/** The version of texts that do not change any more. */
function ended(texts: RequestTexts): RequestTexts {
  return { ...texts, version: Number.MAX_SAFE_INTEGER };
}

function isPartOf({ conversation }: RequestDetails, deletion: TextDeletion): boolean {
  return deletion === 'all' || (conversation !== null && deletion.conversations.has(conversation));
}
