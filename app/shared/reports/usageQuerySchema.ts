/** The schema of a query for usage, apart from its type: the page must not import zod. */
import { z } from 'zod';
import { USAGE_GROUPS, USAGE_PERIODS } from './usageReport';

/** Ten years of hours. */
const MAX_OFFSET = 100_000;

export const usageQuery = z.object({
  period: z.enum(USAGE_PERIODS),
  offset: z.int().min(0).max(MAX_OFFSET),
  group: z.enum(USAGE_GROUPS),
});
