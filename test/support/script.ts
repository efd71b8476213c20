/**
 * What the stand-in for the Messages API answers, step by step. A test writes a list of these steps, and the stand-in
 * plays it: `[text('Hel', 'lo'), usage({ output: 2 }), stop('max_tokens')]`.
 */

/** Token counts as the API reports them. What is not said is 10 in, 5 out, nothing cached. */
export interface ScriptedUsage {
  input?: number;
  cacheRead?: number;
  cacheWrite?: number;
  output?: number;
  /** The part of `output` that was thinking. */
  thinking?: number;
}

export type StopReason = 'end_turn' | 'max_tokens' | 'stop_sequence' | 'tool_use' | 'refusal' | 'pause_turn';

/** A point where the answer waits until the test opens it. A step like any other. */
export interface Gate {
  readonly kind: 'gate';
  readonly opened: Promise<void>;
  /** Resolves when an answer has come to this gate and all before it is written. */
  readonly reached: Promise<void>;
  open(): void;
  /** For the stand-in. */
  arrive(): void;
}

export type Step =
  | { readonly kind: 'begin' }
  | { readonly kind: 'text'; readonly deltas: readonly string[] }
  | { readonly kind: 'thinking'; readonly deltas: readonly string[]; readonly signature: string }
  | { readonly kind: 'tool_use'; readonly id: string; readonly name: string; readonly pieces: readonly string[] }
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
 * Each argument is exactly one `content_block_delta`. Text steps that follow each other belong to the same content
 * block, also across a pause or a gate; `closeBlock()` between them parts them.
 */
export function text(...deltas: string[]): Step {
  return { kind: 'text', deltas };
}

/** A thinking block of its own, one `thinking_delta` an argument, with a signature at its end. */
export function thinking(...deltas: string[]): Step {
  return { kind: 'thinking', deltas, signature: 'c2lnbmF0dXJl' };
}

/**
 * A `tool_use` block. Its input arrives in `pieces` parts of about equal length. Sets the stop reason to `tool_use`
 * unless the script has a `stop` step.
 */
export function toolUse(
  name: string,
  input: Readonly<Record<string, unknown>>,
  { id = toolUseId(), pieces = 2 }: { id?: string; pieces?: number } = {},
): Step {
  const json = JSON.stringify(input);
  const length = Math.ceil(json.length / pieces);
  const parts = Array.from({ length: pieces }, (_, index) => json.slice(index * length, (index + 1) * length));
  return { kind: 'tool_use', id, name, pieces: parts.filter((part) => part !== '') };
}

let toolUses = 0;

function toolUseId(): string {
  toolUses += 1;
  return `toolu_${String(toolUses).padStart(24, '0')}`;
}

/** Ends the open content block, so that the next text begins another. */
export function closeBlock(): Step {
  return { kind: 'close_block' };
}

/** Sends the response's head and `message_start` now, where nothing else would yet. */
export function begin(): Step {
  return { kind: 'begin' };
}

/** May stand anywhere in the script: the counts are the whole answer's. */
export function usage(counts: ScriptedUsage): Step {
  return { kind: 'usage', usage: counts };
}

/** Why the model stopped, `end_turn` or `tool_use` where a script does not say. May stand anywhere. */
export function stop(reason: StopReason, sequence: string | null = null): Step {
  return { kind: 'stop', reason, sequence };
}

/** Response headers. May stand anywhere. */
export function headers(fields: Readonly<Record<string, string>>): Step {
  return { kind: 'headers', headers: fields };
}

/** The headers from which the CLI makes its `rate_limit_event`, for a subscription. Utilization is 0 to 1, resets are seconds since the epoch. */
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

/** Writes the stream in pieces of so many bytes, wherever that cuts a character or a line. May stand anywhere. */
export function split(bytes: number): Step {
  return { kind: 'split', bytes };
}

export function pause(ms: number): Step {
  return { kind: 'pause', ms };
}

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

/** An error instead of an answer: only pauses and gates may come before it. */
export function httpError(
  status: number,
  type: string,
  message: string,
  fields: Readonly<Record<string, string>> = {},
): Step {
  return { kind: 'http_error', status, type, message, headers: fields };
}

/** An `error` event in the stream, after which it ends. */
export function streamError(type: string, message: string): Step {
  return { kind: 'stream_error', type, message };
}

/** Says nothing more until the client hangs up. */
export function hang(): Step {
  return { kind: 'hang' };
}

/** Cuts the connection (RST). */
export function reset(): Step {
  return { kind: 'reset' };
}
