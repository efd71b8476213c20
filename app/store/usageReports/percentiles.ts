/** Percentiles of requests' first token and speed, from the request log. */
import type { Percentiles } from '../../shared/reports/usageReport';

/**
 * The nearest-rank percentiles; null of no values.
 * @param values are sorted in place.
 * @param best which values are the good ones: of the percentile 90, nine of ten values are at least as good.
 */
export function percentiles(values: Float64Array, best: 'low' | 'high'): Percentiles | null {
  if (values.length === 0) return null;
  values.sort();
  if (best === 'high') values.reverse();
  const at = (share: number) => values[Math.max(0, Math.ceil(share * values.length) - 1)] ?? 0;
  return { count: values.length, p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}

/** Shorter answers say little about the speed: most of their time goes to the network. */
const LEAST_TOKENS = 20;

/** The same in SQL as in `tokensPerSecond`. */
export const TOKENS_PER_SECOND = `CASE WHEN output >= ${LEAST_TOKENS} AND duration_ms > first_token_ms
  THEN 1000.0 * output / (duration_ms - first_token_ms) END`;

/** Tokens of the answer per second, from the first one to the end; null where that cannot be told. */
export function tokensPerSecond(
  output: number | null,
  firstTokenMs: number | null,
  durationMs: number | null,
): number | null {
  if (output === null || firstTokenMs === null || durationMs === null) return null;
  return output >= LEAST_TOKENS && durationMs > firstTokenMs ? (1000 * output) / (durationMs - firstTokenMs) : null;
}
