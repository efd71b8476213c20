/** What can become of a request: the one list for the store, the log and its filter. */

/** The outcomes of requests that have failed (`isFailure`): refused, wrong in themselves, or without a whole answer. */
export const FAILURE_OUTCOMES = [
  'refused',
  'invalid',
  'plan_limit',
  'signed_out',
  'overloaded',
  'timeout',
  'broke_off',
  'failed',
] as const;

/**
 * What became of a request, in one word.
 * - Of the running: `waiting` (nothing sent yet) and `answering`.
 * - Of the answered: `answered`, `called_tools`, `output_limit` (the token limit cut it off), `declined` (the model refused).
 * - Of the failed: `refused` (access), `invalid` (the request itself), `plan_limit`, `signed_out`, `overloaded`, `timeout`, `broke_off` (after its
 *   status was sent), `failed` (anything else).
 * - Of the rest: `hung_up` (the client), `stopped` (the user, in this app).
 */
export const REQUEST_OUTCOMES = [
  'waiting',
  'answering',
  'answered',
  'called_tools',
  'output_limit',
  'declined',
  ...FAILURE_OUTCOMES,
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
