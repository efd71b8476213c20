/** A usage report as stacked bars: the largest groups in a colour each, the others together. */
import type { UsageReport, UsageSums } from '../../../app/shared/contract';
import { addSums, NO_SUMS } from '../../../app/shared/reports/usageReport';

export interface Series {
  /** '…' stands for the other groups, which no name of a model or client is. */
  id: string;
  label: string;
  /** The custom property that holds its colour in the present theme. */
  color: `--series-${string}`;
  total: UsageSums;
  /** Of the report's buckets, in their order. */
  sums: UsageSums[];
}

const MOST = 7;
const OTHERS = '…';

/** By descending cost. A group keeps its colour whatever is measured. */
export function seriesOf({ buckets, groups }: UsageReport): Series[] {
  // Of eight groups, the eighth needs no name of its own that hides it.
  const named = groups.length > MOST + 1 ? groups.slice(0, MOST) : groups;
  const rest = new Set(groups.slice(named.length).map(({ group }) => group));
  const series = named.map(({ group, label }, index) => {
    const sums = buckets.map((bucket) => bucket.groups.find((one) => one.group === group) ?? NO_SUMS);
    return { id: group, label, color: `--series-${index + 1}` as const, sums };
  });
  const others = buckets.map((bucket) => bucket.groups.filter(({ group }) => rest.has(group)).reduce(addSums, NO_SUMS));
  const all =
    rest.size > 0
      ? [...series, { id: OTHERS, label: `${rest.size} others`, color: '--series-8' as const, sums: others }]
      : series;
  return all.map((one) => ({ ...one, total: one.sums.reduce(addSums, NO_SUMS) }));
}

/** The sums of a bucket over all groups. */
export function bucketTotal({ groups }: UsageReport['buckets'][number]): UsageSums {
  return groups.reduce<UsageSums>(addSums, NO_SUMS);
}

/** The height of the scale: the tallest bar, up to the next 1, 2 or 5 of its power of ten, so that it seldom jumps. */
export function scaleTop(highest: number): number {
  if (highest <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  return ([1, 2, 5, 10].find((step) => step * power >= highest * 0.999_999) ?? 10) * power;
}
