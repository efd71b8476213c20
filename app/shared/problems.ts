/**
 * The problems that the app reports: their codes, what each one stops, and which of several comes first. The window's banners, the tray and
 * `/health` all follow from this table and from `problemsOf`.
 */

/** What a problem stops: `all` answers, only `some` of them, or none of them (`notice`). */
export type ProblemImpact = 'all' | 'some' | 'notice';

/** The order is that of importance: the tray shows the first one. */
export const PROBLEM_IMPACTS = {
  port_taken: 'all',
  address_unavailable: 'all',
  server_failed: 'all',
  cli_missing: 'all',
  cli_outdated: 'all',
  cli_failed: 'all',
  signed_out: 'all',
  authentication: 'all',
  /** A limit of the plan is used up; `Problem.impact` says whether for every model. */
  plan_exhausted: 'all',
  /** A later version of the app wrote the database: nothing of it is read or changed until the user decides. */
  database_newer: 'notice',
  /** The data folder cannot be written: new conversations are lost when the app ends. */
  disk_full: 'notice',
  disk_read_only: 'notice',
  data_folder_unusable: 'notice',
} as const satisfies Record<string, ProblemImpact>;

export type ProblemCode = keyof typeof PROBLEM_IMPACTS;

/** A problem that the user can solve, or wait out. */
export interface Problem {
  /** Stable: tests and the choice of the action that the window offers depend on it. */
  readonly code: ProblemCode;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** What the user can do; commands stand in backticks. */
  readonly remedy: string;
  /** When the problem ends by itself, in ms since the epoch. */
  readonly resetsAt?: number;
  /** Replaces the impact of the table where it depends on the case. */
  readonly impact?: ProblemImpact;
}

/** The parts of the app's state that can have a problem. */
export interface ProblemSources {
  readonly server: { readonly problem?: Problem };
  readonly cli: { readonly problem?: Problem };
  readonly storage: { readonly problem?: Problem };
}

/** All problems, the most important one first. */
export function problemsOf({ server, cli, storage }: ProblemSources): Problem[] {
  const codes = Object.keys(PROBLEM_IMPACTS);
  return [server.problem, cli.problem, storage.problem]
    .filter((problem) => problem !== undefined)
    .sort((one, other) => codes.indexOf(one.code) - codes.indexOf(other.code));
}

export function impactOf({ code, impact }: Problem): ProblemImpact {
  return impact ?? PROBLEM_IMPACTS[code];
}
