/**
 * Requests with which clients poll for models and versions, some of them every second. They are held in memory for some
 * minutes and never stored, so that they do not push out the requests that the user looks for.
 */
import type { RequestDetails } from '../shared/contract';

const MAX_POLLS = 500;
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
    if (requests.length > MAX_POLLS || (requests[0] && requests[0].at < oldest)) {
      requests = requests.slice(-MAX_POLLS).filter(({ at }) => at >= oldest);
    }
  };
  return {
    get recent() {
      dropOld();
      return requests;
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

/** Whether the request only read something and asked no model. A poll that failed is worth storing. */
export function isPoll({ method, phase, messages, served }: RequestDetails): boolean {
  return (method === 'GET' || method === 'HEAD') && phase === 'done' && messages === null && served === null;
}
