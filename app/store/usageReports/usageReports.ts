/** The usage of a period by time and group: from the sums by hour where those suffice, and from the stored requests. */
import {
  addSums,
  type GroupSums,
  NO_SUMS,
  type UsageGrouping,
  type UsageQuery,
  type UsageReport,
  type UsageSums,
} from '../../shared/reports/usageReport';
import type { Database } from '../database';
import type { EndedRequest } from '../requests/requestsTable';
import { type HourUsage, hourUsageOf } from '../usageTable';
import { partOf, shareBefore } from './before';
import { createCountedRows, groupOf } from './countedRows';
import { bucketKey, dayBefore, type Period, periodAt, startOfDay, type TimeSpan } from './periods';
import { isWithin, type Row } from './rows';
import { createStoredRequests } from './storedRequests';

/** What has ended and is not written to the database yet. */
export interface Unwritten {
  readonly requests: readonly EndedRequest[];
  readonly hours: readonly HourUsage[];
}

export interface UsageReports {
  /** The groups' labels are their ids: names of keys and accounts are not stored here. @throws Error of SQLite's */
  report(query: UsageQuery, now: number, unwritten: Unwritten): UsageReport;
}

export function createUsageReports(database: Database): UsageReports {
  const stored = createStoredRequests(database);
  const counted = createCountedRows(database);

  const minuteRows = (span: TimeSpan, group: UsageGrouping, { requests }: Unwritten): Row[] => {
    const waiting = requests.flatMap((request) => {
      const sums = isWithin(request.endedAt, span) ? hourUsageOf(request, request.endedAt) : null;
      const minute = Math.floor((request.endedAt - span.startAt) / 60_000);
      return sums ? [{ ...sums, key: String(minute), group: groupOf(sums, group) }] : [];
    });
    return [...stored.byMinute(span, group), ...waiting];
  };

  const rowsOf = (period: Period, group: UsageGrouping, unwritten: Unwritten, now: number): Row[] => {
    if (period.unit === 'minute') return minuteRows(period, group, unwritten);
    if (period.unit === 'hour') return counted.byHour(period, group, unwritten.hours);
    return counted.byDay(period, group, unwritten.hours, now);
  };

  /** The sums of a whole period, or of what came in it before the time of day of `now` on its last day. */
  const sumsOf = (period: Period, upToTime: boolean, unwritten: Unwritten, now: number): UsageSums => {
    if (period.unit === 'minute' || !upToTime) return sumRows(rowsOf(period, 'none', unwritten, now));
    const lastDay = { startAt: dayBefore(period.endAt), endAt: period.endAt };
    const earlier = { startAt: period.startAt, endAt: lastDay.startAt };
    const days = earlier.endAt > earlier.startAt ? counted.byDay(earlier, 'none', unwritten.hours, now) : [];
    const share = shareBefore(lastDay.startAt, now);
    const hours = counted.byHour(lastDay, 'none', unwritten.hours).map((row) => partOf(row, share(row.key)));
    return addSums(sumRows(days), sumRows(hours));
  };

  const notStored = (period: Period, total: UsageSums, unwritten: Unwritten): number => {
    const span = period.unit === 'minute' ? wholeHours(period) : period;
    const waiting = unwritten.requests.filter(
      (request) => isWithin(request.endedAt, span) && hourUsageOf(request, request.endedAt) !== null,
    );
    const all = period.unit === 'minute' ? sumRows(hoursIn(span, unwritten)) : total;
    return Math.max(0, all.requests - stored.count(span) - waiting.length);
  };

  const hoursIn = (span: TimeSpan, unwritten: Unwritten): Row[] => {
    const keys = new Set(hourKeys(span));
    return counted.byHour(span, 'none', unwritten.hours).filter(({ key }) => keys.has(key));
  };

  const firstUseAt = (hours: readonly HourUsage[]): number | null => {
    const first = [counted.firstDay(), ...hours.map(({ day }) => day)].filter((day) => day !== undefined).sort()[0];
    return first === undefined ? null : startOfDay(first);
  };

  return {
    report(query, now, unwritten) {
      const period = periodAt(query.period, query.offset, now);
      const buckets = groupRows(period, rowsOf(period, query.group, unwritten, now));
      const totals = sumGroups(buckets);
      const total = [...totals.values()].reduce(addSums, NO_SUMS);
      const previous = periodAt(query.period, query.offset + 1, now);
      return {
        ...query,
        ...{ startAt: period.startAt, endAt: period.endAt },
        buckets: period.buckets.map((span, index) => ({ ...span, groups: [...(buckets[index]?.values() ?? [])] })),
        groups: [...totals]
          .sort(([, a], [, b]) => b.usage.costUsd - a.usage.costUsd || b.requests - a.requests)
          .map(([group]) => ({ group, label: group })),
        total,
        before: sumsOf(previous, query.offset === 0, unwritten, now),
        ...stored.percentiles(period, unwritten.requests),
        notStored: notStored(period, total, unwritten),
        firstUseAt: firstUseAt(unwritten.hours),
      };
    },
  };
}

/** The groups of each of the period's buckets. */
function groupRows(period: Period, rows: readonly Row[]): Map<string, GroupSums>[] {
  const { unit } = period;
  const buckets = period.buckets.map(() => new Map<string, GroupSums>());
  const keys = period.buckets.map(({ startAt }, index) =>
    unit === 'minute' ? String(index) : bucketKey(startAt, unit),
  );
  const byKey = new Map(keys.map((key, index) => [key, buckets[index]]));
  for (const { key, group, requests, failed, usage, billedUsd } of rows) {
    const groups = byKey.get(key);
    const sums = { requests, failed, usage, billedUsd };
    groups?.set(group, { group, ...addSums(groups.get(group) ?? NO_SUMS, sums) });
  }
  return buckets;
}

function sumGroups(buckets: readonly ReadonlyMap<string, GroupSums>[]): Map<string, UsageSums> {
  const totals = new Map<string, UsageSums>();
  for (const groups of buckets)
    for (const [group, sums] of groups) totals.set(group, addSums(totals.get(group) ?? NO_SUMS, sums));
  return totals;
}

function sumRows(rows: readonly UsageSums[]): UsageSums {
  return rows.reduce(addSums, NO_SUMS);
}

/** The clock's hours that the span touches. */
function wholeHours({ startAt, endAt }: TimeSpan): TimeSpan {
  return { startAt: new Date(startAt).setMinutes(0, 0, 0), endAt: new Date(endAt - 1).setMinutes(60, 0, 0) };
}

function hourKeys({ startAt, endAt }: TimeSpan): string[] {
  const keys: string[] = [];
  // Not every zone's hours begin together, but none is shorter than this.
  for (let at = startAt; at < endAt; at += 1_800_000) keys.push(bucketKey(at, 'hour'));
  return keys;
}
