/** The periods of the usage reports as buckets of time. A day may have 23 or 25 hours; `Date` knows which. */
import { localDay } from '../../shared/localDay';
import type { UsagePeriod } from '../../shared/reports/usageReport';

/** Times in ms since the epoch; the ends are not included. */
export interface TimeSpan {
  readonly startAt: number;
  readonly endAt: number;
}

export interface Period extends TimeSpan {
  /** `minute`: found by time. `hour` and `day`: by the local day and hour that the sums are stored under. */
  readonly unit: 'minute' | 'hour' | 'day';
  /** Without gaps, oldest first. */
  readonly buckets: readonly TimeSpan[];
}

const MINUTE_MS = 60_000;
const MINUTES = 60;
const DAYS = { week: 7, month: 30 } as const;

/** @param offset 0 for the period that ends with the minute or day of `now`, 1 for the one before it. */
export function periodAt(period: UsagePeriod, offset: number, now: number): Period {
  if (period === 'hour') return minutes(offset, now);
  const date = new Date(now);
  /** Local midnight of the day that many days before today. */
  const midnight = (daysAgo: number) =>
    new Date(date.getFullYear(), date.getMonth(), date.getDate() - daysAgo).getTime();
  if (period === 'day') return hoursOf(midnight(offset), midnight(offset - 1));
  const days = DAYS[period];
  const last = offset * days;
  const buckets = Array.from({ length: days }, (_, index) => {
    const daysAgo = last + days - 1 - index;
    return { startAt: midnight(daysAgo), endAt: midnight(daysAgo - 1) };
  });
  return { unit: 'day', startAt: midnight(last + days - 1), endAt: midnight(last - 1), buckets };
}

/** The local day and hour of a bucket: `2026-11-22` for one of a day, `2026-11-22 14` for one of an hour. */
export function bucketKey(at: number, unit: 'hour' | 'day'): string {
  return unit === 'day' ? localDay(at) : hourKey(localDay(at), new Date(at).getHours());
}

/** The same from the columns that the sums are stored under. */
export function hourKey(day: string, hour: number): string {
  return `${day} ${String(hour).padStart(2, '0')}`;
}

/** Midnight of a day that `localDay` has named, in ms since the epoch. */
export function startOfDay(day: string): number {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date).getTime();
}

/** The midnight at which the day before a midnight begins. */
export function dayBefore(midnight: number): number {
  return startOfDay(localDay(midnight - 1));
}

function minutes(offset: number, now: number): Period {
  const endAt = (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS - offset * MINUTES * MINUTE_MS;
  const startAt = endAt - MINUTES * MINUTE_MS;
  const buckets = Array.from({ length: MINUTES }, (_, index) => ({
    startAt: startAt + index * MINUTE_MS,
    endAt: startAt + (index + 1) * MINUTE_MS,
  }));
  return { unit: 'minute', startAt, endAt, buckets };
}

/** By the clock's hours: one that is left out when clocks are set forward is missing, one that is repeated is as long as both. */
function hoursOf(startAt: number, endAt: number): Period {
  const date = new Date(startAt);
  const starts = Array.from({ length: 24 }, (_, hour) => {
    const start = new Date(date.getFullYear(), date.getMonth(), date.getDate(), hour);
    return start.getHours() === hour ? [start.getTime()] : [];
  }).flat();
  const buckets = starts.map((start, index) => ({ startAt: start, endAt: starts[index + 1] ?? endAt }));
  return { unit: 'hour', startAt, endAt, buckets };
}
