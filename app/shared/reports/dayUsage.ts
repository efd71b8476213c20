/** Today's usage. Units as in contract.ts. */
import type { KeyUsage } from '../access/keys';
import type { Usage } from '../usage';

export interface ModelUsage {
  model: string;
  requests: number;
  usage: Usage;
}

export interface ClientUsage {
  client: string;
  requests: number;
  usage: Usage;
}

/** Usage since midnight, local time. */
export interface DayUsage {
  /** `2026-11-22` */
  day: string;
  requests: number;
  failed: number;
  usage: Usage;
  /** The part of `usage.costUsd` that is billed by use; a plan covers the rest, or the app cannot tell who pays. */
  billedUsd: number;
  models: ModelUsage[];
  clients: ClientUsage[];
  /** Of the requests with an API key. */
  keys: KeyUsage[];
  /** Tokens of all kinds in each of the day's 24 hours, for the chart. */
  hourly: Usage[];
}
