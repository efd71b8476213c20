/**
 * Requests with which clients poll for models and versions, some of them every second. They are held in memory for some
 * minutes and never stored, so that they do not push out the requests that the user looks for.
 */
import type { RequestDetails } from '../shared/contract';

const MAX_POLLS = 500;
/** Dropped together: to make room for each one would copy all of them each time. */
const DROPPED_AT_ONCE = 100;
const MAX_AGE_MS = 10 * 60_000;

export interface Polls {
  /** Newest last. */
  readonly recent: readonly RequestDetails[];
  add(request: RequestDetails): void;
  clear(): void;
}

/** @param now ms since the epoch. */
export function createPolls(now: () => number): Polls {
  let requests: RequestDetails[] = [];
  const dropOld = () => {
    const oldest = now() - MAX_AGE_MS;
    if (requests.length > MAX_POLLS + DROPPED_AT_ONCE || (requests[0] && requests[0].at < oldest)) {
      requests = requests.slice(-MAX_POLLS).filter(({ at }) => at >= oldest);
    }
  };
  return {
    get recent() {
      dropOld();
      return requests.slice(-MAX_POLLS);
    },
    add(request) {
      requests.push(request);
      dropOld();
    },
    clear: () => {
      requests = [];
    },
  };
}
