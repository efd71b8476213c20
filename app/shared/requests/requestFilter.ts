/** The filter of the request log: the same for the rows in the window and for everything stored. */
import type { RequestOutcome } from './outcomes';
import type { RequestRow } from './requestRows';

/** All parts must hold; of the values of one part, any. An absent part holds for every request. */
export interface RequestFilter {
  /** Words that must all occur: in question, answer, client, model, path, error or key's name. */
  readonly text?: string | undefined;
  readonly clients?: readonly string[] | undefined;
  /** Ids of API keys; '' for requests without one. */
  readonly keys?: readonly string[] | undefined;
  readonly dialects?: readonly string[] | undefined;
  /** In the client's words or in full. */
  readonly models?: readonly string[] | undefined;
  readonly outcomes?: readonly RequestOutcome[] | undefined;
  readonly served?: readonly NonNullable<RequestRow['served']>[] | undefined;
  readonly conversation?: string | undefined;
  /** Arrived at or after; ms since the epoch. */
  readonly since?: number | undefined;
  /** Arrived before; ms since the epoch. */
  readonly until?: number | undefined;
  /** Leaves out requests that asked no model. */
  readonly onlyAnswers?: boolean | undefined;
}

/** Whether the row passes all parts of the filter but `text`, of which only what the row itself shows is searched. */
export function passesFilter(row: RequestRow, filter: RequestFilter): boolean {
  const { clients, keys, dialects, models, outcomes, served, conversation, since, until } = filter;
  return (
    hasOne(clients, row.client) &&
    hasOne(keys, row.keyId) &&
    hasOne(dialects, row.dialect) &&
    (hasOne(models, row.model) || hasOne(models, row.resolvedModel ?? '')) &&
    hasOne(outcomes, row.outcome) &&
    (served === undefined || (row.served !== null && served.includes(row.served))) &&
    (conversation === undefined || row.conversation === conversation) &&
    (since === undefined || row.at >= since) &&
    (until === undefined || row.at < until) &&
    !(filter.onlyAnswers === true && row.model === '')
  );
}

/** An absent list holds for every value. */
function hasOne<T>(list: readonly T[] | undefined, value: T): boolean {
  return list === undefined || list.includes(value);
}

/** A page of a search, newest first. */
export interface RequestPage {
  readonly rows: readonly RequestRow[];
  /** Whether there are more behind these. */
  readonly more: boolean;
  /** How many pass the filter in all, at most 10,000; null where that was not counted. */
  readonly total: number | null;
}

/** Values that occur in the stored requests, for the menus of the filter. Most frequent first, at most 50 each. */
export interface FilterValues {
  readonly clients: readonly string[];
  readonly models: readonly string[];
  readonly keys: readonly { readonly id: string; readonly name: string }[];
}
