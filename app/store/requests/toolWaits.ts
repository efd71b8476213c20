/** When answers ended that called the client's tools, so that the request that brings the results knows how long they took. */

export interface ToolWaits {
  /** @param endedAt ms since the epoch. */
  add(calls: readonly string[], endedAt: number): void;
  /** From the end of the answer with these calls until `at`; null where it is not known. */
  waitMs(calls: readonly string[], at: number): number | null;
}

/** A client that never brings results must not take more and more memory. */
const MAX_CALLS = 1_000;

export function createToolWaits(): ToolWaits {
  const endedAt = new Map<string, number>();
  return {
    add: (calls, at) => {
      for (const id of calls) endedAt.set(id, at);
      for (const id of endedAt.keys()) {
        if (endedAt.size <= MAX_CALLS) break;
        endedAt.delete(id);
      }
    },
    waitMs: (calls, at) => {
      const times = calls.flatMap((id) => endedAt.get(id) ?? []);
      return times.length === 0 ? null : Math.max(0, Math.round(at - Math.max(...times)));
    },
  };
}
