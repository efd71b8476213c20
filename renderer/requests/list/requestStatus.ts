/** How the log names the state of a request. */
import type { RequestPhase, RequestRow } from '../../../app/shared/contract';
import { brokeOff } from '../../../app/shared/requests/requestOutcome';

/** The phase while the request runs, then its HTTP status, or how it ended where the status does not say so. */
export function statusText(row: Pick<RequestRow, 'phase' | 'status'>): string {
  const { phase, status } = row;
  if (brokeOff(row)) return 'broke off';
  return phase === 'cancelled' || phase === 'stopped' || isLive(phase) || status === null ? phase : String(status);
}

export function isLive(phase: RequestPhase): boolean {
  return phase === 'waiting' || phase === 'streaming';
}
