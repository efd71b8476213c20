/**
 * Lets this process send a request again as the owner of the first one, without the secret of its key: it sends a ticket, which only this
 * process knows, which is valid once and for ten seconds, and which counts only from this computer (context/SECURITY.md).
 */
import { randomBytes } from 'node:crypto';
import type { ApiKey } from '../../../shared/access/keys';

/** The header of the ticket. */
export const AGAIN_HEADER = 'x-claudacity-again';

export interface Ticket {
  /** The key of the first request; null where it had none. */
  readonly key: ApiKey | null;
  /** Called with the new request's id when it is admitted. */
  onAdmitted(id: string): void;
}

export interface Tickets {
  /** Returns what the header must say. */
  issue(ticket: Ticket): string;
  /** The ticket, which is not valid any more then; undefined where there is none. */
  take(value: string | readonly string[] | undefined): Ticket | undefined;
  /** Makes a ticket invalid. */
  revoke(value: string): void;
}

const VALID_MS = 10_000;

/** @param now ms of any clock that goes on. */
export function createTickets(now: () => number = () => performance.now()): Tickets {
  const tickets = new Map<string, { ticket: Ticket; until: number }>();
  const dropOld = () => {
    for (const [value, { until }] of tickets) if (until < now()) tickets.delete(value);
  };
  return {
    issue: (ticket) => {
      dropOld();
      const value = randomBytes(32).toString('base64url');
      tickets.set(value, { ticket, until: now() + VALID_MS });
      return value;
    },
    take: (value) => {
      if (typeof value !== 'string') return undefined;
      dropOld();
      const found = tickets.get(value);
      tickets.delete(value);
      return found?.ticket;
    },
    revoke: (value) => void tickets.delete(value),
  };
}
