/** The handlers of the calls about the app as a process, which the `claudacity` command makes. */
import type { CallHandlers } from '../shared/contract';
import type { Diagnosis } from '../shared/maintenance/diagnosis';
import type { Asking } from './ask/ask';
import { stopLimitMs } from './stopWithin';

/** The program around the core: the tray app or `claudacity serve`. */
export interface AppHost {
  /** Begins to end the app. */
  quit(): void;
  /** Brings the window to the front; absent where there is none. */
  readonly showWindow?: () => void | Promise<void>;
}

export interface AppParts {
  /** Absent in tests, where nothing can be ended or shown. */
  readonly host: AppHost | undefined;
  readonly dataDir: string;
  readonly settings: { readonly value: { readonly stopGraceSeconds: number } };
  readonly trials: Asking;
  readonly diagnose: () => Promise<Diagnosis[]>;
}

export function appCalls({ host, dataDir, settings, trials, diagnose }: AppParts) {
  const startedAt = Date.now();
  return {
    'app.process': () => ({
      ...{ pid: process.pid, hasWindow: host?.showWindow !== undefined, startedAt, dataDir },
      stopWithinMs: stopLimitMs(settings.value.stopGraceSeconds),
    }),
    'app.quit': () => {
      if (!host) throw new Error('This app cannot be ended from here.');
      // The answer has to be sent first.
      setImmediate(host.quit);
    },
    'app.showWindow': async () => {
      if (!host?.showWindow) throw new Error('Claudacity runs without a window here: `claudacity serve` has none.');
      await host.showWindow();
    },
    'app.diagnose': diagnose,
    'trial.start': (question) => {
      // `clear` would end the answer.
      const isBusy = trials.state.turns.some(({ phase }) => phase === 'answering');
      if (!isBusy) trials.clear();
      return trials.start(question);
    },
    'trial.stop': (id) => {
      if (trials.isAnswering(id)) trials.stop();
    },
  } satisfies Partial<CallHandlers>;
}
