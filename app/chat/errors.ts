/** Every error that a request can end with, by kind. Each dialect translates a kind into its own status and body in one place. */
import { errorText } from '../shared/errorText';

export type ChatErrorKind =
  /** The dialect does not accept the request, or the model cannot do what it asks for. */
  | 'invalid_request'
  | 'model_not_found'
  /** The messages exceed the model's context window. */
  | 'context_too_long'
  /** The request's body is too large (413). */
  | 'too_large'
  /** The CLI, or the request's account, is signed out. */
  | 'signed_out'
  /** The API refused the CLI's sign-in. */
  | 'authentication'
  /** The API denies the account what it asked for, or the request's account was removed (403). */
  | 'permission'
  /** A rate limit of the API or of the plan is reached (429). */
  | 'rate_limit'
  /** The API has no capacity (529). */
  | 'overloaded'
  /** All processes of this app are busy and its queue is full. */
  | 'busy'
  /** The stored history that the request relies on cannot be read. */
  | 'history_unavailable'
  | 'cli_missing'
  | 'cli_outdated'
  /** The CLI could not be started, has ended, or its output cannot be read. With `retryAfterMs`: it has not come up yet. */
  | 'cli_failed'
  /** The CLI did not do a step of its work in time, or wrote nothing for too long. */
  | 'cli_timeout'
  /** The API answered with another error. */
  | 'api'
  /** The client hung up. */
  | 'cancelled'
  /** The user ended the conversation in this app. */
  | 'stopped'
  /** A defect of this app. */
  | 'internal';

export interface ChatErrorOptions {
  /** How long the client should wait before it retries, where that is known. */
  readonly retryAfterMs?: number;
  /** The request parameter at fault. */
  readonly param?: string;
  /** The HTTP status of the API, where the API refused. */
  readonly apiStatus?: number;
  /** Of a `rate_limit`: whose limit it is, where it is not one of the API's capacity. */
  readonly limit?: 'plan' | 'key';
  readonly cause?: unknown;
}

export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly kind: ChatErrorKind;
  readonly retryAfterMs: number | undefined;
  readonly param: string | undefined;
  readonly apiStatus: number | undefined;
  readonly limit: 'plan' | 'key' | undefined;

  /** @param message says what is wrong and, where the user can fix it, how. */
  constructor(kind: ChatErrorKind, message: string, options: ChatErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs;
    this.param = options.param;
    this.apiStatus = options.apiStatus;
    this.limit = options.limit;
  }

  /** Returns a `ChatError` as it is; anything else becomes one of kind `internal`, with the original as its cause. */
  static from(error: unknown): ChatError {
    if (error instanceof ChatError) return error;
    return new ChatError('internal', errorText(error), { cause: error });
  }
}

/**
 * Refuses a parameter of the request.
 * @param param its name, with a path to the part at fault: `messages[0].content`.
 * @param message continues the name where it begins with one of the verbs below (`must be a text`); otherwise it stands behind a colon.
 */
export function invalidParam(param: string, message: string): ChatError {
  const separator = VERB.test(message) ? ' ' : ': ';
  return new ChatError('invalid_request', `${param}${separator}${message}`, { param });
}

const VERB = /^(is|must|can|has|needs|names) /;
