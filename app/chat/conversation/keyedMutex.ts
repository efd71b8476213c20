/** A mutex for each key. Holders of one key follow one another in the order of their calls. */

export interface KeyedMutex {
  /**
   * Resolves, when all earlier holders of the key have unlocked it, with the function that unlocks it for the next.
   * @throws the signal's reason when it is aborted before that.
   */
  lock(key: string, signal: AbortSignal): Promise<() => void>;
}

export function createKeyedMutex(): KeyedMutex {
  /** By key: settles when the last in line has unlocked it. */
  const lastInLine = new Map<string, Promise<void>>();
  return {
    lock: async (key, signal) => {
      const previous = lastInLine.get(key);
      let unlock = () => {};
      const unlocked = new Promise<void>((resolve) => {
        unlock = resolve;
      });
      const free = (previous ?? Promise.resolve()).then(() => unlocked);
      lastInLine.set(key, free);
      void free.then(() => {
        if (lastInLine.get(key) === free) lastInLine.delete(key);
      });
      try {
        if (previous) await resolvedOrAborted(previous, signal);
      } catch (error) {
        unlock();
        throw error;
      }
      return unlock;
    },
  };
}

function resolvedOrAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
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
