/** Everything that can go wrong with a request, by kind. A dialect translates a kind into its status and words once. */
import { errorText } from '../shared/errorText';

export type ChatErrorKind =
  /** The request is not what the dialect takes, or what the model can do. */
  | 'invalid_request'
  | 'model_not_found'
  /** More than the model's context holds. */
  | 'context_too_long'
  | 'too_large'
  /** Nobody is signed in to the CLI. */
  | 'signed_out'
  /** The API refused the CLI's sign-in. */
  | 'authentication'
  | 'permission'
  | 'rate_limit'
  /** The API has no capacity (529). */
  | 'overloaded'
  /** This app has no process free and its queue is full. */
  | 'busy'
  | 'cli_missing'
  | 'cli_outdated'
  /** The CLI could not be started, ended, or said something that cannot be understood. */
  | 'cli_failed'
  /** The API answered with another error. */
  | 'api'
  /** The client hung up. */
  | 'cancelled'
  /** A defect of this app. */
  | 'internal';

export interface ChatErrorOptions {
  /** How long the client should wait before it asks again, where that is known. */
  readonly retryAfterMs?: number;
  /** The request parameter at fault. */
  readonly param?: string;
  /** The API's own status, where it was the API that refused. */
  readonly apiStatus?: number;
  readonly cause?: unknown;
}

export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly kind: ChatErrorKind;
  readonly retryAfterMs: number | undefined;
  readonly param: string | undefined;
  readonly apiStatus: number | undefined;

  /** @param message says what is wrong and, where the user can mend it, how. */
  constructor(kind: ChatErrorKind, message: string, options: ChatErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs;
    this.param = options.param;
    this.apiStatus = options.apiStatus;
  }

  /** The error itself where it is one already, else a defect of ours with the original as its cause. */
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
