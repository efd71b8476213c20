/** The outcome of a request: the one definition for the log, the day's usage and the metrics. */
import type { Billing } from '../cli/payer';
import type { RequestOutcome } from './outcomes';
import type { RequestRow } from './requestRows';

/** What the journal knows of how a request goes. */
export interface OutcomeFacts extends Pick<RequestRow, 'phase' | 'status' | 'firstTokenMs'> {
  /** Why the answer ended; absent where it has not, or there was none. */
  readonly endReason?: EndReason | undefined;
  /** The code of the error that ended the request; absent where it is not known, as of requests that an earlier version stored. */
  readonly failure?: FailureCode | undefined;
  readonly billing: Billing | null;
}

/** As in chat/events.ts. */
export type EndReason = 'stop' | 'length' | 'refusal' | 'tool_use';

/** The outcome of a request, running or ended. An answer that broke off counts as that, whatever broke it off. */
export function requestOutcome(facts: OutcomeFacts): RequestOutcome {
  const { phase, firstTokenMs, endReason, failure } = facts;
  if (phase === 'waiting') return firstTokenMs === null ? 'waiting' : 'answering';
  if (phase === 'streaming') return 'answering';
  if (phase === 'done') return endReason === undefined ? 'answered' : OUTCOME_OF_END[endReason];
  if (phase === 'cancelled') return 'hung_up';
  if (phase === 'stopped') return 'stopped';
  if (brokeOff(facts)) return 'broke_off';
  // A limit of the API that is none of a plan is one of its capacity.
  if (failure === 'rate_limit') return facts.billing === 'plan' ? 'plan_limit' : 'overloaded';
  return failure === undefined ? outcomeOfStatus(facts.status) : OUTCOME_OF_FAILURE[failure];
}

const OUTCOME_OF_END = {
  stop: 'answered',
  length: 'output_limit',
  refusal: 'declined',
  tool_use: 'called_tools',
} as const satisfies Record<EndReason, RequestOutcome>;

/** By the code of the error: those of chat/errors.ts and api/fault.ts, `plan_limit` (the plan is used up) and `key_limit` (that of an API key). */
const OUTCOME_OF_FAILURE = {
  invalid_request: 'invalid',
  model_not_found: 'invalid',
  context_too_long: 'invalid',
  too_large: 'invalid',
  not_found: 'invalid',
  method_not_allowed: 'invalid',
  unsupported_encoding: 'invalid',
  too_many_headers: 'invalid',
  no_account: 'invalid',
  invalid_api_key: 'refused',
  forbidden: 'refused',
  key_limit: 'refused',
  plan_limit: 'plan_limit',
  rate_limit: 'overloaded',
  overloaded: 'overloaded',
  busy: 'overloaded',
  signed_out: 'signed_out',
  authentication: 'signed_out',
  request_timeout: 'timeout',
  cli_timeout: 'timeout',
  permission: 'failed',
  history_unavailable: 'failed',
  cli_missing: 'failed',
  cli_outdated: 'failed',
  cli_failed: 'failed',
  api: 'failed',
  internal: 'failed',
  cancelled: 'hung_up',
  stopped: 'stopped',
} as const satisfies Record<string, RequestOutcome>;

export type FailureCode = keyof typeof OUTCOME_OF_FAILURE;

/** The same as the migration in store/sqlite/requestMigrations.ts, as far as the status tells it. */
function outcomeOfStatus(status: number | null): RequestOutcome {
  if (status === 401 || status === 403) return 'refused';
  if (status === 408 || status === 504) return 'timeout';
  if (status === 503) return 'overloaded';
  return status !== null && status >= 400 && status < 500 && status !== 429 ? 'invalid' : 'failed';
}

/**
 * Whether the request has failed: it was refused, or its answer is missing or broke off. A client that hung up
 * (`cancelled`) and a user who ended the request in this app (`stopped`) are no failures.
 */
export function isFailure({ phase }: Pick<RequestRow, 'phase'>): boolean {
  return phase === 'failed';
}

/** Whether the answer broke off after its status had been sent: such a row has a status of success. */
export function brokeOff({ phase, status }: Pick<RequestRow, 'phase' | 'status'>): boolean {
  return isFailure({ phase }) && status !== null && status < 400;
}
