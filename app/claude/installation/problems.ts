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
    message: `The claude at ${path} does not work: ${cause.replace(/\.?$/, '.')}`,
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

/**
 * The API has refused the account's key or token, which `claude auth status` does not notice.
 * @param authMethod as `claude auth status` reports it.
 */
export function refusedSignIn(authMethod: string | undefined): ClaudeProblem {
  return { code: 'authentication', message: 'The API refuses the sign-in of claude.', remedy: newSignIn(authMethod) };
}

/** What renews the kind of sign-in that is in use: a variable of the environment takes precedence over `claude auth login`. */
function newSignIn(authMethod: string | undefined): string {
  switch (authMethod) {
    case 'api_key':
      return 'Set ANTHROPIC_API_KEY to a valid key, then start Claudacity again.';
    case 'oauth_token':
      return 'Make a new token with `claude setup-token`, set CLAUDE_CODE_OAUTH_TOKEN to it, then start Claudacity again.';
    case 'third_party':
      return 'Renew the credentials of your cloud provider.';
    default:
      return 'Sign in again with `claude auth login`.';
  }
}

/**
 * @param limitType as the CLI names it: `five_hour`, `seven_day`, `seven_day_opus`…
 * @param resetsAt in ms since the epoch; Infinity where it is not known.
 */
export function planExhausted(limitType: string, resetsAt: number): ClaudeProblem {
  const [, window = '', family] = /^(five_hour|seven_day)(?:_([a-z]+))?$/.exec(limitType) ?? [];
  const name = { five_hour: '5-hour limit', seven_day: 'weekly limit' }[window] ?? 'limit';
  const models = family === undefined ? '' : ` for ${family.replace(/^[a-z]/, (letter) => letter.toUpperCase())}`;
  const isKnown = Number.isFinite(resetsAt);
  return {
    code: 'plan_exhausted',
    message: `The plan’s ${name}${models} is used up${isKnown ? ` until ${timeText(resetsAt)}` : ''}.`,
    remedy: family === undefined ? 'Requests are answered again after that.' : 'Other models still answer.',
    impact: family === undefined ? 'all' : 'some',
    ...(isKnown ? { resetsAt } : {}),
  };
}

/** `16:33`, or `28 Nov, 16:33` on another day; local time. */
function timeText(at: number): string {
  const time = { hour: '2-digit', minute: '2-digit' } as const;
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  return new Date(at).toLocaleString('en-GB', isToday ? time : { day: 'numeric', month: 'short', ...time });
}
