/**
 * The overall state of the app: the worst of the server, the CLI, the sign-in and the plan. The header, the tray, `/health` and the status bar
 * all show this one, so none of them is green while no request can be answered.
 */
import type { CliPhase } from './cli/cliState';
import { impactOf, type Problem, type ProblemCode, type ProblemSources, problemsOf } from './problems';

/**
 * From best to worst. `ready`: requests are answered. `limited`: some are, or something else is wrong that does not stop answers. `changing`:
 * starting, stopping, or looking for the CLI. `stopped`: by the user. `blocked`: no request can be answered until the user has done something,
 * or the plan's limit is reset.
 */
export type StatusLevel = 'ready' | 'limited' | 'changing' | 'stopped' | 'blocked';

export interface AppStatus {
  readonly level: StatusLevel;
  /** One to three words: `Running`, `Signed out`. */
  readonly label: string;
  /** One sentence or phrase: `Running on http://127.0.0.1:22434`. May name the user's paths. */
  readonly text: string;
}

export interface StatusSources extends ProblemSources {
  readonly server: {
    readonly phase: 'starting' | 'running' | 'stopping' | 'stopped' | 'error';
    readonly url: string;
    readonly problem?: Problem;
  };
  readonly cli: { readonly phase: CliPhase; readonly problem?: Problem };
}

export function appStatus(sources: StatusSources): AppStatus {
  const { server, cli } = sources;
  const problems = problemsOf(sources);
  const blocking = problems.find((problem) => impactOf(problem) === 'all');
  if (blocking) return { level: 'blocked', label: PROBLEM_LABELS[blocking.code], text: blocking.message };
  switch (server.phase) {
    case 'error':
      return { level: 'blocked', label: 'Not running', text: 'The server could not be started' };
    case 'stopped':
      return { level: 'stopped', label: 'Stopped', text: 'Stopped' };
    case 'starting':
      return { level: 'changing', label: 'Starting', text: 'Starting…' };
    case 'stopping':
      return { level: 'changing', label: 'Stopping', text: 'Stopping…' };
  }
  if (cli.phase === 'problem') return { level: 'blocked', label: 'No answers', text: 'The claude CLI cannot answer' };
  if (cli.phase === 'checking') return { level: 'changing', label: 'Starting', text: 'Starting the claude CLI…' };
  const [problem] = problems;
  if (problem) return { level: 'limited', label: 'Running', text: problem.message };
  return { level: 'ready', label: 'Running', text: `Running on ${server.url}` };
}

/** Whether a request that comes now can be answered. */
export function canAnswer({ level }: AppStatus): boolean {
  return level === 'ready' || level === 'limited';
}

const PROBLEM_LABELS: Record<ProblemCode, string> = {
  port_taken: 'Not running',
  address_unavailable: 'Not running',
  server_failed: 'Not running',
  cli_missing: 'No claude CLI',
  cli_outdated: 'CLI outdated',
  cli_failed: 'CLI failed',
  signed_out: 'Signed out',
  authentication: 'Sign-in refused',
  plan_exhausted: 'Plan used up',
  disk_full: 'Disk full',
  database_newer: 'Database of a later version',
  disk_read_only: 'Disk read-only',
  data_folder_unusable: 'No data folder',
};
