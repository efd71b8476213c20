/**
 * Turns every error into a `Fault`: its HTTP status, whether a retry can help, and the text that may be logged. The dialects
 * decide only the form of its body.
 */
import { ChatError, type ChatErrorKind } from '../chat/errors';
import { maskKeys } from '../shared/access/maskKeys';

/** Codes for refusals that concern HTTP rather than the chat. */
export type RefusalCode =
  | 'not_found'
  | 'method_not_allowed'
  | 'unsupported_encoding'
  /** There is no account of the service that the client asks for (401). */
  | 'no_account'
  | 'invalid_api_key'
  /** A page or a host name that may not send requests, or a path that the API key does not reach (403). */
  | 'forbidden'
  /** The body did not arrive in time (408). */
  | 'request_timeout'
  /** More header lines than are read (431). */
  | 'too_many_headers';

/** An error as it is sent to the client and logged. */
export interface Fault {
  readonly status: number;
  readonly code: ChatErrorKind | RefusalCode;
  /** Whose limit is reached, where it is one of the plan or of the API key. */
  readonly limit?: ChatError['limit'];
  /** For the client. Never contains a stack trace. */
  readonly message: string;
  /** For the log and the journal: like `message`, but without any text of the client's. */
  readonly recorded: string;
  /** The request parameter at fault. */
  readonly param: string | null;
  /** Seconds until a retry makes sense; null where that is unknown. */
  readonly retryAfterS: number | null;
  /** Whether the client's package should retry by itself: the same request can succeed within a minute. */
  readonly shouldRetry: boolean;
}

/** Thrown to refuse a request because of its path, method, headers or the form of its body. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly status: number,
    readonly code: RefusalCode | ChatErrorKind,
    message: string,
    /** Logged in place of a message that quotes the client. */
    readonly recorded: string = message,
  ) {
    super(message);
  }
}

/**
 * Converts anything that was thrown.
 * @param requestId is named in the message of an internal error, for finding its details in the log.
 */
export function toFault(error: unknown, requestId: string): Fault {
  const fault = unmaskedFault(error, requestId);
  // A message may quote what the client sent, or what the API says of the owner's key.
  return { ...fault, message: maskKeys(fault.message), recorded: maskKeys(fault.recorded) };
}

function unmaskedFault(error: unknown, requestId: string): Fault {
  if (error instanceof Refusal) return refusalFault(error.status, error.code, error.message, error.recorded);
  if (isUrlError(error)) return refusalFault(400, 'invalid_request', 'malformed URL', 'malformed URL');
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
  history_unavailable: 503,
  cli_missing: 503,
  cli_outdated: 503,
  cli_failed: 502,
  cli_timeout: 504,
  api: 502,
  cancelled: 499,
  stopped: 503,
  internal: 500,
};

const TEMPORARY_KINDS: ReadonlySet<ChatErrorKind> = new Set(['rate_limit', 'overloaded', 'busy', 'cli_failed', 'api']);

/** Client packages retry within seconds: with a longer wait ahead, their retries would be refused again. */
const MAX_RETRY_AFTER_MS = 60_000;

/** For a `busy` error without a time of its own: the server is stopping or restarting. */
const BUSY_RETRY_MS = 2_000;

function chatFault(error: ChatError, requestId: string): Fault {
  const internal = error.kind === 'internal';
  const status = statusOf(error);
  const retryAfterMs = error.retryAfterMs ?? (error.kind === 'busy' ? BUSY_RETRY_MS : undefined);
  return {
    status,
    code: error.kind,
    limit: error.limit,
    message: internal ? `internal error; the log tells more about request ${requestId}` : error.message,
    recorded: error.message,
    param: error.param ?? (error.kind === 'model_not_found' ? 'model' : null),
    retryAfterS: retryAfterMs === undefined ? null : Math.ceil(retryAfterMs / 1000),
    shouldRetry:
      TEMPORARY_KINDS.has(error.kind) && (status >= 500 || status === 429) && (retryAfterMs ?? 0) <= MAX_RETRY_AFTER_MS,
  };
}

function statusOf({ kind, apiStatus: status, retryAfterMs }: ChatError): number {
  if (kind === 'api') return apiStatus(status);
  // A CLI that does not come up is tried again by itself, and the client is told when.
  if (kind === 'cli_failed' && retryAfterMs !== undefined) return 503;
  return STATUS[kind];
}

/** The API's refusal of a request keeps its status; a failure of the API is one of the gateway, 502. */
function apiStatus(status: number | undefined): number {
  return status !== undefined && status >= 400 && status < 500 ? status : STATUS.api;
}

function refusalFault(status: number, code: Fault['code'], message: string, recorded: string): Fault {
  return { status, code, message, recorded, param: null, retryAfterS: null, shouldRetry: false };
}

/** What Express throws for a path with a malformed escape, such as `%zz`. */
function isUrlError(error: unknown): boolean {
  return error instanceof URIError;
}
