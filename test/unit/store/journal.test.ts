/** The journal, as the window and the metrics use it, with real SQLite files. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RequestRow } from '../../../app/shared/contract';
import { NO_USAGE, type Usage, unfinishedUsage } from '../../../app/shared/usage';
import { openDatabase } from '../../../app/store/database';
import type { Journal, RequestRecord, RequestStart } from '../../../app/store/journal';
import { openJournal } from '../../../app/store/sqliteJournal';
import { removeFolder, scratchFolder } from '../../support/cli';
import { type RecordingLog, recordingLog } from '../../support/recordingLog';
import { testRequestTexts } from '../../support/requestTexts';

let folder: string;
let file: string;
let log: RecordingLog;
let clock: Date;
let journals: Journal[];

beforeEach(async () => {
  folder = await scratchFolder();
  file = path.join(folder, 'claudacity.db');
  log = recordingLog();
  clock = new Date(2026, 10, 22, 14, 30);
  journals = [];
});

afterEach(async () => {
  for (const journal of journals) journal.close();
  await removeFolder(folder);
});

function open(options: { maxRequests?: number } = {}): Journal {
  const database = openDatabase(file, log);
  const now = () => clock.getTime();
  const opened = openJournal({
    database,
    log,
    requestTexts: testRequestTexts(database, log, { now }),
    now,
    ...options,
  });
  const journal: Journal = {
    ...opened,
    close: () => {
      const closed = opened.close();
      database.close();
      return closed;
    },
  };
  journals.push(journal);
  return journal;
}

const START: RequestStart = {
  client: 'ollama-js',
  address: '127.0.0.1',
  dialect: 'ollama',
  method: 'POST',
  path: '/api/chat',
  model: 'sonnet',
  stream: true,
  userAgent: 'ollama-js/0.6.4',
};

const TOKENS: Usage = { input: 10, cacheRead: 100, cacheWrite: 20, output: 5, thinking: 0, costUsd: 0.25 };

type Outcome = Partial<Parameters<RequestRecord['end']>[0]>;

/** Begins and ends one request. */
function serve(journal: Journal, start: Partial<RequestStart> = {}, change: Outcome = {}): string {
  const record = journal.begin({ ...START, ...start });
  record.end({ status: 200, phase: 'done', messages: 1, usage: TOKENS, ...change });
  return record.id;
}

