/** Periods and their buckets in words. */
import type { UsageBucket, UsagePeriod, UsageReport } from '../../app/shared/contract';
import { formatClock } from '../ui/format';

export const PERIOD_TITLES: Readonly<Record<UsagePeriod, string>> = {
  hour: 'Hour',
  day: 'Day',
  week: 'Week',
  month: 'Month',
};

const HOUR_MS = 3_600_000;

const short = new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric' });
const withYear = new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric', year: 'numeric' });
const weekday = new Intl.DateTimeFormat('en-US', { weekday: 'short', month: 'short', day: 'numeric' });
const weekdayOnly = new Intl.DateTimeFormat('en-US', { weekday: 'short' });

/** `Today`, `Last 60 minutes`, `Nov 16 – Nov 22` */
export function periodName({
  period,
  offset,
  startAt,
  endAt,
}: Pick<UsageReport, 'period' | 'offset' | 'startAt' | 'endAt'>): string {
  if (period === 'hour') {
    if (offset === 0) return 'Last 60 minutes';
    return `${weekday.format(startAt)}, ${formatClock(startAt)}–${formatClock(endAt)}`;
  }
  if (period === 'day') return offset === 0 ? 'Today' : offset === 1 ? 'Yesterday' : dayName(startAt, weekday);
  if (offset === 0) return period === 'week' ? 'Last 7 days' : 'Last 30 days';
  return `${dayName(startAt, short)} – ${dayName(endAt - 1, short)}`;
}

/** What the numbers are compared with: `yesterday by this time`. */
export function comparedWith({ period, offset }: Pick<UsageReport, 'period' | 'offset'>): string {
  if (period === 'hour') return 'the 60 minutes before';
  if (period === 'day') return offset === 0 ? 'yesterday by this time' : 'the day before';
  const days = period === 'week' ? 'the 7 days before' : 'the 30 days before';
  return offset === 0 ? `${days}, by this time of their last day` : days;
}

/** `14:00–15:00`, `Sun, Nov 22` */
export function bucketName({ startAt, endAt }: UsageBucket, period: UsagePeriod): string {
  if (period === 'week' || period === 'month') return weekday.format(startAt);
  const twice = period === 'day' && endAt - startAt === 2 * HOUR_MS;
  const end = twice ? startAt + HOUR_MS : endAt;
  const span = `${formatClock(startAt)}–${formatClock(end)}`;
  return twice ? `${span}, twice: clocks were set back` : span;
}

/** The texts below the axis, by bucket; '' for those without one. */
export function axisTexts(buckets: readonly UsageBucket[], period: UsagePeriod): string[] {
  return buckets.map(({ startAt }, index) => {
    const date = new Date(startAt);
    if (period === 'hour') return date.getMinutes() % 10 === 0 ? formatClock(startAt) : '';
    if (period === 'day') return date.getHours() % 6 === 0 ? formatClock(startAt) : '';
    if (period === 'week') return weekdayOnly.format(startAt);
    return (buckets.length - 1 - index) % 7 === 0 ? short.format(startAt) : '';
  });
}

function dayName(at: number, format: Intl.DateTimeFormat): string {
  return new Date(at).getFullYear() === new Date().getFullYear() ? format.format(at) : withYear.format(at);
}
