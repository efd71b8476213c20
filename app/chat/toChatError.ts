/** Translates the errors of app/claude, and those that the CLI reports, into `ChatError`, which the dialects know. */
import { AccountUnavailableError } from '../claude/accounts/accountProblems';
import { ClaudeUnavailableError } from '../claude/installation/problems';
import { PoolBusyError, ProcessFailedError } from '../claude/pool/errors';
import { CliSilentError, CliTimeoutError } from '../claude/process/deadlines/within';
import { ProtocolError, type RateLimitInfo, type ResultMessage } from '../claude/process/messages';
import { LineTooLongError } from '../claude/process/pipe/lines';
import { CliEndedError } from '../claude/process/protocol';
import { ChatError, type ChatErrorKind } from './errors';

/** After this time a process is likely to be free again: about the length of a short answer. */
const BUSY_RETRY_MS = 5_000;

/** Translates an error that app/claude threw; one that is unknown becomes `internal`. */
export function toChatError(error: unknown): ChatError {
  if (error instanceof ClaudeUnavailableError) {
    const { code } = error.problem;
    const { retryAfterMs } = error;
    return new ChatError(code === 'plan_exhausted' ? 'rate_limit' : code, error.message, {
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(code === 'plan_exhausted' && { limit: 'plan' as const }),
      cause: error,
    });
  }
  if (error instanceof AccountUnavailableError) {
    return new ChatError(error.reason === 'signed_out' ? 'signed_out' : 'permission', error.message, { cause: error });
  }
  if (error instanceof PoolBusyError) {
    return new ChatError('busy', `server busy: ${error.message}`, { retryAfterMs: BUSY_RETRY_MS, cause: error });
  }
  if (error instanceof ProcessFailedError && error.cause instanceof CliTimeoutError) {
    const message = `claude was started twice, and neither process was ready in time: ${describeTimeout(error.cause)}`;
    return new ChatError('cli_failed', message, { retryAfterMs: BUSY_RETRY_MS, cause: error });
  }
  if (error instanceof CliTimeoutError) {
    return new ChatError('cli_timeout', `${describeTimeout(error)}, so its process was ended`, { cause: error });
  }
  if (error instanceof CliSilentError) {
    const message = `claude wrote nothing for ${duration(error.silenceMs)}, so the answer was ended`;
    return new ChatError('cli_timeout', message, { cause: error });
  }
  if (error instanceof ProcessFailedError) {
    return new ChatError('cli_failed', `claude could not be started: ${error.message}`, { cause: error });
  }
  if (error instanceof CliEndedError) {
    return new ChatError('cli_failed', 'the claude process ended before it read the question', { cause: error });
  }
  if (error instanceof ProtocolError || error instanceof LineTooLongError) {
    return new ChatError('cli_failed', `the output of claude cannot be read: ${error.message}`, { cause: error });
  }
  return ChatError.from(error);
}

function describeTimeout({ step, timeoutMs }: CliTimeoutError): string {
  return `claude did not respond within ${duration(timeoutMs)} (step: ${step})`;
}

/** Such as `1.5 s` or `5 minutes`. */
function duration(ms: number): string {
  return ms >= 120_000 ? `${Math.round(ms / 6_000) / 10} minutes` : `${Math.round(ms / 100) / 10} s`;
}

/** The prompt is too long: for the API, or by the CLI's own count, in which case it has sent no request. */
const TOO_LONG_REASONS = new Set(['prompt_too_long', 'blocking_limit']);

/** How the CLI words that a plan's limit is used up; it reports the limit itself only once. */
const PLAN_LIMIT = /^You've (?:hit|reached|used) .*limit\b/i;

/** Translates the result of a turn without an answer. @param limit the CLI's last report on a rate limit of the plan. */
export function resultToChatError(result: ResultMessage, limit: RateLimitInfo | undefined): ChatError {
  if (!result.is_error) return new ChatError('api', 'the model gave no answer of the form that was asked for');
  const text = result.result?.trim() || `claude ended the turn: ${result.terminal_reason ?? result.subtype}`;
  const status = result.api_error_status ?? undefined;
  if (/^not logged in/i.test(text)) {
    return new ChatError('signed_out', 'claude is not signed in. Sign in with `claude auth login`.');
  }
  const kind = TOO_LONG_REASONS.has(result.terminal_reason ?? '') ? 'context_too_long' : kindOfStatus(status);
  return new ChatError(kind, apiMessage(text), {
    ...(status === undefined ? {} : { apiStatus: status }),
    ...(kind === 'rate_limit' ? retryAfter(limit) : {}),
    ...(kind === 'rate_limit' && (limit || PLAN_LIMIT.test(text)) && { limit: 'plan' as const }),
  });
}

/** Translates a refusal of the API that the CLI would repeat after `delayMs`. */
export function retryToChatError(status: number | null, delayMs: number): ChatError {
  const kind = kindOfStatus(status ?? undefined);
  const messages: Partial<Record<ChatErrorKind, string>> = {
    rate_limit: `the API's rate limit is reached: try again in ${Math.ceil(delayMs / 1000)} s`,
    authentication: `the API refuses the sign-in of claude (${status})`,
  };
  const message = messages[kind] ?? `the API answered with ${status}`;
  return new ChatError(kind, message, {
    ...(status === null ? {} : { apiStatus: status }),
    ...(kind === 'rate_limit' ? { retryAfterMs: delayMs } : {}),
  });
}

function kindOfStatus(status: number | undefined): ChatErrorKind {
  switch (status) {
    case 400:
    case 422:
      return 'invalid_request';
    case 401:
      return 'authentication';
    case 403:
      return 'permission';
    case 404:
      return 'model_not_found';
    case 413:
      return 'too_large';
    case 429:
      return 'rate_limit';
    case 529:
      return 'overloaded';
    default:
      return 'api';
  }
}

/**
 * Removes what the CLI puts around the API's own message: its advice names the address of the API, a user's gateway, which is of no
 * use to a client and none of its business, and the CLI's own commands.
 */
function apiMessage(message: string): string {
  return message
    .replace(/^API Error: /, '')
    .replace(/^Request rejected \(\d+\) · /, '')
    .replace(/ If it persists, check [^\n]*$/, '')
    .replace(/\. This is a server-side issue, usually temporary — try again in a moment\.$/, '')
    .replace(/ Run \S+ to (?:pick a different model|recover the conversation)\.$/, '');
}

/** The time until the limit's used-up window is reset; where the CLI does not name that window, it is the one that is full. */
function retryAfter(limit: RateLimitInfo | undefined): { retryAfterMs?: number } {
  const windows = Object.values(limit?.unifiedWindows ?? {});
  const full = windows.filter(({ utilization }) => (utilization ?? 0) >= 1).map(({ resetsAt }) => resetsAt ?? 0);
  const resetsAt = limit?.resetsAt ?? Math.max(0, ...full);
  return resetsAt > 0 ? { retryAfterMs: Math.max(1_000, resetsAt * 1_000 - Date.now()) } : {};
}
