/** Measures where the time of a request goes. */
import type { Timings } from '../events';

export interface Clock {
  /** Marks the moment at which the question is sent to the process. */
  questionSent(): void;
  /** Marks the moment at which the first text, thinking or tool call arrives; later calls do nothing. */
  outputReceived(): void;
  /** The times so far. */
  read(): Timings;
}

/** Starts at the arrival of the request. */
export function startClock(): Clock {
  const startedAt = performance.now();
  let sentAt = startedAt;
  let receivedAt: number | undefined;
  return {
    questionSent: () => {
      sentAt = performance.now();
    },
    outputReceived: () => {
      receivedAt ??= performance.now();
    },
    read: () => {
      const now = performance.now();
      const firstAt = receivedAt ?? now;
      return {
        loadMs: sentAt - startedAt,
        promptMs: firstAt - sentAt,
        answerMs: now - firstAt,
        totalMs: now - startedAt,
      };
    },
  };
}
