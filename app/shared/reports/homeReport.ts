/** What the page Home shows besides the topics. Units as in contract.ts. */
import type { RequestOutcome } from '../requests/outcomes';

/** The client's name, and the dialect, of questions that are asked in the window itself. */
export const WINDOW_CLIENT = 'Claudacity';
export const WINDOW_DIALECT = 'window';

export interface HomeReport {
  /** Whether a question of the window, and one of another program, has been answered so far. */
  hasAsked: boolean;
  hasConnected: boolean;
  /** The median of today's stored answers; null where there is none. */
  firstTokenMs: number | null;
  /** Today's failed requests that asked a model, by outcome, the most frequent first. */
  failures: { outcome: RequestOutcome; count: number }[];
  /** null until there are three earlier days with any use. */
  usual: UsualDay | null;
  /** The latest failed requests of today, the newest first, at most five. */
  lastFailures: FailedRequest[];
}

/**
 * What is usual up to the present time of day: the median over the last days with any use, at most seven. Of the hour in which that time
 * falls, a day counts by the share that has passed.
 */
export interface UsualDay {
  /** Over how many days. */
  days: number;
  costUsd: number;
  output: number;
  requests: number;
  failed: number;
  /** null where no answer of these days is stored. */
  firstTokenMs: number | null;
}

export interface FailedRequest {
  id: string;
  at: number;
  client: string;
  keyName: string;
  model: string;
  outcome: RequestOutcome;
  /** In words; null where it was not recorded. */
  error: string | null;
}

/** The conversation that the user holds with Claude in the window. */
export interface AskState {
  /** The latest, oldest first. */
  turns: AskTurn[];
}

export interface AskTurn {
  /** The journal's id of the request. */
  id: string;
  question: string;
  /** As far as it has come. */
  answer: string;
  /** The model's full name; the one that was asked for until it is known. */
  model: string;
  phase: 'answering' | 'done' | 'stopped' | 'failed';
  /** What went wrong and what to do, in words; null where nothing did. */
  error: string | null;
  startedAt: number;
  durationMs: number | null;
  /** Tokens of the answer; null until it has ended. */
  output: number | null;
}
