/** The sign-in of one account: at most one runs at a time, and it can be cancelled. */
import { runSignIn, type SignInState } from './signIn';

export interface SignInRunnerOptions {
  /** The CLI. @throws ClaudeUnavailableError where none can be started. */
  command(): string;
  env(): NodeJS.ProcessEnv;
  /** How long a sign-in may take, in ms. */
  readonly timeoutMs: number;
  /** Called when `claude auth login` has been started, and when it has ended. */
  onProcess(pid: number, isRunning: boolean): void;
  /** Called when a sign-in has begun, its page is known, and it has ended. */
  onChange(state: SignInState | undefined): void;
}

export interface SignInRunner {
  /**
   * Runs `claude auth login`. A call during a sign-in shares it. Resolves to true when it has succeeded, to false when it was cancelled.
   * @throws Error where it fails or takes too long; ClaudeUnavailableError where no CLI can be started.
   */
  run(): Promise<boolean>;
  /** Ends the sign-in, if one is under way. Resolves when its process has ended. */
  cancel(): Promise<void>;
}

export function createSignInRunner(options: SignInRunnerOptions): SignInRunner {
  let running: { readonly ended: Promise<boolean>; readonly abort: AbortController } | undefined;

  const runOne = async (command: string, abort: AbortController): Promise<boolean> => {
    const startedAt = Date.now();
    let pid: number | undefined;
    try {
      await runSignIn({
        command,
        env: options.env(),
        timeoutMs: options.timeoutMs,
        signal: abort.signal,
        onStart: (started) => {
          pid = started;
          options.onProcess(started, true);
          options.onChange({ url: undefined, startedAt });
        },
        onUrl: (url) => options.onChange({ url, startedAt }),
      });
      return true;
    } catch (error) {
      if (!abort.signal.aborted) throw error;
      return false;
    } finally {
      running = undefined;
      if (pid !== undefined) options.onProcess(pid, false);
      options.onChange(undefined);
    }
  };

  return {
    run: async () => {
      if (!running) {
        const abort = new AbortController();
        running = { abort, ended: runOne(options.command(), abort) };
      }
      return running.ended;
    },
    cancel: async () => {
      const { abort, ended } = running ?? {};
      abort?.abort();
      await ended?.catch(() => {});
    },
  };
}
