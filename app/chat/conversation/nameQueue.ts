/** Requests for the end of one conversation enter one after the other, in the order in which they came. */

export interface NameQueue {
  /**
   * Resolves, when those before it have left, with the function that lets the next one in.
   * @throws the signal's reason when it is aborted while it waits.
   */
  enter(name: string, signal: AbortSignal): Promise<() => void>;
}

export function nameQueue(): NameQueue {
  const last = new Map<string, Promise<void>>();
  return {
    enter: async (name, signal) => {
      const before = last.get(name);
      let leave = () => {};
      const turn = new Promise<void>((resolve) => {
        leave = resolve;
      });
      const over = (before ?? Promise.resolve()).then(() => turn);
      last.set(name, over);
      void over.then(() => {
        if (last.get(name) === over) last.delete(name);
      });
      try {
        if (before) await orAborted(before, signal);
      } catch (error) {
        leave();
        throw error;
      }
      return leave;
    },
  };
}

function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    void promise.then(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
  });
}
