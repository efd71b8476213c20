/** The reports of the page Usage, through the journal, with real SQLite files. */
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { UsageGrouping, UsagePeriod } from '../../../../app/shared/contract';
import { NO_USAGE, type Usage } from '../../../../app/shared/usage';
import { type Database, openDatabase } from '../../../../app/store/database';
import type { Journal, RequestEnd, RequestStart } from '../../../../app/store/journal';
import { openJournal } from '../../../../app/store/sqliteJournal';
import { removeFolder, scratchFolder } from '../../../support/cli';
import { recordingLog } from '../../../support/recordingLog';
import { testRequestTexts } from '../../../support/requestTexts';

let folder: string;
let clock: Date;
let database: Database;
let journal: Journal;

beforeEach(async () => {
  folder = await scratchFolder();
  clock = new Date(2026, 10, 22, 14, 30);
  open();
});

afterEach(async () => {
  close();
  await removeFolder(folder);
});

function open(): void {
  const log = recordingLog();
  const now = () => clock.getTime();
  database = openDatabase(path.join(folder, 'claudacity.db'), log);
  journal = openJournal({ database, log, now, requestTexts: testRequestTexts(database, log, { now }) });
}

function close(): void {
  void journal.close();
  database.close();
}

const START: RequestStart = {
  ...{ client: 'ollama-js', address: '127.0.0.1', dialect: 'ollama', method: 'POST', path: '/api/chat' },
  ...{ model: 'sonnet', stream: true, userAgent: 'ollama-js/0.6.4' },
};
const TOKENS: Usage = { input: 10, cacheRead: 100, cacheWrite: 20, output: 40, thinking: 0, costUsd: 0.25 };

function serve(start: Partial<RequestStart> = {}, change: Partial<RequestEnd> = {}): void {
  journal.begin({ ...START, ...start }).end({ status: 200, phase: 'done', messages: 1, usage: TOKENS, ...change });
}

const report = (period: UsagePeriod, { group = 'none' as UsageGrouping, offset = 0 } = {}) =>
  journal.usageReport({ period, offset, group }, clock.getTime());

/** Closes and opens the journal: what follows comes from the database. */
function reopen(): void {
  close();
  open();
}

describe.each([
  ['not written yet', () => {}],
  ['written', reopen],
])('requests that are %s', (_state, settle) => {
  test('count in every period exactly as the day counts them', () => {
    serve();
    serve({ client: 'curl', model: 'opus' }, { phase: 'failed', status: 502, billing: 'use' });
    serve({}, { usage: { ...TOKENS, output: null, costUsd: null }, phase: 'cancelled', status: 499 });
    // These ask no model.
    serve({ dialect: 'app' });
    serve({}, { messages: null, usage: null });
    settle();

    const { requests, failed, usage, billedUsd } = journal.day(clock.getTime());
    expect([requests, failed, usage.output, billedUsd]).toEqual([3, 1, 80, 0.25]);
    for (const period of ['hour', 'day', 'week', 'month'] as const)
      expect(report(period).total).toEqual({ requests, failed, usage, billedUsd });
  });

  test('are in the bucket in which they ended, by group', () => {
    serve({}, { resolvedModel: 'claude-sonnet-5-5', keyId: 'k1', keyName: 'phone', accountId: 'second' });
    serve({ client: 'curl' }, { accountId: '' });
    settle();

    const now = clock.getTime();
    for (const period of ['hour', 'day', 'week', 'month'] as const) {
      const { buckets } = report(period, { group: 'client' });
      const filled = buckets.filter(({ groups }) => groups.length > 0);
      expect(filled).toHaveLength(1);
      expect(filled[0]?.startAt).toBeLessThanOrEqual(now);
      expect(filled[0]?.endAt).toBeGreaterThan(now);
    }
    const groups = (group: UsageGrouping) =>
      report('day', { group })
        .groups.map((one) => one.group)
        .sort();
    expect(groups('client')).toEqual(['curl', 'ollama-js']);
    expect(groups('model')).toEqual(['claude-sonnet-5-5', 'sonnet']);
    expect(groups('key')).toEqual(['', 'k1']);
    expect(groups('account')).toEqual(['', 'second']);
    expect(
      report('hour', { group: 'account' })
        .groups.map((one) => one.group)
        .sort(),
    ).toEqual(['', 'second']);
  });

  test('give the percentiles of first token and speed', () => {
    for (let index = 1; index <= 100; index++) serve({}, { firstTokenMs: index * 10 });
    serve({}, { firstTokenMs: null });
    settle();
    expect(report('day').firstTokenMs).toEqual({ count: 100, p50: 500, p90: 900, p99: 990 });
  });
});

test('yesterday counts up to the present time of day, whole hours and a share of the present one', () => {
  clock = new Date(2026, 10, 21, 10, 0);
  serve();
  clock = new Date(2026, 10, 21, 14, 50);
  serve();
  serve();
  clock = new Date(2026, 10, 21, 18, 0);
  serve();
  clock = new Date(2026, 10, 22, 14, 30);
  expect(report('day').before.requests).toBe(2);
  expect(report('day', { offset: 1 }).total.requests).toBe(4);
  expect(report('day', { offset: 1 }).before).toEqual({ requests: 0, failed: 0, usage: NO_USAGE, billedUsd: 0 });
  clock = new Date(2026, 10, 28, 14, 30);
  expect(report('week').before.requests).toBe(2);
  expect(report('week', { offset: 1 }).total.requests).toBe(4);
});

test('a past day stays right when it is asked for again, and so does today', () => {
  clock = new Date(2026, 10, 18, 10);
  serve();
  clock = new Date(2026, 10, 22, 9);
  reopen();
  expect(report('week').total.requests).toBe(1);
  serve();
  expect(report('week').total.requests).toBe(2);
  reopen();
  serve();
  expect(report('week').total.requests).toBe(3);
});

test('says how many requests are counted but not stored any more', () => {
  serve();
  serve();
  reopen();
  expect([report('hour').notStored, report('day').notStored]).toEqual([0, 0]);
  journal.clear();
  serve();
  expect([report('hour').notStored, report('day').notStored]).toEqual([2, 2]);
  expect(report('day').total.requests).toBe(3);
  expect(report('hour').total.requests).toBe(1);
});

test('the speed is that of answers with at least 20 tokens, from their first token on', () => {
  const record = journal.begin(START);
  record.end({ status: 200, phase: 'done', messages: 1, usage: { ...TOKENS, output: 19 }, firstTokenMs: -1000 });
  expect(report('day').tokensPerSecond).toBeNull();
  serve({}, { firstTokenMs: -1000 });
  reopen();
  const { tokensPerSecond } = report('day');
  expect(tokensPerSecond?.count).toBe(1);
  expect(tokensPerSecond?.p50).toBeGreaterThan(20);
  expect(tokensPerSecond?.p50).toBeLessThanOrEqual(40);
});

test('tells when the first use was', () => {
  expect(report('day').firstUseAt).toBeNull();
  serve();
  expect(report('day').firstUseAt).toBe(new Date(2026, 10, 22).getTime());
});
