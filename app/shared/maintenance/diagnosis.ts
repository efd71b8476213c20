/** What the `claudacity doctor` command finds: one row for each thing that the app needs. */

/** In the order in which they are shown. */
export const DIAGNOSES = {
  app: 'App',
  cli: 'Claude CLI',
  version: 'CLI version',
  signIn: 'Sign-in',
  payer: 'Who pays',
  selfTest: 'Self-test',
  isolation: 'Isolation',
  port: 'Port',
  health: 'Health',
  display: 'Display',
  tray: 'Tray',
  path: 'PATH',
  disk: 'Disk',
  service: 'Start at login',
} as const;
export type DiagnosisId = keyof typeof DIAGNOSES;

export interface Diagnosis {
  id: DiagnosisId;
  /** `problem`: no request can be answered. `warning`: something does not work, or costs more. `unknown`: it could not be found out. */
  state: 'ok' | 'warning' | 'problem' | 'unknown';
  /** What was found, as a phrase or a sentence. May name the user's paths and account. */
  text: string;
  /** What to do; null where there is nothing to do. */
  remedy: string | null;
}
