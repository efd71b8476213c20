/** What is usual, what failed today, and which first steps were taken: from the sums by hour and the stored requests. */
import { z } from 'zod';
import { localDay } from '../../shared/localDay';
import { type HomeReport, type UsualDay, WINDOW_CLIENT } from '../../shared/reports/homeReport';
import { addSums, NO_SUMS, type UsageSums } from '../../shared/reports/usageReport';
import { REQUEST_OUTCOMES } from '../../shared/requests/outcomes';
import type { Database } from '../database';
import { COUNTS_AS_USAGE } from '../usageTable';
import { partOf, shareBefore } from './before';
import { createCountedRows } from './countedRows';
import { startOfDay, type TimeSpan } from './periods';
import { createStoredRequests } from './storedRequests';

const MOST_DAYS = 7;
const FEWEST_DAYS = 3;

/** Reads what is written: a request that has just ended follows within a moment. The function throws SQLite's errors. */
export function createHomeReports(database: Database): (now: number) => HomeReport {
  const counted = createCountedRows(database);
  const stored = createStoredRequests(database);
  const answered = database.prepare(
    `SELECT EXISTS (SELECT 1 FROM usage WHERE client = ? AND requests > failed) AS asked,
            EXISTS (SELECT 1 FROM usage WHERE client <> ? AND requests > failed) AS connected`,
  );
  const earlierDays = database.prepare('SELECT DISTINCT day FROM usage WHERE day < ? ORDER BY day DESC LIMIT ?');
  const failures = database.prepare(
    `SELECT outcome, count(*) AS count FROM requests
     WHERE ended_at >= ? AND ended_at < ? AND ${COUNTS_AS_USAGE} AND phase = 'failed' GROUP BY outcome ORDER BY count DESC`,
  );
  const lastFailures = database.prepare(
    `SELECT id, at, client, key_name AS keyName, coalesce(resolved_model, model) AS model, outcome, error FROM requests
     WHERE at >= ? AND phase = 'failed' AND dialect <> 'app' ORDER BY at DESC LIMIT 5`,
  );
  const medianFirstToken = (span: TimeSpan) => stored.percentiles(span, []).firstTokenMs?.p50 ?? null;

  const usual = (now: number): UsualDay | null => {
    const days = earlierDays.all(localDay(now), MOST_DAYS).map((row) => startOfDay(String(row.day)));
    if (days.length < FEWEST_DAYS) return null;
    const sums = days.map((startAt) => {
      const share = shareBefore(startAt, now);
      const rows = counted.byHour({ startAt, endAt: startAt + 1 }, 'none', []);
      return rows.map((row) => partOf(row, share(row.key))).reduce<UsageSums>(addSums, NO_SUMS);
    });
    const firstTokens = days.map((startAt) => medianFirstToken({ startAt, endAt: sameTime(startAt, now) }));
    return {
      days: days.length,
      costUsd: median(sums.map(({ usage }) => usage.costUsd)) ?? 0,
      output: median(sums.map(({ usage }) => usage.output)) ?? 0,
      requests: median(sums.map(({ requests }) => requests)) ?? 0,
      failed: median(sums.map(({ failed }) => failed)) ?? 0,
      firstTokenMs: median(firstTokens.filter((ms) => ms !== null)),
    };
  };

  return (now) => {
    const today = startOfDay(localDay(now));
    const steps = answered.get(WINDOW_CLIENT, WINDOW_CLIENT);
    return {
      hasAsked: steps?.asked === 1,
      hasConnected: steps?.connected === 1,
      firstTokenMs: medianFirstToken({ startAt: today, endAt: now + 1 }),
      failures: failures.all(today, now + 1).map((row) => FailureCount.parse(row)),
      usual: usual(now),
      lastFailures: lastFailures.all(today).map((row) => Failed.parse(row)),
    };
  };
}

const outcome = z.enum(REQUEST_OUTCOMES);
const FailureCount = z.object({ outcome, count: z.number() });
const Failed = z.object({
  ...{ id: z.string(), at: z.number(), client: z.string(), keyName: z.string(), model: z.string(), outcome },
  error: z.string().nullable(),
});

/** The time of day of `now` on another day. */
function sameTime(day: number, now: number): number {
  const date = new Date(now);
  return new Date(day).setHours(date.getHours(), date.getMinutes(), date.getSeconds());
}

/** The middle value, or the mean of the two middle ones; null of none. */
function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
