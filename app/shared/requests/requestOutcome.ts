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