describe('rows', () => {
  test('a request has a row from its beginning, which changes until it ends', () => {
    const journal = open();
    const record = journal.begin(START);

    expect(journal.recent(10)).toMatchObject([{ id: record.id, phase: 'waiting', status: null, model: 'sonnet' }]);
    record.change({ phase: 'streaming', firstTokenMs: 30 });
    expect(journal.recent(10)).toMatchObject([{ phase: 'streaming', firstTokenMs: 30 }]);
    record.end({ status: 200, phase: 'done' });
    expect(journal.recent(10)).toMatchObject([{ phase: 'done', status: 200, durationMs: expect.any(Number) }]);
  });

  test('changes after the end are ignored', () => {
    const journal = open();
    const record = journal.begin(START);

    record.end({ status: 200, phase: 'done' });
    record.change({ model: 'opus' });
    record.end({ status: 500, phase: 'failed' });

    expect(journal.recent(10)).toMatchObject([{ status: 200, model: 'sonnet' }]);
  });

  test('details have everything that was recorded, also after the journal was opened again', () => {
    const change: Outcome = {
      resolvedModel: 'claude-sonnet-5-5',
      conversation: 'c1',
      served: 'live',
      messages: 3,
      loadMs: 1.5,
      firstTokenMs: 30.25,
      error: 'no',
      ignored: ['top_k', 'seed'],
      isolation: 'empty folder',
    };
    const journal = open();
    const id = serve(journal, {}, change);
    const details = journal.details(id);
    journal.close();

    expect(details).toMatchObject({ ...START, ...change, usage: TOKENS });
    expect(open().details(id)).toEqual(details);
  });

  test('the output and the cost of an answer that was cut off stay unknown', () => {
    const journal = open();
    const id = serve(journal, {}, { phase: 'cancelled', status: 499, usage: unfinishedUsage(TOKENS) });
    journal.close();

    const reopened = open();
    expect(reopened.details(id)?.usage).toMatchObject({ input: TOKENS.input, output: null, costUsd: null });
    expect(reopened.day(clock.getTime()).usage).toMatchObject({ input: TOKENS.input, output: 0, costUsd: 0 });
  });

  test('an unknown request has no details', () => {
    expect(open().details('nothing')).toBeNull();
  });

  test('pages of older rows have neither gap nor overlap, with open and written requests among them', () => {
    const first = open();
    const ids = Array.from({ length: 20 }, () => serve(first));
    first.close();
    const journal = open();
    clock = new Date(2026, 10, 22, 14, 31);
    ids.push(serve(journal), journal.begin(START).id);

    const pages = [journal.recent(7)];
    for (let last = pages[0]?.at(-1); last; last = pages.at(-1)?.at(-1)) pages.push(journal.older(last.at, 7));

    expect(pages.flat().map((row) => row.id)).toEqual(ids.reverse());
    expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 1, 0]);
  });

  test('ended requests are written before the journal is closed; open ones are not', async () => {
    const journal = open();
    journal.begin(START);
    const ended = serve(journal);

    await vi.waitFor(() => {
      const database = openDatabase(file, log);
      const rows = openJournal({ database, log, requestTexts: testRequestTexts(database, log) }).recent(10);
      database.close();
      expect(rows.map((row) => row.id)).toEqual([ended]);
    });
  });

  test('only the newest requests stay', () => {
    const journal = open({ maxRequests: 5 });
    const ids = Array.from({ length: 8 }, () => serve(journal));
    journal.close();

    expect(
      open({ maxRequests: 5 })
        .recent(10)
        .map((row) => row.id),
    ).toEqual(ids.slice(3).reverse());
  });

  test('clear deletes ended requests and leaves open ones', () => {
    const first = open();
    serve(first);
    first.close();
    const journal = open();
    serve(journal);
    const record = journal.begin(START);

    journal.clear();

    expect(journal.recent(10).map((row) => row.id)).toEqual([record.id]);
    journal.close();
    expect(open().recent(10)).toEqual([]);
  });

  test('listeners get the row of each beginning, change and end as it was at that moment', () => {
    const journal = open();
    const seen: RequestRow[] = [];
    const unsubscribe = journal.onChange((row) => seen.push(row));

    const record = journal.begin(START);
    record.change({ phase: 'streaming' });
    record.end({ status: 200, phase: 'done' });
    unsubscribe();
    serve(journal);

    expect(seen.map((row) => row.phase)).toEqual(['waiting', 'streaming', 'done']);
  });
});

describe('the day’s usage', () => {
  test('sums requests, tokens and costs, by model, by client and by hour', () => {
    const journal = open();
    serve(journal, {}, { resolvedModel: 'claude-sonnet-5-5' });
    serve(journal, { model: 'claude-sonnet-5-5' }, { resolvedModel: 'claude-sonnet-5-5' });
    clock.setHours(15);
    serve(journal, { model: 'opus' }, { phase: 'failed', usage: null });

    const day = journal.day(clock.getTime());

    const twice = { input: 20, cacheRead: 200, cacheWrite: 40, output: 10, thinking: 0, costUsd: 0.5 };
    const none = NO_USAGE;
    expect(day).toMatchObject({ day: '2026-11-22', requests: 3, failed: 1, usage: twice });
    expect(day.models).toEqual([
      { model: 'claude-sonnet-5-5', requests: 2, usage: twice },
      { model: 'opus', requests: 1, usage: none },
    ]);
    expect(day.clients).toEqual([{ client: START.client, requests: 3, usage: twice }]);
    expect(day.hourly).toHaveLength(24);
    expect(day.hourly[14]).toEqual(twice);
    expect(day.hourly[15]).toEqual(none);
  });

  test('keeps the clients apart, also after the journal was opened again', () => {
    const first = open();
    serve(first);
    serve(first, { client: 'curl' });
    serve(first, { client: 'curl' });
    const clients = first.day(clock.getTime()).clients;
    expect(clients.map(({ client, requests }) => [client, requests])).toEqual([
      ['ollama-js', 1],
      ['curl', 2],
    ]);
    first.close();

    expect(open().day(clock.getTime()).clients).toEqual(expect.arrayContaining(clients));
  });

  test('is the same after the journal was opened again, and grows from there', () => {
    const first = open();
    serve(first);
    const before = first.day(clock.getTime());
    first.close();
    const journal = open();

    expect(journal.day(clock.getTime())).toEqual(before);
    serve(journal);
    expect(journal.day(clock.getTime())).toMatchObject({ requests: 2, usage: { costUsd: 0.5 } });
  });

  test('still counts requests that were cleared, also after the journal was opened again', () => {
    const journal = open();
    serve(journal);
    journal.clear();

    expect(journal.day(clock.getTime()).requests).toBe(1);
    journal.close();
    expect(open().day(clock.getTime()).requests).toBe(1);
  });

  test('starts from zero at midnight, and yesterday’s can still be read', () => {
    const journal = open();
    serve(journal);
    const yesterday = clock.getTime();
    expect(journal.day(yesterday).requests).toBe(1);
    clock = new Date(2026, 10, 23, 0, 0, 1);
    expect(journal.day(clock.getTime())).toMatchObject({ day: '2026-11-23', requests: 0 });
    serve(journal);

    expect(journal.day(clock.getTime()).requests).toBe(1);
    expect(journal.day(yesterday)).toMatchObject({ day: '2026-11-22', requests: 1 });
  });

  test('counts a request on the day on which it ended', () => {
    const journal = open();
    clock = new Date(2026, 10, 22, 23, 59);
    const record = journal.begin(START);
    clock = new Date(2026, 10, 23, 0, 1);
    record.end({ status: 200, phase: 'done', messages: 1, usage: TOKENS });

    expect(journal.day(clock.getTime()).hourly[0]).toEqual(TOKENS);
  });

  test.each<[string, Partial<RequestStart>, Outcome, number]>([
    ['an answered question', {}, {}, 1],
    ['a question to an unknown model', {}, { status: 404, phase: 'failed', usage: null }, 1],
    ['an unreadable body', {}, { status: 400, phase: 'failed', usage: null, messages: null }, 0],
    ['a list of models', { method: 'GET', path: '/api/tags', model: '' }, { usage: null, messages: null }, 0],
    ['the description of a model', { path: '/api/show' }, { usage: null, messages: null }, 0],
    ['the loading of a model', { path: '/api/generate' }, { usage: null, messages: 0 }, 0],
    ['a request of the app itself', { dialect: 'app' }, {}, 0],
  ])('%s: counted only where it asked a model', (_, start, change, requests) => {
    const journal = open();

    serve(journal, start, change);

    expect(journal.recent(1)).toHaveLength(1);
    expect(journal.day(clock.getTime()).requests).toBe(requests);
  });

  test('a day that was returned does not change afterwards', () => {
    const journal = open();
    const before = journal.day(clock.getTime());

    serve(journal);

    expect(before.requests).toBe(0);
    expect(before.hourly[14]).toEqual(NO_USAGE);
  });
});

