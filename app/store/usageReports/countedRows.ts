/** The sums by hour, read by day or hour and by group. */
import type { UsageGrouping } from '../../shared/reports/usageReport';
import type { Database } from '../database';
import type { HourUsage } from '../usageTable';
import { bucketKey, hourKey, type TimeSpan } from './periods';
import { fromColumns, type Row } from './rows';

export interface CountedRows {
  /** By the hours of the span's days. @param more sums that are not written yet. */
  byHour(span: TimeSpan, group: UsageGrouping, more: readonly HourUsage[]): Row[];
  /** By the span's days. */
  byDay(span: TimeSpan, group: UsageGrouping, more: readonly HourUsage[], now: number): Row[];
  /** The first day that has sums; undefined where none has. */
  firstDay(): string | undefined;
}

/** Sums of past days by group, so that the page's next look at a month costs as much as one at today. */
const MAX_CACHED = 2_000;
/** A request that ends at midnight is written a little later. */
const CLOSED_AFTER_MS = 3_600_000;

export function createCountedRows(database: Database): CountedRows {
  const statements = new Map<string, ReturnType<Database['prepare']>>();
  const statement = (unit: 'hour' | 'day', group: UsageGrouping) => {
    const key = `${unit} ${group}`;
    const prepared = statements.get(key) ?? database.prepare(sumsSql(unit, COLUMNS[group]));
    statements.set(key, prepared);
    return prepared;
  };
  const firstDay = database.prepare('SELECT min(day) AS day FROM usage');
  const cache = new Map<string, Row[]>();
  database.onReplaced(() => cache.clear());

  /** Reads the days up to `to` from the first one that is not cached. */
  const daysUpTo = (days: readonly string[], group: UsageGrouping, lastClosed: string): Row[] => {
    const missing = days.findIndex((day) => !cache.has(`${group} ${day}`));
    const known = (missing === -1 ? days : days.slice(0, missing)).flatMap((day) => cache.get(`${group} ${day}`) ?? []);
    const from = days[missing];
    const to = days.at(-1);
    if (from === undefined || to === undefined) return known;
    const rows = statement('day', group).all(from, to).map(fromColumns);
    if (cache.size > MAX_CACHED) cache.clear();
    for (const day of days.slice(missing))
      if (day <= lastClosed)
        cache.set(
          `${group} ${day}`,
          rows.filter(({ key }) => key === day),
        );
    return [...known, ...rows];
  };

  return {
    byHour(span, group, more) {
      const [from, to] = [bucketKey(span.startAt, 'day'), bucketKey(span.endAt - 1, 'day')];
      const rest = more.filter(({ day }) => day >= from && day <= to);
      return [
        ...statement('hour', group).all(from, to).map(fromColumns),
        ...rest.map((one) => ({ ...one, key: hourKey(one.day, one.hour), group: groupOf(one, group) })),
      ];
    },
    byDay(span, group, more, now) {
      const days = daysOf(span);
      const present = new Set(days);
      const rest = more.filter(({ day }) => present.has(day));
      return [
        ...daysUpTo(days, group, bucketKey(now - CLOSED_AFTER_MS - 86_400_000, 'day')),
        ...rest.map((one) => ({ ...one, key: one.day, group: groupOf(one, group) })),
      ];
    },
    firstDay: () => {
      const day = firstDay.get()?.day;
      return typeof day === 'string' ? day : undefined;
    },
  };
}

/** The id of the group that the sums belong to; '' for `none`. */
export function groupOf(
  sums: Pick<HourUsage, 'model' | 'client' | 'keyId' | 'accountId'>,
  group: UsageGrouping,
): string {
  return { model: sums.model, client: sums.client, key: sums.keyId, account: sums.accountId, none: '' }[group];
}

const COLUMNS: Readonly<Record<UsageGrouping, string>> = {
  model: 'model',
  client: 'client',
  key: 'key_id',
  account: 'account_id',
  none: "''",
};

function sumsSql(unit: 'hour' | 'day', group: string): string {
  const key = unit === 'day' ? 'day' : "printf('%s %02d', day, hour)";
  return `SELECT ${key} AS key, ${group} AS "group", sum(requests) AS requests, sum(failed) AS failed, sum(input) AS input,
      sum(cache_read) AS cache_read, sum(cache_write) AS cache_write, sum(output) AS output, sum(cost_usd) AS cost_usd,
      sum(billed_usd) AS billed_usd
    FROM usage WHERE day BETWEEN ? AND ? GROUP BY day${unit === 'hour' ? ', hour' : ''}${group === "''" ? '' : `, ${group}`}`;
}

/** Every local day that the span touches. */
function daysOf({ startAt, endAt }: TimeSpan): string[] {
  const days: string[] = [];
  const date = new Date(startAt);
  date.setHours(12, 0, 0, 0);
  for (
    let day = bucketKey(startAt, 'day');
    day <= bucketKey(endAt - 1, 'day');
    day = bucketKey(date.getTime(), 'day')
  ) {
    days.push(day);
    date.setDate(date.getDate() + 1);
  }
  return days;
}
