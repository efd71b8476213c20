/** A bounded queue between one writer and one reader. When the reader is slow, the writer waits: this is the back-pressure. */

export interface Channel<T> extends AsyncIterable<T> {
  /** Resolves when the queue has room for more. After `end` or `discard` the value is dropped. */
  push(value: T): Promise<void>;
  /** Ends the channel. The reader still gets the queued values, and then the error if there is one. */
  end(error?: Error): void;
  /** Called by the reader to stop reading, even while it waits for a value. Queued values are dropped, and the writer never waits again. */
  discard(): void;
}

/** @param capacity the number of unread values at which the writer has to wait. */
export function createChannel<T>(capacity = 64): Channel<T> {
  const queue: T[] = [];
  let ended = false;
  let failure: Error | undefined;
  let discarded = false;
  let wakeReader: (() => void) | undefined;
  let wakeWriter: (() => void) | undefined;

  return {
    push: async (value) => {
      if (ended || discarded) return;
      queue.push(value);
      wakeReader?.();
      while (queue.length >= capacity && !discarded && !ended) {
        await new Promise<void>((resolve) => {
          wakeWriter = resolve;
        });
      }
    },
    end: (error) => {
      ended = true;
      failure ??= error;
      wakeReader?.();
      wakeWriter?.();
    },
    discard: () => {
      discarded = true;
      queue.length = 0;
      wakeReader?.();
      wakeWriter?.();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (queue.length > 0) {
          yield queue.shift() as T;
          if (queue.length < capacity) wakeWriter?.();
        }
        if (failure) throw failure;
        if (ended || discarded) return;
        await new Promise<void>((resolve) => {
          wakeReader = resolve;
        });
      }
    },
  };
}
