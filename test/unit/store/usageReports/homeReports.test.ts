/** What the page Home compares today with, and what it says of failures and first steps, with real SQLite files. */
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HomeReport } from '../../../../app/shared/contract';
import { WINDOW_CLIENT } from '../../../../app/shared/reports/homeReport';
import { NO_USAGE } from '../../../../app/shared/usage';
import { openDatabase } from '../../../../app/store/database';
import type { RequestEnd, RequestStart } from '../../../../app/store/journal';
import { openJournal } from '../../../../app/store/sqliteJournal';
import { createHomeReports } from '../../../../app/store/usageReports/homeReports';
import { removeFolder, scratchFolder } from '../../../support/cli';
import { recordingLog } from '../../../support/recordingLog';
import { testRequestTexts } from '../../../support/requestTexts';

let folder: string;

beforeEach(async () => {
  folder = await scratchFolder();
});
afterEach(() => removeFolder(folder));

interface Served extends Partial<RequestStart> {
  /** Days before today. */
  daysAgo: number;
  hour: number;
  costUsd?: number;
  end?: Partial<RequestEnd>;
}

/** The report at half past two in the afternoon. */
async function reportAfter(requests: readonly Served[]): Promise<HomeReport> {
  const log = recordingLog();
  let at = 0;
  const database = openDatabase(path.join(folder, 'claudacity.db'), log);
  try {
    const texts = testRequestTexts(database, log, { now: () => at });
    const journal = openJournal({ database, log, now: () => at, requestTexts: texts });
    for (const { daysAgo, hour, costUsd = 1, end, ...start } of requests) {
      at = new Date(2026, 10, 22 - daysAgo, hour, 5).getTime();
      const usage = { ...NO_USAGE, output: 100, costUsd };
      journal
        .begin({
          ...{ client: 'ollama-js', address: '127.0.0.1', dialect: 'ollama', method: 'POST', path: '/api/chat' },
          ...{ model: 'sonnet', stream: true, userAgent: '', ...start },
        })
        .end({ status: 200, phase: 'done', messages: 1, usage, ...end });
    }
    await journal.close();
    return createHomeReports(database)(new Date(2026, 10, 22, 14, 30).getTime());
  } finally {
    database.close();
  }
}

const FAILED = { status: 503, phase: 'failed', error: 'All are busy.', usage: null } as const;

test('the usual day is the median of the earlier days, each up to this time of day', async () => {
  const { usual } = await reportAfter([
    ...[1, 2, 4].flatMap((daysAgo) => [
      { daysAgo, hour: 9, costUsd: daysAgo },
      // The hour of now has passed by half.
      { daysAgo, hour: 14, costUsd: 4 },
      { daysAgo, hour: 20, costUsd: 100 },
    ]),
    { daysAgo: 0, hour: 9, costUsd: 50 },
  ]);
  expect(usual).toMatchObject({ days: 3, costUsd: 2 + 2, output: 150, failed: 0 });
});

test('nothing is usual before three days have been used', async () => {
  const days = [1, 2].map((daysAgo) => ({ daysAgo, hour: 9 }));
  expect((await reportAfter(days)).usual).toBeNull();
});

test('of days longer ago than the last seven with any use, none counts', async () => {
  const days = [1, 2, 3, 4, 6, 7, 9].map((daysAgo) => ({ daysAgo, hour: 9 }));
  expect((await reportAfter([...days, { daysAgo: 12, hour: 9, costUsd: 1_000 }])).usual).toMatchObject({
    days: 7,
    costUsd: 1,
  });
});

test('today’s failures are counted by reason, and the latest are named first', async () => {
  const { failures, lastFailures } = await reportAfter([
    { daysAgo: 1, hour: 9, end: FAILED },
    { daysAgo: 0, hour: 8, client: 'curl', end: FAILED },
    { daysAgo: 0, hour: 9, end: FAILED },
    { daysAgo: 0, hour: 10, client: 'Zed', end: { ...FAILED, status: 504 } },
    { daysAgo: 0, hour: 11 },
  ]);
  expect(failures).toEqual([
    { outcome: 'overloaded', count: 2 },
    { outcome: 'timeout', count: 1 },
  ]);
  expect(lastFailures.map(({ client, error }) => `${client}: ${error}`)).toEqual([
    'Zed: All are busy.',
    'ollama-js: All are busy.',
    'curl: All are busy.',
  ]);
});

test('a question in the window is a step of its own, and an answer to another program the other one', async () => {
  expect(await reportAfter([{ daysAgo: 0, hour: 9, end: FAILED }])).toMatchObject({
    hasAsked: false,
    hasConnected: false,
  });
  expect(await reportAfter([{ daysAgo: 0, hour: 9, client: WINDOW_CLIENT }])).toMatchObject({
    hasAsked: true,
    hasConnected: false,
  });
  expect(await reportAfter([{ daysAgo: 0, hour: 10 }])).toMatchObject({ hasConnected: true });
});
