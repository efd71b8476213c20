/**
 * Every failure becomes a `Fault` here, once: its status, whether asking again can help, and what may be written down of it.
 * The dialects only word it.
 */
import { ChatError, type ChatErrorKind } from '../chat/errors';

/** A refusal that is about HTTP rather than about the question. */
export type RefusalCode = 'not_found' | 'method_not_allowed' | 'unsupported_encoding' | 'invalid_api_key';

export interface Fault {
  readonly status: number;
  readonly code: ChatErrorKind | RefusalCode;
  /** For the client. Never a stack. */
  readonly message: string;
  /** For the log and the journal: like `message`, without anything that the client wrote. */
  readonly recorded: string;
  /** The request parameter at fault. */
  readonly param: string | null;
  /** Seconds until asking again makes sense, where that is known. */
  readonly retryAfterS: number | null;
  /** Whether the same request can succeed later without anybody doing anything. */
  readonly rerun: boolean;
}

/** Thrown where a request is refused for what it is as HTTP. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly status: number,
    readonly code: RefusalCode | ChatErrorKind,
    message: string,
    /** What to write down instead of the message, where that quotes the client. */
    readonly recorded: string = message,
  ) {
    super(message);
  }
}

/** @param requestId is named to the client where all there is to know stands in the log. */
export function toFault(error: unknown, requestId: string): Fault {
  if (error instanceof Refusal) return refusal(error.status, error.code, error.message, error.recorded);
  if (isUrlError(error)) return refusal(400, 'invalid_request', 'malformed URL', 'malformed URL');
  return chatFault(ChatError.from(error), requestId);
}

const STATUS: Record<ChatErrorKind, number> = {
  invalid_request: 400,
  model_not_found: 404,
  context_too_long: 400,
  too_large: 413,
  signed_out: 401,
  authentication: 401,
  permission: 403,
  rate_limit: 429,
  overloaded: 503,
  busy: 503,
  cli_missing: 503,
  cli_outdated: 503,
  cli_failed: 502,
  api: 502,
  cancelled: 499,
  internal: 500,
};

const PASSING: ReadonlySet<ChatErrorKind> = new Set(['rate_limit', 'overloaded', 'busy', 'cli_failed', 'api']);

/** Client packages retry within seconds; further off than this, their retries only repeat the refusal. */
const LONGEST_RETRY_MS = 60_000;

const BUSY_RETRY_MS = 2_000;

function chatFault(error: ChatError, requestId: string): Fault {
  const internal = error.kind === 'internal';
  const status = error.kind === 'api' ? apiStatus(error.apiStatus) : STATUS[error.kind];
  const retryAfterMs = error.retryAfterMs ?? (error.kind === 'busy' ? BUSY_RETRY_MS : undefined);
  return {
    status,
    code: error.kind,
    message: internal ? `internal error; the log tells more about request ${requestId}` : error.message,
    recorded: error.message,
    param: error.param ?? (error.kind === 'model_not_found' ? 'model' : null),
    retryAfterS: retryAfterMs === undefined ? null : Math.ceil(retryAfterMs / 1000),
    rerun: PASSING.has(error.kind) && (status >= 500 || status === 429) && (retryAfterMs ?? 0) <= LONGEST_RETRY_MS,
  };
}

function apiStatus(status: number | undefined): number {
  return status !== undefined && status >= 400 && status < 500 ? status : STATUS.api;
}

function refusal(status: number, code: Fault['code'], message: string, recorded: string): Fault {
  return { status, code, message, recorded, param: null, retryAfterS: null, rerun: false };
}

/** Express refuses a path with a malformed escape by throwing a URIError with a status. */
function isUrlError(error: unknown): boolean {
  return error instanceof URIError;
}
