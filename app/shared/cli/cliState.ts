/** The state of the `claude` CLI as the window shows it. Units as in contract.ts. */

import type { Problem } from '../problems';
import type { PayChoice, Payer } from './payer';

/** `checking`: also while the first process is starting. `limited`: a limit of the plan is used up, which `problem` describes. */
export type CliPhase = 'checking' | 'ready' | 'limited' | 'problem';

/** The `claude` CLI: where it is, and whether it can answer requests. */
export interface CliState {
  phase: CliPhase;
  path?: string;
  version?: string;
  /** As `claude auth status` reports it: `claude.ai`, `api_key`… */
  authMethod?: string;
  account?: string;
  /** Whether a process serves one conversation after another. */
  reusesProcesses?: boolean;
  /** The same in words, and why: `reused (self-test passed on 2.1.330)`. */
  processes?: string;
  /** Who pays for a request that comes now. */
  payer?: Payer;
  /** Present where an API key or a token of the environment could pay in place of a subscription. */
  payChoice?: PayChoice & {
    /** Whether the user has seen the notice about it. */
    noticed: boolean;
  };
  problem?: Problem;
  /** Present while a sign-in is under way. */
  signIn?: {
    /** The page in which the user signs in, for a computer on which no browser opens; null until it is known. */
    url: string | null;
    startedAt: number;
  };
}
