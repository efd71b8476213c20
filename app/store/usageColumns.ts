/** Usage as columns of SQLite, which several tables have. Thinking tokens are part of the output and have no column of their own. */
import { z } from 'zod';
import type { Usage } from '../shared/usage';

export const UsageColumns = z.object({
  input: z.number(),
  cache_read: z.number(),
  cache_write: z.number(),
  output: z.number(),
  cost_usd: z.number(),
});

export function usageColumns(usage: Usage): z.output<typeof UsageColumns> {
  return {
    input: usage.input,
    cache_read: usage.cacheRead,
    cache_write: usage.cacheWrite,
    output: usage.output,
    cost_usd: usage.costUsd,
  };
}

export function toUsage({ input, cache_read, cache_write, output, cost_usd }: z.output<typeof UsageColumns>): Usage {
  return { input, cacheRead: cache_read, cacheWrite: cache_write, output, thinking: 0, costUsd: cost_usd };
}
