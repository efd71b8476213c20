/** Days in this computer's time zone. */

/** The day as `2026-11-22`. @param at ms since the epoch. */
export function localDay(at: number): string {
  const date = new Date(at);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
}

/** The next midnight after a time, both in ms since the epoch. Days may have 23 or 25 hours. */
export function nextMidnight(at: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}