describe('the database file', () => {
  test('that is no database is renamed, which is logged, and a new one created', async () => {
    await writeFile(file, 'no database, only words, and enough of them to be taken for one at first sight');

    serve(open());

    const aside = (await readdir(folder)).find((name) => name.includes('.broken-'));
    expect(await readFile(path.join(folder, aside ?? ''), 'utf8')).toMatch(/^no database/);
    expect(log.entries.map((entry) => entry.level)).toEqual(['warn']);
  });

  test('whose pages are damaged is renamed', async () => {
    const journal = open();
    for (let n = 0; n < 200; n += 1) serve(journal);
    journal.close();
    const bytes = await readFile(file);
    bytes.fill(0xff, 4096);
    await writeFile(file, bytes);

    const reopened = open();
    expect(reopened.recent(10)).toEqual([]);
    await vi.waitFor(async () => expect((await readdir(folder)).some((name) => name.includes('.broken-'))).toBe(true));

    const id = serve(reopened);
    expect(reopened.recent(10).map((row) => row.id)).toEqual([id]);
  });

  test('of a later version stays where it is, and is not changed', async () => {
    const later = new DatabaseSync(file);
    later.exec('CREATE TABLE later (x); PRAGMA user_version = 999');
    later.close();
    const before = await readFile(file);

    const journal = open();
    const id = serve(journal);
    expect(journal.recent(10).map((row) => row.id)).toEqual([id]);
    journal.close();

    expect((await readdir(folder)).filter((name) => name.includes('claudacity.db'))).toEqual(['claudacity.db']);
    expect((await readFile(file)).equals(before)).toBe(true);
  });

  test('in a folder that does not exist is created with the folder', () => {
    file = path.join(folder, 'a', 'b', 'claudacity.db');

    serve(open());

    expect(log.entries).toEqual([]);
  });

  test('that cannot be created leaves a journal in memory', async () => {
    await writeFile(path.join(folder, 'file'), '');
    file = path.join(folder, 'file', 'claudacity.db');
    const journal = open();

    const id = serve(journal);

    expect(journal.recent(1)[0]?.id).toBe(id);
    expect(log.entries.map((entry) => entry.level)).toEqual(['error']);
  });

  test('that another process has locked is written after it was unlocked', async () => {
    const journal = open();
    const other = new DatabaseSync(file);
    other.exec('BEGIN EXCLUSIVE');
    const id = serve(journal);
    await vi.waitFor(() => expect(log.entries.map((entry) => entry.level)).toEqual(['error']));

    other.exec('ROLLBACK');
    other.close();
    journal.close();

    expect(open().recent(1)[0]?.id).toBe(id);
  });

  test('is not needed by a request that ends after the journal was closed', () => {
    const journal = open();
    const record = journal.begin(START);
    journal.close();

    record.end({ status: 499, phase: 'cancelled' });

    expect(journal.recent(1)).toMatchObject([{ id: record.id, status: 499 }]);
  });
});

