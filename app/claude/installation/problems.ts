/** What can be wrong with the installed CLI, in words for the user. The window shows them, and clients get them as errors. */
import type { Problem } from '../../shared/problems';
import { MINIMUM_VERSION } from './inspectClaude';

/** A problem of the CLI, its account or its plan. */
export interface ClaudeProblem extends Problem {
  readonly code: 'cli_missing' | 'cli_outdated' | 'cli_failed' | 'signed_out' | 'authentication' | 'plan_exhausted';
}

/** No CLI can be started. */
export class ClaudeUnavailableError extends Error {
  override readonly name = 'ClaudeUnavailableError';
  readonly problem: ClaudeProblem;

  /** @param retryAfterMs how long a client should wait until it repeats the request, where that can help without the user's help. */
  constructor(
    problem: ClaudeProblem,
    readonly retryAfterMs?: number,
  ) {
    super(`${problem.message} ${problem.remedy}`);
    this.problem = problem;
  }
}

/** @param message says where the app searched. */
export function missing(message: string): ClaudeProblem {
  return {
    code: 'cli_missing',
    message,
    remedy: 'Install it with `npm install -g @anthropic-ai/claude-code`, or set its path in the settings.',
  };
}

export function outdated(version: string, path: string): ClaudeProblem {
  return {
    code: 'cli_outdated',
    message: `The claude at ${path} is version ${version}, but at least ${MINIMUM_VERSION} is required: older versions add text of their own to a conversation, or read the files that a client’s text mentions.`,
    remedy: 'Update it with `claude update`.',
  };
}

/** @param cause the program's own error message, where it wrote one. */
export function failed(path: string, cause: string): ClaudeProblem {
  return {
    code: 'cli_failed',
    message: `The claude at ${path} does not work: ${cause}`,
    remedy: 'Run `claude doctor`, or reinstall it with `npm install -g @anthropic-ai/claude-code`.',
  };
}

/** @param waitedMs how long the caller has waited, in ms. */
export function starting(path: string, waitedMs: number): ClaudeProblem {
  return {
    code: 'cli_failed',
    message: `The claude at ${path} has not started within ${Math.round(waitedMs / 100) / 10} s.`,
    remedy: 'Try again soon; if it does not help, run `claude doctor`.',
  };
}

export function signedOut(): ClaudeProblem {
  return { code: 'signed_out', message: 'claude is not signed in.', remedy: 'Sign in with `claude auth login`.' };
}
