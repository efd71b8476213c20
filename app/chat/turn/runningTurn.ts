/**
 * One turn of a process as the events of a request's answer. When the model calls the client's tools, the answer ends but
 * the turn does not: its process waits, and the next request, which brings the results, resumes the turn.
 */
import type { ClaudeProcess } from '../../claude/process/claudeProcess';
import type { RateLimitInfo, ResultMessage } from '../../claude/process/messages';
import type { ApiBlock } from '../../claude/process/outgoingMessages';
import type { TurnEvent } from '../../claude/process/turnEvents';
import { NO_USAGE } from '../../shared/usage';
import { ChatError } from '../errors';
import type { ChatEvent, EndReason } from '../events';
import { resultToChatError, retryToChatError } from '../toChatError';
import type { Clock } from './clock';

export interface RunningTurn {
  readonly process: ClaudeProcess;
  readonly events: AsyncIterator<TurnEvent>;
  /** The turn's first event, until `answerEvents` has read it. */
  first?: Promise<IteratorResult<TurnEvent>> | undefined;
  /** The ids that the model gave to its tool calls in the answer that has ended, in their order. */
  calls: readonly string[];
  /** The process's total cost when this turn began, in US dollars. */
  readonly costBefore: number;
}

export type TurnPart = Exclude<ChatEvent, { type: 'start' | 'error' }>;

export interface TurnOptions {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  onResult(result: ResultMessage): void;
  onRateLimit(limit: RateLimitInfo): void;
}

/**
 * Sends the question at once, so that the caller's other work for the request is done while the API answers.
 * @param signal ends the turn, also while it waits for tool results.
 */
export function startTurn(process: ClaudeProcess, question: ApiBlock[], signal: AbortSignal): RunningTurn {
  const events = process.runTurn(question, signal)[Symbol.asyncIterator]();
  const first = events.next();
  // `answerEvents` reports the error; until it awaits the promise, Node must not take it for an unhandled rejection.
  first.catch(() => {});
  return { process, events, first, calls: [], costBefore: process.costUsd };
}

/**
 * The events of one answer, until it ends. The first event means that the API has begun to answer. After an `end` with reason
 * `tool_use` the turn waits for the results, and another call of this function resumes it; after any other end, or when the caller
 * stops iterating, the turn is over.
 * @throws ChatError
 */
export async function* answerEvents(turn: RunningTurn, options: TurnOptions): AsyncGenerator<TurnPart> {
  const { process, events } = turn;
  const { signal, clock } = options;
  const calls: string[] = [];
  let usage = NO_USAGE;
  let stop: Stop | undefined;
  let finished = false;
  let waitsForTools = false;
  let limit: RateLimitInfo | undefined;
  let failure: ChatError | undefined;
  let hasBegun = false;
  try {
    while (!finished && !failure) {
      const next = await (turn.first ?? events.next());
      turn.first = undefined;
      if (next.done) break;
      const event = next.value;
      if (event.type === 'begin') hasBegun = true;
      switch (event.type) {
        case 'begin':
        case 'usage':
          usage = event.usage;
          yield { type: 'usage', usage };
          break;
        case 'tool_call':
          calls.push(event.id);
          clock.outputReceived();
          yield event;
          break;
        case 'text':
        case 'thinking':
          clock.outputReceived();
          yield event;
          break;
        case 'tool_input':
        case 'tool_end':
        case 'retract':
          yield event;
          break;
        case 'retry':
          if (isFinalRefusal(event)) failure = retryToChatError(event.status, event.delayMs);
          break;
        case 'rate_limit':
          limit = event.info;
          options.onRateLimit(limit);
          break;
        case 'stop':
          usage = event.usage;
          stop = event;
          waitsForTools = event.reason === 'tool_use' && calls.length > 0;
          // After a token limit the CLI would ask the model to continue, in a turn that the client never asked for.
          finished = waitsForTools || endReason(event.reason) === 'length';
          break;
        case 'result':
          finished = true;
          if (!stop) failure = resultToChatError(event.result, limit);
          options.onResult(event.result);
          break;
        case 'schema_rejected':
          finished = true;
          failure = new ChatError('invalid_request', 'claude cannot bind an answer to this schema: is it a valid one?');
          break;
        case 'diverged':
          finished = true;
          if (!stop) failure = new ChatError('api', 'the answer broke off');
          break;
      }
    }
  } finally {
    if (!waitsForTools) await events.return?.();
  }
  if (signal.aborted) throw new ChatError('cancelled', 'the request was cancelled');
  if (failure) throw failure;
  if (!stop) throw await processEndedError(process, hasBegun);
  turn.calls = calls;
  // The CLI reports the cost only at the end of a turn, so the whole turn is charged to the request that ends it.
  const costUsd = waitsForTools ? 0 : process.costUsd - turn.costBefore;
  yield {
    type: 'end',
    reason: waitsForTools ? 'tool_use' : endReason(stop.reason),
    stopSequence: stop.stopSequence,
    usage: { ...usage, costUsd },
    timings: clock.read(),
  };
}

/** Interrupts a turn that waits for the results of tools. Never rejects: where that fails, the process is killed. */
export async function interruptTurn({ process, events }: RunningTurn): Promise<void> {
  try {
    await events.return?.();
  } catch {
    process.kill();
  }
}

type Stop = Extract<TurnEvent, { type: 'stop' }>;

/** The CLI's own retry is awaited where it comes this soon; no client would retry faster. */
const LONGEST_RETRY_MS = 2_000;

/**
 * Whether the CLI's retry of a refused request is not worth waiting for: statuses such as 401 do not change by waiting,
 * and a long rate limit is for the client to wait out.
 */
function isFinalRefusal({ status, delayMs }: { status: number | null; delayMs: number }): boolean {
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

async function processEndedError(process: ClaudeProcess, hasBegun: boolean): Promise<ChatError> {
  process.kill();
  const { code, signal, stderr } = await process.exited;
  const lastLine = stderr.trim().split('\n').at(-1) ?? '';
  const moment = hasBegun ? 'in the middle of its answer' : 'before it answered';
  const message = `the claude process ended (${signal ?? `code ${code}`}) ${moment}`;
  return new ChatError('cli_failed', lastLine === '' ? message : `${message}: ${lastLine}`);
}
