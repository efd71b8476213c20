/**
 * Lets a client's retry take over the answer that its first attempt waits for. The packages of OpenAI and Anthropic give up
 * on a request after their own time-out and send it again; without this, the model would run once for each attempt.
 */
import { ChatError } from '../../chat/errors';
import type { ChoiceEvent } from '../parallelAnswers';
import type { Exchange } from './exchange';

/** What makes a request the retry of another. */
export interface Attempt {
  /** The id of the API key, or '' for this computer. */
  readonly owner: string;
  /** The same for requests that mean the same: of path, body and the headers that a dialect has read. */
  readonly content: string;
  /** Whether the client says that it has sent the request before (`x-stainless-retry-count`). */
  readonly isRetry: boolean;
  /** Whether the client counts its attempts, so that a retry can be expected. */
  readonly countsRetries: boolean;
}

/** The request that an answer is sent to. */
export interface AnswerTarget {
  readonly exchange: Exchange;
  /** Whether the client has received a part of the answer, so that no other attempt can take it over. */
  hasAnswered(): boolean;
}

export interface AnswerSharing {
  /**
   * The events for the request: those of the earlier attempt whose answer it takes over, else those of `start`. An
   * attempt whose answer was taken over ends with a `cancelled` error.
   */
  eventsFor(
    attempt: Attempt,
    target: AnswerTarget,
    start: (signal: AbortSignal) => AsyncIterable<ChoiceEvent>,
  ): AsyncIterable<ChoiceEvent>;
}

/** An answer of which no client has received anything yet. */
interface PendingAnswer {
  readonly attempt: Attempt;
  readonly controller: AbortController;
  readonly iterator: AsyncIterator<ChoiceEvent>;
  /** All events until the first part of the answer is sent. */
  readonly events: ChoiceEvent[];
  /** The request for the next event, while it is under way. */
  next: Promise<IteratorResult<ChoiceEvent>> | undefined;
  /** Makes the attempt that has the answer give it up. */
  release: () => void;
  /** Set while no client waits for the answer. */
  timer: NodeJS.Timeout | undefined;
}

/** The packages wait between half a second and a second before their first retries. */
const RETRY_GRACE_MS = 2_000;

/** @param graceMs how long an answer goes on after its client has hung up, for a retry to take it over. */
export function createAnswerSharing(graceMs = RETRY_GRACE_MS): AnswerSharing {
  const pendingAnswers = new Set<PendingAnswer>();

  const end = (pending: PendingAnswer, reason?: unknown) => {
    clearTimeout(pending.timer);
    pendingAnswers.delete(pending);
    pending.controller.abort(reason);
    // What the model still writes goes nowhere.
    pending.iterator.return?.().catch(() => {});
  };

  const earlierAttempt = ({ isRetry, owner, content }: Attempt): PendingAnswer | undefined => {
    const equal = [...pendingAnswers].filter(({ attempt }) => attempt.owner === owner && attempt.content === content);
    const abandoned = equal.find(({ timer }) => timer !== undefined);
    // Where the client does not say that it repeats itself, two equal requests are two questions, unless nobody waits for the first one.
    return abandoned ?? (isRetry ? equal[0] : undefined);
  };

  const startAnswer = (attempt: Attempt, start: (signal: AbortSignal) => AsyncIterable<ChoiceEvent>): PendingAnswer => {
    const controller = new AbortController();
    const iterator = start(controller.signal)[Symbol.asyncIterator]();
    const state = { next: undefined, release: () => {}, timer: undefined };
    const pending: PendingAnswer = { attempt, controller, iterator, events: [], ...state };
    pendingAnswers.add(pending);
    return pending;
  };

  return {
    async *eventsFor(attempt, target, start) {
      const earlier = earlierAttempt(attempt);
      earlier?.release();
      const pending = earlier ?? startAnswer(attempt, start);
      clearTimeout(pending.timer);
      pending.timer = undefined;
      yield* readPending(pending, target, { graceMs, end, settle: () => pendingAnswers.delete(pending) });
    },
  };
}

interface ReadOptions {
  readonly graceMs: number;
  end(pending: PendingAnswer, reason?: unknown): void;
  /** From now on, no other attempt can take the answer over. */
  settle(): void;
}

/** Yields the answer's events, from the first one on, until the answer ends or another attempt takes it over. */
async function* readPending(
  pending: PendingAnswer,
  { exchange, hasAnswered }: AnswerTarget,
  { graceMs, end, settle }: ReadOptions,
): AsyncGenerator<ChoiceEvent> {
  const { signal } = exchange;
  let takenOver = false;
  const left = new Promise<'left'>((resolve) => {
    const leave = () => resolve('left');
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    pending.release = () => {
      takenOver = true;
      leave();
    };
  });
  let settled = false;
  let waitsForRetry = false;
  try {
    yield* [...pending.events];
    for (;;) {
      if (!settled && hasAnswered()) {
        settled = true;
        settle();
      }
      pending.next ??= pending.iterator.next();
      const result = await Promise.race([pending.next, left]);
      if (result === 'left') {
        if (takenOver) {
          // The retry's record counts what the answer uses.
          exchange.change({ usage: null });
          throw new ChatError('cancelled', 'a retry of this request has taken over its answer');
        }
        // Without a process, the model was not asked: of a client that may not return, the request must not stay in the queue.
        const canReturn = pending.attempt.countsRetries || pending.events.length > 0;
        waitsForRetry = canReturn && !hasAnswered() && !(signal.reason instanceof ChatError);
        throw new ChatError('cancelled', 'request canceled');
      }
      pending.next = undefined;
      if (result.done) return;
      if (!settled) pending.events.push(result.value);
      yield result.value;
    }
  } finally {
    if (waitsForRetry) pending.timer = setTimeout(() => end(pending), graceMs).unref();
    else if (!takenOver) end(pending, signal.reason);
  }
}
