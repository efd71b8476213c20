/**
 * Brings the CLI up and notices when it does not come up. Until the first process has answered `initialize`, nobody knows whether the CLI
 * works: it may be silent, or exit at once. An attempt has a deadline. A failed one is repeated by itself, at growing intervals, so a CLI
 * that the user repairs is used again without a click.
 */
import { errorText } from '../shared/errorText';

export interface StartupTimes {
  /** How long the first attempt may take, in ms. Each further one may take twice as long, since a slow computer may need it. */
  readonly attemptMs: number;
  readonly maxAttemptMs: number;
  /** The pause after the first failed attempt, in ms, which doubles with each further one. */
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
}

export const STARTUP_TIMES: StartupTimes = {
  attemptMs: 10_000,
  maxAttemptMs: 60_000,
  firstPauseMs: 1_000,
  maxPauseMs: 60_000,
};

export interface StartupOptions {
  /**
   * Starts a process and waits until it is initialized. Has to end what it has started when the signal is aborted.
   * @param attempt counts the attempts since the CLI was last up, from 1.
   * @throws where the CLI does not come up.
   */
  start(attempt: number, signal: AbortSignal): Promise<void>;
  /** Whether another attempt can succeed without the user's doing something in the app. Called after a failed attempt. */
  canRetry(): boolean;
  /** Called when `isUp` or `failure` has changed. */
  onChange(): void;
  readonly times?: Partial<StartupTimes>;
}

export interface StartupFailure {
  /** The program's own error message, or how long it was silent. */
  readonly cause: string;
  /** When the attempt failed, in ms since the epoch. */
  readonly failedAt: number;
  /** When the next attempt begins by itself, in ms since the epoch. */
  readonly retryAt: number;
}

export interface Startup {
  /** Whether the last attempt has succeeded. */
  readonly isUp: boolean;
  /** Why the last attempt has failed. Stays until one succeeds. */
  readonly failure: StartupFailure | undefined;
  /** Makes an attempt unless the CLI is up or an attempt is under way. Resolves when the attempt has ended. Never rejects. */
  ensure(): Promise<void>;
  /** Makes an attempt although the CLI is up, because something speaks against it. The CLI counts as up until the attempt has failed. */
  verify(): void;
  /** Forgets what is known, because another CLI is installed. The attempt under way, if any, ends. */
  reset(): void;
  /** Ends the attempt under way and makes no other. */
  close(): void;
}

export function createStartup(options: StartupOptions): Startup {
  const times = { ...STARTUP_TIMES, ...options.times };
  let isUp = false;
  let failure: StartupFailure | undefined;
  let failedAttempts = 0;
  let running: { readonly ended: Promise<void>; readonly abort: AbortController } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const onFailure = (error: unknown) => {
    failedAttempts += 1;
    isUp = false;
    if (!options.canRetry()) {
      failure = undefined;
      return;
    }
    const pauseMs = Math.min(times.maxPauseMs, times.firstPauseMs * 2 ** (failedAttempts - 1));
    const failedAt = Date.now();
    failure = { cause: errorText(error), failedAt, retryAt: failedAt + pauseMs };
    timer = setTimeout(() => void run(), pauseMs);
    timer.unref();
  };

  const attempt = async (abort: AbortController) => {
    const timeoutMs = Math.min(times.maxAttemptMs, times.attemptMs * 2 ** failedAttempts);
    const deadline = setTimeout(() => {
      abort.abort(new Error(`it did not answer within ${Math.round(timeoutMs / 100) / 10} s`));
    }, timeoutMs);
    try {
      const start = async () => options.start(failedAttempts + 1, abort.signal);
      await untilAborted(start(), abort.signal);
      // An attempt that `reset` or `close` has ended changes nothing.
      if (running?.abort !== abort) return;
      isUp = true;
      failure = undefined;
      failedAttempts = 0;
    } catch (error) {
      if (running?.abort !== abort) return;
      onFailure(error);
    } finally {
      clearTimeout(deadline);
    }
    running = undefined;
    options.onChange();
  };

  const run = (): Promise<void> => {
    clearTimeout(timer);
    if (closed) return Promise.resolve();
    if (!running) {
      const abort = new AbortController();
      running = { abort, ended: attempt(abort) };
    }
    return running.ended;
  };

  const stop = () => {
    clearTimeout(timer);
    const { abort } = running ?? {};
    running = undefined;
    abort?.abort(new Error('it is not needed any more'));
  };

  return {
    get isUp() {
      return isUp;
    },
    get failure() {
      return failure;
    },
    ensure: () => (isUp ? Promise.resolve() : run()),
    verify: () => void run(),
    reset: () => {
      stop();
      isUp = false;
      failure = undefined;
      failedAttempts = 0;
    },
    close: () => {
      closed = true;
      stop();
    },
  };
}

/** Resolves as the work does, and rejects with the signal's reason as soon as it is aborted. */
function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
