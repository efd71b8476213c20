/**
 * One turn of a process, as the events of a request. A turn in which the model calls the client's tools is asked by one
 * request and goes on with the next: between the two it stands still, and its process waits.
 */
import type { ClaudeProcess } from '../../claude/process/claudeProcess';
import type { ApiBlock, RateLimitInfo, ResultMessage } from '../../claude/process/messages';
import type { TurnEvent } from '../../claude/process/turn';
import { NO_USAGE, type Usage } from '../../shared/usage';
import { ChatError } from '../errors';
import type { ChatEvent, EndReason, Timings } from '../events';
import { resultError, retryError } from '../toChatError';

export interface RunningTurn {
  readonly process: ClaudeProcess;
  readonly events: AsyncIterator<TurnEvent>;
  /** The first event, until somebody has waited for it. */
  first?: Promise<IteratorResult<TurnEvent>> | undefined;
  /** The ids that the model gave to its calls in the answer before, in their order. */
  calls: readonly string[];
  /** What the process had cost when this turn began, in US dollars. */
  readonly costBefore: number;
}

export type TurnPart = Exclude<ChatEvent, { type: 'start' | 'error' }>;

export interface TurnOptions {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  onResult(result: ResultMessage): void;
  onLimit(limit: RateLimitInfo): void;
}

/** Asks at once, so that what else there is to do for the request is done while the API answers. @param signal ends the turn, also while it stands still. */
export function startTurn(process: ClaudeProcess, question: ApiBlock[], signal: AbortSignal): RunningTurn {
  const events = process.turn(question, signal)[Symbol.asyncIterator]();
  const first = events.next();
  // Whoever waits for it is told.
  first.catch(() => {});
  return { process, events, first, calls: [], costBefore: process.costUsd };
}

/**
 * What the model says until its answer ends. After an `end` with reason `tool_use` the turn stands still, and another
 * call goes on with it; after any other, or when this is left early, it is over.
 * @throws ChatError
 */
export async function* answerOf(turn: RunningTurn, options: TurnOptions): AsyncGenerator<TurnPart> {
  const { process, events } = turn;
  const { signal, clock } = options;
  const calls: string[] = [];
  let usage: Usage = NO_USAGE;
  let end: Extract<TurnEvent, { type: 'stop' }> | undefined;
  let over = false;
  let limit: RateLimitInfo | undefined;
  let failure: ChatError | undefined;
  let standsStill = false;
  try {
    while (!over && !failure) {
      const next = await (turn.first ?? events.next());
      turn.first = undefined;
      if (next.done) break;
      const event = next.value;
      switch (event.type) {
        case 'begin':
        case 'usage':
          usage = event.usage;
          yield { type: 'usage', usage };
          break;
        case 'tool_call':
          calls.push(event.id);
          clock.answered();
          yield event;
          break;
        case 'text':
        case 'thinking':
          clock.answered();
          yield event;
          break;
        case 'tool_input':
        case 'tool_end':
        case 'retract':
          yield event;
          break;
        case 'retry':
          if (mustWait(event)) failure = retryError(event.status, event.delayMs);
          break;
        case 'rateLimit':
          limit = event.info;
          options.onLimit(limit);
          break;
        case 'stop':
          usage = event.usage;
          end = event;
          // After the token limit the CLI would go on by itself, in turns that the client never sent.
          over = endReason(event.reason) === 'length';
          if (event.reason === 'tool_use' && calls.length > 0) {
            standsStill = true;
            over = true;
          }
          break;
        case 'result':
          over = true;
          if (event.result.is_error && !end) failure = resultError(event.result, limit);
          else end ??= { type: 'stop', reason: 'end_turn', stopSequence: undefined, usage: NO_USAGE };
          options.onResult(event.result);
          break;
        case 'unbound':
          over = true;
          failure = new ChatError('invalid_request', 'claude cannot bind an answer to this schema: is it a valid one?');
          break;
        case 'diverged':
          over = true;
          if (!end) failure = new ChatError('api', 'the answer broke off');
          break;
      }
    }
  } finally {
    if (!standsStill) await events.return?.();
  }
  if (signal.aborted) throw new ChatError('cancelled', 'the request was cancelled');
  if (failure) throw failure;
  if (!end) throw await death(process);
  turn.calls = calls;
  // The CLI tells the cost with the end of the turn: the request that ends it bears what those before have cost.
  const costUsd = standsStill ? 0 : process.costUsd - turn.costBefore;
  yield {
    type: 'end',
    reason: standsStill ? 'tool_use' : endReason(end.reason),
    stopSequence: end.stopSequence,
    usage: { ...usage, costUsd },
    timings: clock.read(),
  };
}

/** A refusal that is over sooner than this is waited out here; a client would hardly come back faster. */
const LONGEST_RETRY_MS = 2_000;

/** 401 and its like will not get better by waiting, and a rate limit is the client's to wait for. */
function mustWait({ status, delayMs }: { status: number | null; delayMs: number }): boolean {
  if (status === 429) return delayMs > LONGEST_RETRY_MS;
  return status !== null && status >= 400 && status < 500 && status !== 408 && status !== 409;
}

function endReason(reason: string): EndReason {
  switch (reason) {
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length';
    case 'refusal':
      return reason;
    default:
      return 'stop';
  }
}

async function death(process: ClaudeProcess): Promise<ChatError> {
  process.kill();
  const { code, signal, stderr } = await process.exited;
  const why = stderr.trim().split('\n').at(-1) ?? '';
  const how = signal ?? `code ${code}`;
  return new ChatError('cli_failed', `claude ended in the middle of the answer (${how}) ${why}`.trim());
}

export interface Clock {
  /** The question is put to the process now. */
  asked(): void;
  /** Something has come back; only the first call counts. */
  answered(): void;
  read(): Timings;
}

export function startClock(): Clock {
  const begin = performance.now();
  let asked = begin;
  let answered: number | undefined;
  return {
    asked: () => {
      asked = performance.now();
    },
    answered: () => {
      answered ??= performance.now();
    },
    read: () => {
      const now = performance.now();
      const first = answered ?? now;
      return { loadMs: asked - begin, promptMs: first - asked, answerMs: now - first, totalMs: now - begin };
    },
  };
}
