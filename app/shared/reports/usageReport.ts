/** What the page Usage shows: the usage of a period, in buckets of time and by group. Units as in contract.ts. */
import { addUsage, NO_USAGE, type Usage } from '../usage';

/**
 * `hour`: the last 60 minutes, by minute. `day`: a day, by hour. `week` and `month`: the last 7 and 30 days, by day. Days and hours are those
 * of this computer's time zone.
 */
export const USAGE_PERIODS = ['hour', 'day', 'week', 'month'] as const;
export type UsagePeriod = (typeof USAGE_PERIODS)[number];

export const USAGE_GROUPS = ['model', 'client', 'key', 'account', 'none'] as const;
export type UsageGrouping = (typeof USAGE_GROUPS)[number];

export interface UsageQuery {
  period: UsagePeriod;
  /** 0: the period that ends now; 1: the one before it, and so on. */
  offset: number;
  group: UsageGrouping;
}

/** Sums over requests that asked a model, as `Journal.day` counts them. */
export interface UsageSums {
  requests: number;
  failed: number;
  usage: Usage;
  /** The part of `usage.costUsd` that is billed by use. */
  billedUsd: number;
}

/** Of one group in one bucket. */
export interface GroupSums extends UsageSums {
  /** The model's or client's name, or the id of the key or account: '' for requests without. */
  group: string;
}

export interface UsageBucket {
  startAt: number;
  /** Not included. The hour that is repeated when clocks are set back is one bucket. */
  endAt: number;
  /** Only groups with requests. */
  groups: GroupSums[];
}

/** The nearest-rank percentiles of the requests for which the value is known: of `p90`, nine of ten requests were at least as fast. */
export interface Percentiles {
  /** How many requests those are. */
  count: number;
  p50: number;
  p90: number;
  p99: number;
}

export interface UsageReport extends UsageQuery {
  startAt: number;
  endAt: number;
  buckets: UsageBucket[];
  /** The groups that occur, by descending cost, with their names for the user. */
  groups: { group: string; label: string }[];
  total: UsageSums;
  /**
   * Of the period before. Where the present one has not ended, up to the same time; of the hour (or minute) in which that falls, its
   * sums are counted by the share of it that has passed.
   */
  before: UsageSums;
  /** From the stored requests; null where none has the value. */
  firstTokenMs: Percentiles | null;
  /** Of the answers with at least 20 tokens, from the first token to the end. */
  tokensPerSecond: Percentiles | null;
  /** How many requests of the period were counted and are not stored any more: percentiles, and the last 60 minutes, lack them. */
  notStored: number;
  /** When the first counted request ended, to the hour or day; null where there was none yet. */
  firstUseAt: number | null;
}

export const NO_SUMS: UsageSums = { requests: 0, failed: 0, usage: NO_USAGE, billedUsd: 0 };

export function addSums(a: UsageSums, b: UsageSums): UsageSums {
  return {
    requests: a.requests + b.requests,
    failed: a.failed + b.failed,
    usage: addUsage(a.usage, b.usage),
    billedUsd: a.billedUsd + b.billedUsd,
  };
}

/** A window of an account's plan, and how its use went on. */
export interface PlanHistory {
  /** As in `RequestDetails.accountId`. */
  accountId: string;
  /** The account's name. */
  account: string;
  /** As in `PlanWindow`. */
  name: string;
  title: string;
  /** Oldest first. Each holds until the next one, or until its reset. */
  points: PlanPoint[];
}

export interface PlanPoint {
  at: number;
  /** From 0 to 1, and above. */
  used: number;
  resetsAt: number | null;
}
