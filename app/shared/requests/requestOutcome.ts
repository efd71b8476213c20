/** The outcome of a request: the one definition for the log, the day's usage and the metrics. */
import type { RequestRow } from './requestRows';

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

/**
 * What became of a request, in one word. Of the running: `waiting` (nothing sent yet) and `answering`. Of the answered: `answered`, `called_tools`, `output_limit` (the token limit cut it off), `declined` (the model refused). Of the rest:
 * `refused` (access), `invalid` (the request itself), `plan_limit`, `signed_out`, `overloaded`, `timeout`, `broke_off` (after its status was sent),
 * `failed` (anything else), `hung_up` (the client), `stopped` (the user, in this app).
 */
export const REQUEST_OUTCOMES = [
  'waiting',
  'answering',
  'answered',
  'called_tools',
  'output_limit',
  'declined',
  'refused',
  'invalid',
  'plan_limit',
  'signed_out',
  'overloaded',
  'timeout',
  'broke_off',
  'failed',
  'hung_up',
  'stopped',
] as const;

export type RequestOutcome = (typeof REQUEST_OUTCOMES)[number];

/** The outcomes in the words of the window. */
export const OUTCOME_WORDS: Readonly<Record<RequestOutcome, string>> = {
  waiting: 'waiting',
  answering: 'answering',
  answered: 'answered',
  called_tools: 'called a tool',
  output_limit: 'token limit',
  declined: 'declined',
  refused: 'refused',
  invalid: 'invalid',
  plan_limit: 'plan used up',
  signed_out: 'signed out',
  overloaded: 'overloaded',
  timeout: 'timed out',
  broke_off: 'broke off',
  failed: 'failed',
  hung_up: 'client left',
  stopped: 'you stopped it',
};
