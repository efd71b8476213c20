/** How a number has changed, in words. */

/** `12 % more`, `8 % less`, `as much`; null where there was nothing before. */
export function changeText(now: number, before: number): string | null {
  if (before <= 0) return null;
  const share = now / before - 1;
  if (Math.abs(share) < 0.005) return 'as much';
  if (share >= 9) return `${Math.round(share + 1)} times as much`;
  return `${Math.round(Math.abs(share) * 100)} % ${share > 0 ? 'more' : 'less'}`;
}
