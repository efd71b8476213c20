/** The requests that wait for a process, first come, first served. */
import { CliTimeoutError, within } from '../process/deadlines/within';
import { PoolBusyError } from './errors';

export interface SlotQueue {
  /** The number of requests that wait. */
  readonly length: number;
  /** Whether a request that does not go to the front would be refused. */
  readonly isFull: boolean;
  /**
   * Resolves when the request is woken.
   * @param first whether it goes to the front, however many wait.
   * @throws PoolBusyError where the queue is full, or the request is not woken in time; the signal's reason.
   */
  wait(signal: AbortSignal, first: boolean): Promise<void>;
  wakeNext(): void;
  wakeAll(): void;
}

/** @param limit the most requests that may wait. @param longestMs how long each may wait. */
export function createSlotQueue(limit: number, longestMs: number): SlotQueue {
  const wakers: (() => void)[] = [];
  const isFull = () => wakers.length >= limit;
  return {
    get length() {
      return wakers.length;
    },
    get isFull() {
      return isFull();
    },
    wait: async (signal, first) => {
      if (!first && isFull()) {
        throw new PoolBusyError(`all processes are busy and ${wakers.length} requests are waiting`);
      }
      let wake = () => {};
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (first) wakers.unshift(wake);
      else wakers.push(wake);
      try {
        await within(woken, 'end another answer', { signal, timeoutMs: longestMs });
      } catch (error) {
        const index = wakers.indexOf(wake);
        if (index >= 0) wakers.splice(index, 1);
        // It was woken in the same moment: the next one gets the slot.
        else wakers.shift()?.();
        if (!(error instanceof CliTimeoutError)) throw error;
        throw new PoolBusyError(`no process became free within ${Math.round(longestMs / 1_000)} s`);
      }
    },
    wakeNext: () => wakers.shift()?.(),
    wakeAll: () => {
      for (const wake of wakers.splice(0)) wake();
    },
  };
}
