/** What the driver and the CLI report as a fault, as the one kind of error that the dialects know. */
import { ClaudeUnavailableError } from '../claude/claude';
import { PoolBusyError, ProcessFailedError } from '../claude/pool/pool';
import { LineTooLongError } from '../claude/process/lines';
import { ProtocolError, type RateLimitInfo, type ResultMessage } from '../claude/process/messages';
import { CliEndedError } from '../claude/process/protocol';
import { ChatError, type ChatErrorKind } from './errors';

/** When a place in the pool is likely to be free again: about the length of a short answer. */
const BUSY_RETRY_MS = 5_000;

/** An error that the driver threw. */
export function toChatError(error: unknown): ChatError {
  if (error instanceof ClaudeUnavailableError) {
    const kinds = {
      missing: 'cli_missing',
      outdated: 'cli_outdated',
      failed: 'cli_failed',
      signed_out: 'signed_out',
    } as const;
    return new ChatError(kinds[error.problem.kind], error.message, { cause: error });
  }
  if (error instanceof PoolBusyError) {
    return new ChatError('busy', `server busy: ${error.message}`, { retryAfterMs: BUSY_RETRY_MS, cause: error });
  }
  if (error instanceof ProcessFailedError) {
    return new ChatError('cli_failed', `claude could not be started: ${error.message}`, { cause: error });
  }
  if (error instanceof CliEndedError) {
    return new ChatError('cli_failed', 'claude ended before it had taken the question', { cause: error });
  }
  if (error instanceof ProtocolError || error instanceof LineTooLongError) {
    return new ChatError('cli_failed', `claude said what cannot be understood: ${error.message}`, { cause: error });
  }
  return ChatError.from(error);
}

/** The API said so, or the CLI reckoned so and did not ask it. */
const TOO_LONG = new Set(['prompt_too_long', 'blocking_limit']);

/** @param limit the last that the CLI reported of the plan's limits. */
export function resultToChatError(result: ResultMessage, limit: RateLimitInfo | undefined): ChatError {
  const said = result.result?.trim() || `claude ended the turn: ${result.terminal_reason ?? result.subtype}`;
  const status = result.api_error_status ?? undefined;
  if (/^not logged in/i.test(said)) {
    return new ChatError('signed_out', 'Nobody is signed in to claude. Sign in with `claude auth login`.');
  }
  const kind = TOO_LONG.has(result.terminal_reason ?? '') ? 'context_too_long' : kindOf(status);
  const message = kind === 'authentication' ? `${plain(said)} (sign in anew with \`claude auth login\`)` : plain(said);
  return new ChatError(kind, message, {
    ...(status === undefined ? {} : { apiStatus: status }),
    ...(kind === 'rate_limit' ? retryAfter(limit) : {}),
  });
}

/** The API refused, and the CLI would wait for so long before it asks again. */
export function retryToChatError(status: number | null, delayMs: number): ChatError {
  const kind = kindOf(status ?? undefined);
  const message =
    kind === 'rate_limit'
      ? `the API's rate limit is reached: try again in ${Math.ceil(delayMs / 1000)} s`
      : `the API answered with ${status}`;
  return new ChatError(kind, message, {
    ...(status === null ? {} : { apiStatus: status }),
    ...(kind === 'rate_limit' ? { retryAfterMs: delayMs } : {}),
  });
}

function kindOf(status: number | undefined): ChatErrorKind {
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

/** Without the words that the CLI puts ahead of the API's. */
function plain(said: string): string {
  return said.replace(/^API Error: /, '').replace(/^Request rejected \(\d+\) · /, '');
}

/** Until the window that is used up begins anew; the CLI does not always say which one that is. */
function retryAfter(limit: RateLimitInfo | undefined): { retryAfterMs?: number } {
  const windows = Object.values(limit?.unifiedWindows ?? {});
  const full = windows.filter(({ utilization }) => (utilization ?? 0) >= 1).map(({ resetsAt }) => resetsAt ?? 0);
  const resetsAt = limit?.resetsAt ?? Math.max(0, ...full);
  return resetsAt > 0 ? { retryAfterMs: Math.max(1_000, resetsAt * 1_000 - Date.now()) } : {};
}
