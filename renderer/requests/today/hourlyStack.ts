/** The day's hours as numbers that a bar chart can stack, and as a sentence for screen readers. */
import type { Usage } from '../../../app/shared/usage';
import { allTokens, formatCompact } from '../../ui/format';
import { TOKEN_KINDS } from './tokenKinds';

export const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/**
 * One row of 24 heights for each kind, the tallest first. A height is the sum of its kind and the kinds listed before it: bars drawn in this
 * order overlap, and each leaves the part of the previous kind visible.
 */
export function stackHours(hourly: readonly Usage[]): number[][] {
  return TOKEN_KINDS.map((_, top) =>
    HOURS.map((hour) => TOKEN_KINDS.slice(0, top + 1).reduce((sum, { key }) => sum + (hourly[hour]?.[key] ?? 0), 0)),
  ).reverse();
}

/** `Tokens by hour. Most between 14:00 and 15:00: 312k of 1.24M.` */
export function describeHours(hourly: readonly Usage[]): string {
  const totals = hourly.map(allTokens);
  const most = Math.max(0, ...totals);
  if (most === 0) return 'Tokens by hour. None yet today.';
  const hour = totals.indexOf(most);
  const sum = totals.reduce((before, total) => before + total, 0);
  return `Tokens by hour. Most between ${hour}:00 and ${hour + 1}:00: ${formatCompact(most)} of ${formatCompact(sum)}.`;
}

/** The height of the scale: the tallest bar, up to the next 1, 2 or 5 of its power of ten, at least 1,000, so that it seldom jumps. */
export function scaleTop(highest: number): number {
  const least = Math.max(1_000, highest);
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5, 10].find((step) => step * power >= least) ?? 10) * power;
}
