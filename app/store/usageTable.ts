/** Usage summed by hour, model, client, API key and account. The sums stay when the requests are deleted from the log. */
import { z } from 'zod';
import type { DayUsage, ModelUsage, RequestDetails } from '../shared/contract';
import { localDay } from '../shared/localDay';
import { isFailure } from '../shared/requests/requestOutcome';
import { addUsage, knownUsage, NO_USAGE, type Usage } from '../shared/usage';
import type { Database } from './database';
import { toUsage, UsageColumns, usageColumns } from './usageColumns';

/** The sums of one model, client, API key and account in one hour of one local day. */
export interface HourUsage extends ModelUsage {
  /** `2026-11-22` */
  readonly day: string;
  /** 0 to 23, local time. When clocks are set back, the hour that is repeated is counted as one. */
  readonly hour: number;
  /** '' where an earlier version of the app has counted it. */
  readonly client: string;
  /** The id of the API key; '' for requests without one. */
  readonly keyId: string;
  /** Its name when it was used last. */
  readonly keyName: string;
  /** As in `RequestDetails`. */
  readonly accountId: string;
  failed: number;
  /** The part of its cost that is billed by use. */
  billedUsd: number;
}

export interface UsageTable {
  /** Adds to the sums of the same day, hour, model, client, key and account. */
  add(hourUsage: HourUsage): void;
  ofDay(day: string): HourUsage[];
}

export function usageTable(database: Database): UsageTable {
  const add = database.prepare(
    `INSERT INTO usage (day, hour, model, client, key_id, key_name, account_id, requests, failed,
       input, cache_read, cache_write, output, cost_usd, billed_usd)
     VALUES (:day, :hour, :model, :client, :key_id, :key_name, :account_id, :requests, :failed,
       :input, :cache_read, :cache_write, :output, :cost_usd, :billed_usd)
     ON CONFLICT (day, hour, model, client, key_id, account_id) DO UPDATE SET
       key_name = excluded.key_name, requests = requests + excluded.requests, failed = failed + excluded.failed, input = input + excluded.input,
       cache_read = cache_read + excluded.cache_read, cache_write = cache_write + excluded.cache_write,
       output = output + excluded.output, cost_usd = cost_usd + excluded.cost_usd, billed_usd = billed_usd + excluded.billed_usd`,
  );
  const ofDay = database.prepare('SELECT * FROM usage WHERE day = ?');
  return {
    add: ({ day, hour, model, client, keyId, keyName, accountId, requests, failed, usage, billedUsd }) => {
      add.run({
        ...{ day, hour, model, client, key_id: keyId, key_name: keyName, account_id: accountId, requests, failed },
        ...usageColumns(usage),
        billed_usd: billedUsd,
      });
    },
    ofDay: (day) => ofDay.all(day).map(fromColumns),
  };
}

/** What a request that ended at `endedAt` (ms since the epoch) adds to the sums; null where it asked no model (see `Journal.day`). */
export function hourUsageOf(request: RequestDetails, endedAt: number): HourUsage | null {
  if (!countsAsUsage(request)) return null;
  return {
    day: localDay(endedAt),
    hour: new Date(endedAt).getHours(),
    model: request.resolvedModel ?? request.model,
    client: request.client,
    keyId: request.keyId,
    keyName: request.keyName,
    accountId: request.accountId,
    requests: 1,
    failed: isFailure(request) ? 1 : 0,
    usage: knownUsage(request.usage),
    billedUsd: request.billing === 'use' ? knownUsage(request.usage).costUsd : 0,
  };
}

/** The same in SQL as in `countsAsUsage`, for rows of `requests`. */
export const COUNTS_AS_USAGE = "dialect <> 'app' AND (messages > 0 OR served IS NOT NULL OR input IS NOT NULL)";

function countsAsUsage({ dialect, messages, served, usage }: RequestDetails): boolean {
  return dialect !== 'app' && ((messages ?? 0) > 0 || served !== null || usage !== null);
}

/** A day without requests. */
export function emptyDay(day: string): DayUsage {
  return {
    day,
    requests: 0,
    failed: 0,
    usage: NO_USAGE,
    billedUsd: 0,
    models: [],
    clients: [],
    keys: [],
    hourly: Array.from({ length: 24 }, () => NO_USAGE),
  };
}

/** Adds to the day's sums, in place. */
export function addToDay(day: DayUsage, added: HourUsage): void {
  day.requests += added.requests;
  day.failed += added.failed;
  day.usage = addUsage(day.usage, added.usage);
  day.billedUsd += added.billedUsd;
  const hour = day.hourly[added.hour];
  if (hour) day.hourly[added.hour] = addUsage(hour, added.usage);
  const { requests, usage } = added;
  const model = day.models.find(({ model: name }) => name === added.model);
  if (model) addToEntry(model, added);
  else day.models.push({ model: added.model, requests, usage });
  if (added.client !== '') {
    const client = day.clients.find(({ client: name }) => name === added.client);
    if (client) addToEntry(client, added);
    else day.clients.push({ client: added.client, requests, usage });
  }
  if (added.keyId === '') return;
  const { keyId, keyName } = added;
  const key = day.keys.find((one) => one.keyId === keyId);
  if (!key) day.keys.push({ keyId, keyName, requests, usage });
  else {
    addToEntry(key, added);
    key.keyName = keyName;
  }
}

function addToEntry(entry: { requests: number; usage: Usage }, added: HourUsage): void {
  entry.requests += added.requests;
  entry.usage = addUsage(entry.usage, added.usage);
}

/** Adds to the entry of the same day, hour, model, client, key and account, in place; where there is none, appends one. */
export function addToHours(hours: HourUsage[], added: HourUsage): void {
  const key = ({ day, hour, model, client, keyId, accountId }: HourUsage) =>
    JSON.stringify([day, hour, model, client, keyId, accountId]);
  const addedKey = key(added);
  const same = hours.find((one) => key(one) === addedKey);
  if (same === undefined) {
    hours.push({ ...added });
    return;
  }
  addToEntry(same, added);
  same.failed += added.failed;
  same.billedUsd += added.billedUsd;
}

const Columns = UsageColumns.extend({
  day: z.string(),
  hour: z.number(),
  model: z.string(),
  client: z.string(),
  key_id: z.string(),
  key_name: z.string(),
  account_id: z.string(),
  requests: z.number(),
  failed: z.number(),
  billed_usd: z.number(),
});

function fromColumns(row: unknown): HourUsage {
  const columns = Columns.parse(row);
  const { day, hour, model, client, key_id: keyId, key_name: keyName, requests, failed } = columns;
  const of = { day, hour, model, client, keyId, keyName, accountId: columns.account_id };
  return { ...of, requests, failed, usage: toUsage(columns), billedUsd: columns.billed_usd };
}
