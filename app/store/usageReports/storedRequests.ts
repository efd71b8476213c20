/** What a usage report takes from the request log itself: the last minutes, and percentiles. */
import type { Percentiles, UsageGrouping } from '../../shared/reports/usageReport';
import type { Database } from '../database';
import type { EndedRequest } from '../requests/requestsTable';
import { COUNTS_AS_USAGE, hourUsageOf } from '../usageTable';
import { percentiles, TOKENS_PER_SECOND, tokensPerSecond } from './percentiles';
import type { TimeSpan } from './periods';
import { fromColumns, isWithin, type Row } from './rows';

export interface StoredRequests {
  /** Sums by minute of the span and group; the key is the minute's index. */
  byMinute(span: TimeSpan, group: UsageGrouping): Row[];
  /** The requests that count as usage and ended in the span. */
  count(span: TimeSpan): number;
  /** @param unwritten requests that count besides the stored ones. */
  percentiles(
    span: TimeSpan,
    unwritten: readonly EndedRequest[],
  ): { firstTokenMs: Percentiles | null; tokensPerSecond: Percentiles | null };
}

const GROUP_COLUMNS: Readonly<Record<UsageGrouping, string>> = {
  model: 'coalesce(resolved_model, model)',
  client: 'client',
  key: 'key_id',
  account: 'account_id',
  none: "''",
};

/** Without the rows that the user has cleared, and which a worker has still to remove. */
const IN_SPAN = `ended_at >= ? AND ended_at < ? AND ${COUNTS_AS_USAGE}
  AND seq > (SELECT coalesce(max(before), 0) FROM request_deletions WHERE what = 'rows')`;

export function createStoredRequests(database: Database): StoredRequests {
  const byGroup = new Map(
    Object.entries(GROUP_COLUMNS).map(([group, column]) => [group, database.prepare(minutesSql(column))]),
  );
  const count = database.prepare(`SELECT count(*) AS count FROM requests WHERE ${IN_SPAN}`);
  // One text in place of a row for each request: ten times as fast.
  const values = database.prepare(
    `SELECT group_concat(${tenths('first_token_ms')}) AS first_tokens, group_concat(${tenths(TOKENS_PER_SECOND)}) AS speeds
     FROM requests WHERE ${IN_SPAN}`,
  );
  return {
    byMinute: ({ startAt, endAt }, group) => byGroup.get(group)?.all(startAt, startAt, endAt).map(fromColumns) ?? [],
    count: ({ startAt, endAt }) => Number(count.get(startAt, endAt)?.count ?? 0),
    percentiles(span, unwritten) {
      const row = values.get(span.startAt, span.endAt);
      const rest = unwritten.filter(({ endedAt }) => isWithin(endedAt, span));
      const counted = rest.filter((request) => hourUsageOf(request, request.endedAt) !== null);
      const firstTokens = counted.map(({ firstTokenMs }) => firstTokenMs);
      const speeds = counted.map(({ usage, firstTokenMs, durationMs }) =>
        tokensPerSecond(usage?.output ?? null, firstTokenMs, durationMs),
      );
      return {
        firstTokenMs: percentiles(numbers(row?.first_tokens, firstTokens), 'low'),
        tokensPerSecond: percentiles(numbers(row?.speeds, speeds), 'high'),
      };
    },
  };
}

/** SQL for a number in whole tenths: shorter, as text, than one with all its digits. */
function tenths(sql: string): string {
  return `CAST(round(10 * (${sql})) AS INTEGER)`;
}

const COMMA = 44;
const ZERO = 48;

/** @param joined natural numbers in tenths with commas between them. */
function numbers(joined: unknown, more: readonly (number | null)[]): Float64Array {
  const text = typeof joined === 'string' ? joined : '';
  const values: number[] = more.filter((value) => value !== null);
  let value = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code !== COMMA) value = value * 10 + code - ZERO;
    else {
      values.push(value / 10);
      value = 0;
    }
  }
  if (text !== '') values.push(value / 10);
  return Float64Array.from(values);
}

/** A failure as `isFailure` defines it. */
function minutesSql(group: string): string {
  const sum = (column: string) => `sum(coalesce(${column}, 0)) AS ${column}`;
  return `SELECT CAST((ended_at - ?) / 60000 AS INTEGER) AS key, ${group} AS "group", count(*) AS requests,
      sum(phase = 'failed') AS failed, ${sum('input')}, ${sum('cache_read')}, ${sum('cache_write')}, ${sum('output')}, ${sum('cost_usd')},
      sum(CASE WHEN billing = 'use' THEN coalesce(cost_usd, 0) ELSE 0 END) AS billed_usd
    FROM requests WHERE ${IN_SPAN} GROUP BY 1, 2`;
}
