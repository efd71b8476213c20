/** How much the app's memory grows during a run. */
import type { MemorySample } from './appProcess';

/** By how much the median of the last third of the samples exceeds that of the first third, as a share; the text shows the tenths. */
export function drift(
  samples: readonly MemorySample[],
  bytesOf: (sample: MemorySample) => number,
): { share: number; text: string } {
  const bytes = samples.map(bytesOf);
  const third = Math.ceil(bytes.length / 3);
  const share = Math.max(0, median(bytes.slice(-third)) / median(bytes.slice(0, third)) - 1);
  const tenth = Math.max(1, Math.floor(bytes.length / 10));
  const megabytes = Array.from({ length: 10 }, (_, index) =>
    Math.round(median(bytes.slice(index * tenth, (index + 1) * tenth)) / 1e6),
  ).join(' ');
  return { share, text: `${megabytes} MB (${(share * 100).toFixed(1)} % more in the last third than in the first)` };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
