/**
 * A queue between one writer that waits while it is full and one reader: how a slow client's pace reaches
 * the CLI's pipe.
 */

export interface Channel<T> extends AsyncIterable<T> {
  /** Resolves when there is room for more; at once after the reader has left. */
  push(value: T): Promise<void>;
  /** No more values; what is queued is still read. */
  end(error?: Error): void;
  /** The reader leaves, even in the middle of a wait: writers never wait again and what they bring is dropped. */
  discard(): void;
}

/** @param capacity how many values may wait unread before the writer has to. */
export function createChannel<T>(capacity = 64): Channel<T> {
  const queue: T[] = [];
  let ended = false;
  let failure: Error | undefined;
  let discarding = false;
  let wakeReader: (() => void) | undefined;
  let wakeWriter: (() => void) | undefined;

  const notify = (wake: (() => void) | undefined) => wake?.();

  return {
    push: async (value) => {
      if (ended || discarding) return;
      queue.push(value);
      notify(wakeReader);
      while (queue.length >= capacity && !discarding && !ended) {
        await new Promise<void>((resolve) => {
          wakeWriter = resolve;
        });
      }
    },
    end: (error) => {
      ended = true;
      failure ??= error;
      notify(wakeReader);
      notify(wakeWriter);
    },
    discard: () => {
      discarding = true;
      queue.length = 0;
      notify(wakeReader);
      notify(wakeWriter);
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (queue.length > 0) {
          yield queue.shift() as T;
          if (queue.length < capacity) notify(wakeWriter);
        }
        if (failure) throw failure;
        if (ended || discarding) return;
        await new Promise<void>((resolve) => {
          wakeReader = resolve;
        });
      }
    },
  };
}
