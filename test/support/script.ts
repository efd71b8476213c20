/**
 * The steps of which a test makes an answer of the mocked Messages API:
 * `[text('Hel', 'lo'), usage({ output: 2 }), stop('max_tokens')]`.
 */

/** Token counts as the API reports them. Defaults: input 10, output 5, the others 0. */
export interface ScriptedUsage {
  input?: number;
  cacheRead?: number;
  cacheWrite?: number;
  output?: number;
  /** The part of `output` that was spent on thinking; left out of the answer where undefined. */
  thinking?: number;
}

/** The API's `stop_reason`. */
export type StopReason = 'end_turn' | 'max_tokens' | 'stop_sequence' | 'tool_use' | 'refusal' | 'pause_turn';

/** A step at which the answer pauses until the test calls `open`. */
export interface Gate {
  readonly kind: 'gate';
  readonly opened: Promise<void>;
  /** Resolves when an answer pauses at this gate, after everything before it has been written. */
  readonly reached: Promise<void>;
  open(): void;
  /** Called by the mock when an answer reaches this gate. */
  arrive(): void;
}

/** One step of a scripted answer; made with the functions below. */
export type Step =
  | { readonly kind: 'text'; readonly deltas: readonly string[] }
  /** Without a signature the block stays open. */
  | { readonly kind: 'thinking'; readonly deltas: readonly string[]; readonly signature: string | undefined }
  | { readonly kind: 'redacted_thinking'; readonly data: string }
  | {
      readonly kind: 'tool_use';
      readonly id: string;
      readonly name: string;
      readonly pieces: readonly string[];
      readonly halfway: Gate | undefined;
    }
  | { readonly kind: 'close_block' }
  | { readonly kind: 'usage'; readonly usage: ScriptedUsage }
  | { readonly kind: 'stop'; readonly reason: StopReason; readonly sequence: string | null }
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'split'; readonly bytes: number }
  | { readonly kind: 'pause'; readonly ms: number }
  | Gate
  | {
      readonly kind: 'http_error';
      readonly status: number;
      readonly type: string;
      readonly message: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'stream_error'; readonly type: string; readonly message: string }
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset' };

/**
 * Sends one `content_block_delta` per argument. Consecutive text steps belong to the same content block, even with a
 * pause or a gate between them; `closeBlock()` separates them.
 */
export function text(...deltas: string[]): Step {
  return { kind: 'text', deltas };
}

/** A whole thinking block: one `thinking_delta` per argument, then a signature. */
export function thinking(...deltas: string[]): Step {
  return { kind: 'thinking', deltas, signature: 'c2lnbmF0dXJl' };
}

/** The begin of a thinking block. Only a `hang` can follow. */
export function unfinishedThinking(...deltas: string[]): Step {
  return { kind: 'thinking', deltas, signature: undefined };
}

/** A block of thinking that the API has encrypted. */
export function redactedThinking(data: string): Step {
  return { kind: 'redacted_thinking', data };
}

/**
 * A whole `tool_use` block. The JSON of its input is sent in `pieces` deltas of about equal length; the answer pauses at the gate
 * `halfway` after the first of these. The stop reason becomes `tool_use` unless the script has a `stop` step.
 */
export function toolUse(
  name: string,
  input: Readonly<Record<string, unknown>>,
  { id = toolUseId(), pieces = 2, halfway }: { id?: string; pieces?: number; halfway?: Gate } = {},
): Step {
  const json = JSON.stringify(input);
  const length = Math.ceil(json.length / pieces);
  const parts = Array.from({ length: pieces }, (_, index) => json.slice(index * length, (index + 1) * length));
  return { kind: 'tool_use', id, name, pieces: parts.filter((part) => part !== ''), halfway };
}

let toolUses = 0;

function toolUseId(): string {
  toolUses += 1;
  return `toolu_${String(toolUses).padStart(24, '0')}`;
}

/** Ends the open text block, so that the next text step starts another. */
export function closeBlock(): Step {
  return { kind: 'close_block' };
}

/** Sets the token counts of the whole answer; its position in the script does not matter. */
export function usage(counts: ScriptedUsage): Step {
  return { kind: 'usage', usage: counts };
}

/** Sets the stop reason, by default `end_turn` or `tool_use`; its position in the script does not matter. */
export function stop(reason: StopReason, sequence: string | null = null): Step {
  return { kind: 'stop', reason, sequence };
}

/** Adds response headers; its position in the script does not matter. */
export function headers(fields: Readonly<Record<string, string>>): Step {
  return { kind: 'headers', headers: fields };
}

/**
 * Adds the headers of which the CLI makes its `rate_limit_event` for a subscription. Utilization is 0 to 1; the resets are
 * in seconds since the epoch.
 */
export function rateLimits({
  status = 'allowed',
  claim = 'five_hour',
  fiveHour = 0.25,
  fiveHourReset,
  sevenDay = 0.5,
  sevenDayReset,
}: {
  status?: 'allowed' | 'allowed_warning' | 'rejected';
  claim?: 'five_hour' | 'seven_day';
  fiveHour?: number;
  fiveHourReset: number;
  sevenDay?: number;
  sevenDayReset: number;
}): Step {
  const prefix = 'anthropic-ratelimit-unified';
  return headers({
    [`${prefix}-status`]: status,
    [`${prefix}-representative-claim`]: claim,
    [`${prefix}-reset`]: String(claim === 'five_hour' ? fiveHourReset : sevenDayReset),
    [`${prefix}-5h-utilization`]: String(fiveHour),
    [`${prefix}-5h-reset`]: String(fiveHourReset),
    [`${prefix}-7d-utilization`]: String(sevenDay),
    [`${prefix}-7d-reset`]: String(sevenDayReset),
  });
}

/** Writes the stream in chunks of this size, even inside a character or a line; its position in the script does not matter. */
export function split(bytes: number): Step {
  return { kind: 'split', bytes };
}

/** Waits before the next step. */
export function pause(ms: number): Step {
  return { kind: 'pause', ms };
}

/** A gate that is closed. */
export function gate(): Gate {
  const opened = signal();
  const reached = signal();
  return {
    kind: 'gate',
    opened: opened.promise,
    reached: reached.promise,
    open: opened.resolve,
    arrive: reached.resolve,
  };
}

function signal(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** Answers with an HTTP error. Only pauses and gates may come before it. */
export function httpError(
  status: number,
  type: string,
  message: string,
  fields: Readonly<Record<string, string>> = {},
): Step {
  return { kind: 'http_error', status, type, message, headers: fields };
}

/** Sends an `error` event and ends the stream. */
export function streamError(type: string, message: string): Step {
  return { kind: 'stream_error', type, message };
}

/** Sends nothing more, until the client closes the connection. */
export function hang(): Step {
  return { kind: 'hang' };
}

/** Resets the connection (RST). */
export function reset(): Step {
  return { kind: 'reset' };
}
