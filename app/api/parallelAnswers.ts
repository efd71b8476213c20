/** Answers several requests at the same time, for clients that request several choices. */
import { setMaxListeners } from 'node:events';
import type { ChatEvent } from '../chat/events';
import type { ChatRequest } from '../chat/request';
import type { Chat } from '../chat/service';

export interface ChoiceEvent {
  /** The index of the request that the event answers. */
  readonly choice: number;
  readonly event: ChatEvent;
}

/**
 * Like `Chat.ask` for several requests: their events are interleaved as they come. The first event is that of the first request,
 * and the others are sent only then: the response's headers tell of the first one's conversation, and they precede all text.
 * When the iteration ends early, every answer is interrupted.
 */
export async function* parallelAnswers(
  chat: Pick<Chat, 'ask'>,
  requests: readonly ChatRequest[],
  signal: AbortSignal,
): AsyncGenerator<ChoiceEvent> {
  const interruption = new AbortController();
  // Each request listens, and Node takes more than ten listeners for a leak.
  setMaxListeners(0, interruption.signal);
  const abort = () => interruption.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  const answers = requests.map((request) => chat.ask(request, interruption.signal)[Symbol.asyncIterator]());
  const next = async (choice: number) => ({ choice, result: await answers[choice]?.next() });
  const pending = new Map([[0, next(0)]]);
  let started = 1;
  try {
    while (pending.size > 0) {
      const { choice, result } = await Promise.race(pending.values());
      if (result === undefined || result.done) {
        pending.delete(choice);
      } else {
        yield { choice, event: result.value };
        pending.set(choice, next(choice));
        for (; started < answers.length; started += 1) pending.set(started, next(started));
      }
    }
  } finally {
    signal.removeEventListener('abort', abort);
    interruption.abort();
    await Promise.all(answers.map((answer) => answer.return?.()));
  }
}
