/** What was used, summed by hour and model. Requests may be forgotten; these sums stay. */
import { z } from 'zod';
import type { DayUsage, ModelUsage, RequestDetails } from '../shared/contract';
import { addUsage, NO_USAGE } from '../shared/usage';
import type { Database } from './database';

/** Sums of one model in one hour of one local day. */
export interface HourUsage extends ModelUsage {
  /** `2026-11-22` */
  readonly day: string;
  /** 0 to 23, local time. In the hour that a change of the clocks repeats, both fall together. */
  readonly hour: number;
  failed: number;
}

export interface UsageTable {
  /** Adds to the sums of the same day, hour and model. */
  add(use: HourUsage): void;
  ofDay(day: string): HourUsage[];
}

export function usageTable(database: Database): UsageTable {
  const add = database.prepare(
    `INSERT INTO usage (day, hour, model, requests, failed, input, cache_read, cache_write, output, cost_usd)
     VALUES (:day, :hour, :model, :requests, :failed, :input, :cache_read, :cache_write, :output, :cost_usd)
     ON CONFLICT (day, hour, model) DO UPDATE SET
       requests = requests + excluded.requests, failed = failed + excluded.failed, input = input + excluded.input,
       cache_read = cache_read + excluded.cache_read, cache_write = cache_write + excluded.cache_write,
       output = output + excluded.output, cost_usd = cost_usd + excluded.cost_usd`,
  );
  const ofDay = database.prepare('SELECT * FROM usage WHERE day = ?');
  return {
    add: ({ day, hour, model, requests, failed, usage }) =>
      void add.run({
        day,
        hour,
        model,
        requests,
        failed,
        input: usage.input,
        cache_read: usage.cacheRead,
        cache_write: usage.cacheWrite,
        output: usage.output,
        cost_usd: usage.costUsd,
      }),
    ofDay: (day) => ofDay.all(day).map(fromColumns),
  };
}

/** What one request that has ended at `endedAt` adds to the sums; null where it asked no model (see `Journal.day`). */
export function useOf(request: RequestDetails, endedAt: number): HourUsage | null {
  const asked = (request.messages ?? 0) > 0 || request.served !== null || request.usage !== null;
  if (!asked || request.dialect === 'app') return null;
  return {
    day: localDay(endedAt),
    hour: new Date(endedAt).getHours(),
    model: request.resolvedModel ?? request.model,
    requests: 1,
    failed: request.phase === 'failed' ? 1 : 0,
    usage: request.usage ?? NO_USAGE,
  };
}

/** `2026-11-22`, by this computer's time zone. */
export function localDay(at: number): string {
  const date = new Date(at);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
}

export function noUse(day: string): DayUsage {
  return {
    day,
    requests: 0,
    failed: 0,
    usage: NO_USAGE,
    models: [],
    hourly: Array.from({ length: 24 }, () => NO_USAGE),
  };
}

/** Adds to the day's sums, in place. */
export function addUse(day: DayUsage, use: HourUsage): void {
  day.requests += use.requests;
  day.failed += use.failed;
  day.usage = addUsage(day.usage, use.usage);
  const hour = day.hourly[use.hour];
  if (hour) day.hourly[use.hour] = addUsage(hour, use.usage);
  const model = day.models.find((known) => known.model === use.model);
  if (model === undefined) {
    day.models.push({ model: use.model, requests: use.requests, usage: use.usage });
    return;
  }
  model.requests += use.requests;
  model.usage = addUsage(model.usage, use.usage);
}

/** Adds to what is summed for the same day, hour and model, in place. */
export function mergeUse(uses: HourUsage[], use: HourUsage): void {
  const same = uses.find((known) => known.day === use.day && known.hour === use.hour && known.model === use.model);
  if (same === undefined) {
    uses.push({ ...use });
    return;
  }
  same.requests += use.requests;
  same.failed += use.failed;
  same.usage = addUsage(same.usage, use.usage);
}

const Columns = z.object({
  day: z.string(),
  hour: z.number(),
  model: z.string(),
  requests: z.number(),
  failed: z.number(),
  input: z.number(),
  cache_read: z.number(),
  cache_write: z.number(),
  output: z.number(),
  cost_usd: z.number(),
});

function fromColumns(row: unknown): HourUsage {
  const { day, hour, model, requests, failed, input, cache_read, cache_write, output, cost_usd } = Columns.parse(row);
  const usage = { input, cacheRead: cache_read, cacheWrite: cache_write, output, thinking: 0, costUsd: cost_usd };
  return { day, hour, model, requests, failed, usage };
}
