/**
 * A timer for a time of the wall clock. `setTimeout` counts the time that the computer is awake, so one for midnight would be late by the
 * length of a sleep. An alarm looks at the clock at least once a minute, and so is at most a minute late after a sleep.
 */

export interface Alarm {
  /** Replaces the time, in ms since the epoch; undefined for none. */
  set(at: number | undefined): void;
}

const MAX_WAIT_MS = 60_000;

/** @param ring called once for each time that was set, when the clock has reached it. Does not keep the program running. */
export function createAlarm(ring: () => void): Alarm {
  let timer: NodeJS.Timeout | undefined;

  const wait = (at: number) => {
    timer = setTimeout(
      () => (Date.now() >= at ? ring() : wait(at)),
      Math.min(MAX_WAIT_MS, Math.max(0, at - Date.now())),
    );
    timer.unref();
  };

  return {
    set: (at) => {
      clearTimeout(timer);
      if (at !== undefined) wait(at);
    },
  };
}