describe('polls', () => {
  const POLL: Partial<RequestStart> = { method: 'GET', path: '/api/tags', model: '', stream: false };
  const poll = (journal: Journal) => serve(journal, POLL, { messages: null, usage: null });

  test('are shown for ten minutes, and never take the place of a stored request', () => {
    const journal = open({ maxRequests: 1 });
    const id = serve(journal);
    for (let count = 0; count < 1_000; count += 1) poll(journal);

    expect(journal.recent(2_000)).toHaveLength(501);
    expect(journal.recent(2_000).at(-1)?.id).toBe(id);
    clock = new Date(clock.getTime() + 11 * 60_000);
    expect(journal.recent(2_000).map((row) => row.id)).toEqual([id]);
    journal.close();
    expect(
      open()
        .recent(10)
        .map((row) => row.id),
    ).toEqual([id]);
  });

  test('that fail are stored', () => {
    const journal = open();
    const id = serve(journal, POLL, { messages: null, usage: null, status: 503, phase: 'failed' });
    journal.close();
    expect(open().details(id)).toMatchObject({ path: '/api/tags', status: 503 });
  });
});

describe('refused requests', () => {
  function refuse(journal: Journal, address = '192.0.2.1'): string {
    const record = journal.begin({ ...START, address });
    record.end({ status: 401, phase: 'failed', error: 'refused' }, { refused: true });
    return record.id;
  }

  test('of one address are recorded up to twenty a minute, and the others as one row when the minute is over', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const journal = open();
      for (let count = 0; count < 1_263; count += 1) refuse(journal);
      expect(journal.recent(100)).toHaveLength(20);

      vi.advanceTimersByTime(60_000);

      const [summary] = journal.recent(100);
      expect(journal.recent(100)).toHaveLength(21);
      expect(summary).toMatchObject({
        address: '192.0.2.1',
        path: '1,243 more refused',
        phase: 'failed',
        status: null,
      });
      expect(journal.refusedRequests()).toBe(1_263);
    } finally {
      vi.useRealTimers();
    }
  });

  test('of many addresses are recorded up to sixty a minute', () => {
    const journal = open();
    for (let count = 0; count < 10_000; count += 1) refuse(journal, `192.0.2.${count}`);
    expect(journal.recent(1_000)).toHaveLength(60);
    clock = new Date(clock.getTime() + 61_000);
    refuse(journal);
    // A row for each of the addresses that are counted apart would flood the log as well.
    expect(journal.recent(10_000).length).toBeLessThanOrEqual(60 + 1 + 50);
  });

  test('that are only counted are not announced to listeners, whereas the user’s own requests are', () => {
    const journal = open();
    for (let count = 0; count < 20; count += 1) refuse(journal, '127.0.0.1');
    const rows: RequestRow[] = [];
    journal.onChange((row) => rows.push(row));

    refuse(journal, '127.0.0.1');
    expect(rows).toEqual([]);
    const id = serve(journal);
    expect(rows.map((row) => [row.id, row.phase])).toEqual([[id, 'done']]);
  });
});

test('requests that asked no model never take the place of those that did', () => {
  const journal = open({ maxRequests: 100 });
  const served = Array.from({ length: 50 }, () => serve(journal));
  for (let count = 0; count < 1_000; count += 1) {
    serve(journal, {}, { messages: null, usage: null, served: null, status: 400, phase: 'failed' });
  }
  journal.close();
  const rows = open({ maxRequests: 100 }).recent(2_000);
  const remaining = new Set(rows.map(({ id }) => id));
  expect(served.filter((id) => !remaining.has(id))).toEqual([]);
  expect(rows.length - served.length).toBeLessThanOrEqual(11);

  const again = open({ maxRequests: 100 });
  for (let count = 0; count < 200; count += 1) serve(again);
  again.close();
  expect(open({ maxRequests: 100 }).recent(2_000)).toHaveLength(100);
});
