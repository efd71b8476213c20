/** Reads a moment as people type it. */

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/**
 * `15m`, `2h`, `3d`, `1w` ago; `today`, `yesterday`: their beginning; `14:30` of today; `2026-11-22`, also with `T14:30`. All local time.
 * @returns ms since the epoch; null where it is none of these.
 */
export function parseMoment(text: string, now: number): number | null {
  const typed = text.trim().toLowerCase();
  const [, count, unit] = /^(\d{1,4}) ?(?:([mhdw])|min|hours?|days?)$/.exec(typed) ?? [];
  if (count !== undefined) return now - Number(count) * (UNITS[unit ?? typed.replace(/[\d ]/g, '').charAt(0)] ?? 0);
  if (typed === 'today') return startOfDay(now, 0);
  if (typed === 'yesterday') return startOfDay(now, -1);
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(typed) ?? [];
  if (hour !== undefined) return new Date(now).setHours(Number(hour), Number(minute), 0, 0);
  if (!/^\d{4}-\d\d-\d\d(t\d\d:\d\d(:\d\d)?)?$/.test(typed)) return null;
  const time = new Date(typed.length === 10 ? `${typed}T00:00` : typed.toUpperCase()).getTime();
  return Number.isNaN(time) ? null : time;
}

function startOfDay(now: number, days: number): number {
  const time = new Date(now);
  return new Date(time.getFullYear(), time.getMonth(), time.getDate() + days).getTime();
}
