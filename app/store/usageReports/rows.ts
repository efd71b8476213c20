/** Rows of sums, as the queries of the usage reports return them. */
import { z } from 'zod';
import type { UsageSums } from '../../shared/reports/usageReport';
import { toUsage, UsageColumns } from '../usageColumns';
import type { TimeSpan } from './periods';

/** Sums of one group in one bucket. */
export interface Row extends UsageSums {
  /** As `bucketKey` returns it; of a bucket of a minute its index. */
  readonly key: string;
  readonly group: string;
}

export function isWithin(at: number, { startAt, endAt }: TimeSpan): boolean {
  return at >= startAt && at < endAt;
}

const Columns = UsageColumns.extend({
  key: z.union([z.string(), z.number()]),
  group: z.string(),
  requests: z.number(),
  failed: z.number(),
  billed_usd: z.number(),
});

/** A row of sums, by the names that the queries give its columns. */
export function fromColumns(row: unknown): Row {
  const columns = Columns.parse(row);
  const { key, group, requests, failed } = columns;
  return { key: String(key), group, requests, failed, usage: toUsage(columns), billedUsd: columns.billed_usd };
}
