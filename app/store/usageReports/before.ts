/** What came before the same time on another day, from sums by hour. */
import { localDay } from '../../shared/localDay';
import type { UsageSums } from '../../shared/reports/usageReport';
import { hourKey } from './periods';

/**
 * Which share of an hour's sums counts as having come before the time of day of `now`: 0, 1, or of the hour in which that falls, the
 * share that has passed.
 * @param day the day whose hours are asked for, as any time of it in ms since the epoch. Days before it count in full.
 */
export function shareBefore(day: number, now: number): (key: string) => number {
  const date = new Date(now);
  const cut = hourKey(localDay(day), date.getHours());
  const passed = date.getMinutes() / 60;
  return (key) => (key < cut ? 1 : key === cut ? passed : 0);
}

/** The sums multiplied by a share; counts are rounded. */
export function partOf({ requests, failed, usage, billedUsd }: UsageSums, share: number): UsageSums {
  const part = (count: number) => Math.round(count * share);
  return {
    requests: part(requests),
    failed: part(failed),
    usage: {
      input: part(usage.input),
      cacheRead: part(usage.cacheRead),
      cacheWrite: part(usage.cacheWrite),
      output: part(usage.output),
      thinking: part(usage.thinking),
      costUsd: usage.costUsd * share,
    },
    billedUsd: billedUsd * share,
  };
}
