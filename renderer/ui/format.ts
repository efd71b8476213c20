/** Numbers, durations and times as the window shows them. The notation is fixed, so that columns line up and screenshots can be compared. */
import { formatCount } from '../../app/shared/format';
import { inputTokens, type RequestUsage, type Usage } from '../../app/shared/usage';

export { formatClock, formatCompact, formatCount, formatUsd } from '../../app/shared/format';
export { allTokens, inputTokens } from '../../app/shared/usage';

/** Shown in place of a missing value. */
export const NONE = '–';

/** Shown in place of a value that is not known yet. */
export const PENDING = '…';

/** `840 ms`, `3.2 s`, `2 m 05 s`, `1 h 04 m` */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ${twoDigits(seconds % 60)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} m`;
}

/** A running duration in whole tenths of a second, so that its width and unit do not change. */
export function formatElapsed(ms: number): string {
  return ms < 59_950 ? `${(Math.max(0, ms) / 1_000).toFixed(1)} s` : formatDuration(ms);
}

/** How long ago, coarsely: `now`, `40 s ago`, `5 min ago`, `3 h ago`, `2 d ago` */
export function formatAge(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds < 3) return 'now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** How long until, rounded up: `40 s`, `5 min`, `3 h` */
export function formatRemaining(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds <= 3_600) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.ceil(seconds / 3_600)} h`;
}

/** `840 B`, `12 kB`, `3.4 MB` */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 999_500) return `${Math.round(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(bytes < 9_950_000 ? 1 : 0)} MB`;
}

/** `14:02:09` on the day of `now`, `Nov 21 14:02` on another. */
export function formatTime(at: number, now: number): string {
  const time = new Date(at);
  const hours = `${twoDigits(time.getHours())}:${twoDigits(time.getMinutes())}`;
  if (time.toDateString() === new Date(now).toDateString()) return `${hours}:${twoDigits(time.getSeconds())}`;
  return `${MONTHS[time.getMonth()]} ${time.getDate()} ${hours}`;
}

/** `5 min ago` within a day, `Nov 21` before that, `Nov 21, 2025` in another year. */
export function formatLastUse(at: number, now: number): string {
  if (now - at < 86_400_000) return formatAge(now - at);
  const time = new Date(at);
  if (time.getFullYear() !== new Date(now).getFullYear()) return formatDate(at);
  return `${MONTHS[time.getMonth()]} ${time.getDate()}`;
}

/** `2026-11-22 14:02:09.120`, local time. */
export function formatMoment(at: number): string {
  const time = new Date(at);
  const day = `${time.getFullYear()}-${twoDigits(time.getMonth() + 1)}-${twoDigits(time.getDate())}`;
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(':');
  return `${day} ${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

/** `Dec 25, 2026`. @param at ms since the epoch */
export function formatDate(at: number): string {
  const time = new Date(at);
  return `${MONTHS[time.getMonth()]} ${time.getDate()}, ${time.getFullYear()}`;
}

/** `Sunday, November 22` of `2026-11-22`. */
export function formatDay(day: string): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Intl.DateTimeFormat('en-US', { weekday: 'long', month: 'long', day: 'numeric' }).format(
    new Date(year, month - 1, date),
  );
}

/** `1 turn`, `3 turns` */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/**
 * `92 %`: the share of the prompt tokens that was read from the prompt cache, rounded down. null where the API has cached nothing,
 * as it does with short prompts.
 */
export function formatCachedPercent(usage: Usage | RequestUsage): string | null {
  if (usage.cacheRead + usage.cacheWrite === 0) return null;
  return `${Math.floor((100 * usage.cacheRead) / inputTokens(usage))} %`;
}

/** `92 % cached`; null as for `formatCachedPercent`. */
export function formatCachedShare(usage: Usage | RequestUsage): string | null {
  const percent = formatCachedPercent(usage);
  return percent && `${percent} cached`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
