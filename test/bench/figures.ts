/** What is said of a row of measurements: its median, the slowest tenth, the fastest; and of two rows: how many times the one is the other. */

export interface Figures {
  readonly median: number;
  /** Nine of ten were as fast or faster. */
  readonly p90: number;
  readonly min: number;
}

/** @param samples at least one. */
export function figures(samples: readonly number[]): Figures {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (part: number) =>
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1))] ?? Number.NaN;
  const middle = sorted.length / 2;
  const median = Number.isInteger(middle) ? (at(0.5) + (sorted[middle] ?? Number.NaN)) / 2 : at(0.5);
  return { median, p90: at(0.9), min: at(0) };
}
