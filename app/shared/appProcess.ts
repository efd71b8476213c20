/** The running app as a process, and what the `claudacity` command asks it to do. Units as in contract.ts. */
import { z } from 'zod';
import { call } from './contractKinds';
import type { Diagnosis } from './maintenance/diagnosis';
import { askedQuestion } from './reports/querySchemas';

export interface AppProcess {
  pid: number;
  /** Whether it is the tray app with its window; false for `claudacity serve`. */
  hasWindow: boolean;
  startedAt: number;
  /** The longest time that `app.quit` takes until the process has ended. */
  stopWithinMs: number;
  dataDir: string;
}

/** The calls about the app itself, which the command makes. Those of the contract's other parts are in contract.ts. */
export const APP_CALLS = {
  'app.process': call<AppProcess>()(),
  /** Ends the app as its menu does: running answers get the time of the settings. Resolves before it has ended. */
  'app.quit': call<void>()(),
  /** Brings the window to the front. Rejects where the app has none. */
  'app.showWindow': call<void>()(),
  /** What the app needs in order to answer, and what to do where something is missing. Takes some seconds. */
  'app.diagnose': call<Diagnosis[]>()(),
  /** Asks a question apart from the window's conversation; the topic `trials` has the answer. Returns the request's id. Rejects while one is answered. */
  'trial.start': call<string>()(askedQuestion),
  'trial.stop': call<void>()(z.string().max(200)),
  /** A text for a bug report: versions, state, changed settings, the last faults of the log. Without secrets, names, paths and addresses. */
  'app.report': call<string>()(),
  /** The licence texts of the packages in the app. */
  'app.licenses': call<string>()(),
};
