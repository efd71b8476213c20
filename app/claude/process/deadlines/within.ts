/** Waits for the CLI, but not longer than a deadline, and not longer than the client does. */

export interface WaitOptions {
  /** Ends the wait when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** The CLI has not done one step of its work in the time that it has for it. Its process is killed. */
export class CliTimeoutError extends Error {
  override readonly name = 'CliTimeoutError';

  /** @param step the control request, or what else the CLI was to do. */
  constructor(
    readonly step: string,
    readonly timeoutMs: number,
  ) {
    super(`the CLI did not finish "${step}" within ${timeoutMs} ms`);
  }
}

/** The CLI has written nothing during a turn for as long as it may be silent. */
export class CliSilentError extends Error {
  override readonly name = 'CliSilentError';

  constructor(readonly silenceMs: number) {
    super(`the CLI wrote nothing for ${silenceMs} ms`);
  }
}

/**
 * Resolves and rejects as the promise does.
 * @throws CliTimeoutError after the time, and the signal's reason where it is aborted first.
 */
export function within<T>(promise: Promise<T>, step: string, { signal, timeoutMs }: WaitOptions): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopWaiting = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const onAbort = () => {
      stopWaiting();
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      stopWaiting();
      reject(new CliTimeoutError(step, timeoutMs));
    }, timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    promise.finally(stopWaiting).then(resolve, reject);
  });
}

export interface SilenceOptions {
  /** The longest time until the CLI writes its first line, in ms. */
  readonly firstLineMs: number;
  /** The longest silence after that, in ms. */
  silenceMs(): number;
  /** When the CLI wrote its last line of any kind but noise, by `performance.now()`. */
  lastLineAt(): number;
}

/**
 * Passes the CLI's messages on. The time counts only while the reader waits for a message: neither while it handles one, nor while it
 * does not read because the client is slow or runs a tool.
 * @throws CliTimeoutError where the first line does not come in time; CliSilentError where the CLI is silent later.
 */
export async function* endSilence<T>(messages: AsyncIterable<T>, options: SilenceOptions): AsyncGenerator<T, void> {
  const begunAt = performance.now();
  const iterator = messages[Symbol.asyncIterator]();
  for (;;) {
    const next = await nextOrSilence(iterator, begunAt, options);
    if (next.done) return;
    yield next.value;
  }
}

function nextOrSilence<T>(
  iterator: AsyncIterator<T>,
  begunAt: number,
  { firstLineMs, silenceMs, lastLineAt }: SilenceOptions,
): Promise<IteratorResult<T>> {
  const waitsSince = performance.now();
  const hasLine = () => lastLineAt() > begunAt;
  const remainingMs = () =>
    (hasLine() ? Math.max(waitsSince, lastLineAt()) + silenceMs() : begunAt + firstLineMs) - performance.now();
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const check = () => {
      const ms = remainingMs();
      if (ms > 0) timer = setTimeout(check, Math.ceil(ms));
      else reject(hasLine() ? new CliSilentError(silenceMs()) : new CliTimeoutError('begin the turn', firstLineMs));
    };
    timer = setTimeout(check, Math.max(0, Math.ceil(remainingMs())));
    iterator
      .next()
      .finally(() => clearTimeout(timer))
      .then(resolve, reject);
  });
}
