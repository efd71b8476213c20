/** What can be wrong with the installed CLI, in words for the user. The window shows them, and clients get them as errors. */
import { MINIMUM_VERSION } from './inspectClaude';

export interface ClaudeProblem {
  readonly kind: 'missing' | 'outdated' | 'failed' | 'signed_out';
  readonly message: string;
  /** What the user can do about it; commands are in backticks. */
  readonly remedy: string;
}

/** No CLI can be started. */
export class ClaudeUnavailableError extends Error {
  override readonly name = 'ClaudeUnavailableError';
  readonly problem: ClaudeProblem;

  constructor(problem: ClaudeProblem) {
    super(`${problem.message} ${problem.remedy}`);
    this.problem = problem;
  }
}

/** @param message says where the app searched. */
export function missing(message: string): ClaudeProblem {
  return {
    kind: 'missing',
    message,
    remedy: 'Install it with `npm install -g @anthropic-ai/claude-code`, or set its path in the settings.',
  };
}

export function outdated(version: string, path: string): ClaudeProblem {
  return {
    kind: 'outdated',
    message: `The claude at ${path} is version ${version}, but at least ${MINIMUM_VERSION} is required: older versions add text of their own to a conversation, or read the files that a client’s text mentions.`,
    remedy: 'Update it with `claude update`.',
  };
}

/** @param cause the program's own error message, where it wrote one. */
export function failed(path: string, cause: string): ClaudeProblem {
  return {
    kind: 'failed',
    message: `The claude at ${path} does not work: ${cause}`,
    remedy: 'Run `claude doctor`, or reinstall it with `npm install -g @anthropic-ai/claude-code`.',
  };
}

export function signedOut(): ClaudeProblem {
  return { kind: 'signed_out', message: 'claude is not signed in.', remedy: 'Sign in with `claude auth login`.' };
}
