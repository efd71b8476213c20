/** Usage summed by hour and model. The sums stay when the requests are deleted from the log. */
import { z } from 'zod';
import type { DayUsage, ModelUsage, RequestDetails } from '../shared/contract';
import { isFailure } from '../shared/requestOutcome';
import { addUsage, knownUsage, NO_USAGE } from '../shared/usage';
import type { Database } from './database';
import { toUsage, UsageColumns, usageColumns } from './usageColumns';

/** The sums of one model in one hour of one local day. */
export interface HourUsage extends ModelUsage {
  /** `2026-11-22` */
  readonly day: string;
  /** 0 to 23, local time. When clocks are set back, the hour that is repeated is counted as one. */
  readonly hour: number;
  failed: number;
}

export interface UsageTable {
  /** Adds to the sums of the same day, hour and model. */
  add(hourUsage: HourUsage): void;
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
        ...{ day, hour, model, requests, failed },
        ...usageColumns(usage),
      }),
    ofDay: (day) => ofDay.all(day).map(fromColumns),
  };
}

/** What a request that ended at `endedAt` (ms since the epoch) adds to the sums; null where it asked no model (see `Journal.day`). */
export function hourUsageOf(request: RequestDetails, endedAt: number): HourUsage | null {
  const askedModel = (request.messages ?? 0) > 0 || request.served !== null || request.usage !== null;
  if (!askedModel || request.dialect === 'app') return null;
  return {
    day: localDay(endedAt),
    hour: new Date(endedAt).getHours(),
    model: request.resolvedModel ?? request.model,
    requests: 1,
    failed: isFailure(request) ? 1 : 0,
    usage: knownUsage(request.usage),
  };
}

/** The day in this computer's time zone, as `2026-11-22`. */
export function localDay(at: number): string {
  const date = new Date(at);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
}

/** A day without requests. */
export function emptyDay(day: string): DayUsage {
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
export function addToDay(day: DayUsage, added: HourUsage): void {
  day.requests += added.requests;
  day.failed += added.failed;
  day.usage = addUsage(day.usage, added.usage);
  const hour = day.hourly[added.hour];
  if (hour) day.hourly[added.hour] = addUsage(hour, added.usage);
  const model = day.models.find(({ model: name }) => name === added.model);
  if (model === undefined) {
    day.models.push({ model: added.model, requests: added.requests, usage: added.usage });
    return;
  }
  model.requests += added.requests;
  model.usage = addUsage(model.usage, added.usage);
}

/** Adds to the entry of the same day, hour and model, in place; where there is none, appends one. */
export function addToHours(hours: HourUsage[], added: HourUsage): void {
  const same = hours.find(({ day, hour, model }) => day === added.day && hour === added.hour && model === added.model);
  if (same === undefined) {
    hours.push({ ...added });
    return;
  }
  same.requests += added.requests;
  same.failed += added.failed;
  same.usage = addUsage(same.usage, added.usage);
}

const Columns = UsageColumns.extend({
  day: z.string(),
  hour: z.number(),
  model: z.string(),
  requests: z.number(),
  failed: z.number(),
});

function fromColumns(row: unknown): HourUsage {
  const columns = Columns.parse(row);
  const { day, hour, model, requests, failed } = columns;
  return { day, hour, model, requests, failed, usage: toUsage(columns) };
}
