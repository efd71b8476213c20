/** Numbers and times as the window and the tray show them. The notation is fixed, whatever the system's language. */

let grouped: Intl.NumberFormat | undefined;

/** `12,345` */
export function formatCount(count: number): string {
  // Made when it is needed: its tables take some 10 ms to load.
  grouped ??= new Intl.NumberFormat('en-US');
  return grouped.format(count);
}

/** At most five characters: `9,999`, `12.3k`, `1.24M`. */
export function formatCompact(count: number): string {
  if (count < 10_000) return formatCount(Math.round(count));
  if (count < 99_950) return `${(count / 1_000).toFixed(1)}k`;
  if (count < 999_500) return `${Math.round(count / 1_000)}k`;
  if (count < 9_995_000) return `${(count / 1_000_000).toFixed(2)}M`;
  if (count < 99_950_000) return `${(count / 1_000_000).toFixed(1)}M`;
  return `${formatCount(Math.round(count / 1_000_000))}M`;
}

/** `$0.0042` below one cent, `$1.23` above. */
export function formatUsd(usd: number): string {
  if (usd === 0) return '$0.00';
  return usd < 0.01 ? `$${usd.toFixed(4)}` : `$${usd.toFixed(2)}`;
}

/** `16:33`, local time. @param at ms since the epoch */
export function formatClock(at: number): string {
  const time = new Date(at);
  return `${twoDigits(time.getHours())}:${twoDigits(time.getMinutes())}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
