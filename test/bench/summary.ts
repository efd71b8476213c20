/** Statistics of a row of measurements, in the unit of its samples. */
export interface Summary {
  readonly median: number;
  /** The 90th percentile (nearest rank). */
  readonly p90: number;
  readonly min: number;
}

/** Computes the statistics. @param samples at least one */
export function summarize(samples: readonly number[]): Summary {
  const sorted = [...samples].sort((a, b) => a - b);
  const quantile = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
  const middle = sorted.length / 2;
  const median = Number.isInteger(middle) ? (quantile(0.5) + (sorted[middle] ?? Number.NaN)) / 2 : quantile(0.5);
  return { median, p90: quantile(0.9), min: quantile(0) };
}
