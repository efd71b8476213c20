/** The schemas of what the pages Usage and Home send, apart from the types: the page must not import zod. */
import { z } from 'zod';
import { USAGE_GROUPS, USAGE_PERIODS } from './usageReport';

/** Ten years of hours. */
const MAX_OFFSET = 100_000;

export const usageQuery = z.object({
  period: z.enum(USAGE_PERIODS),
  offset: z.int().min(0).max(MAX_OFFSET),
  group: z.enum(USAGE_GROUPS),
});

export const askedQuestion = z.object({
  model: z.string().min(1).max(200),
  text: z.string().trim().min(1).max(500_000),
});
