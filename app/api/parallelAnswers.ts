/** Several answers at once, for the clients that want some to choose from: each is asked for itself, and they arrive as they come. */
import type { ChatEvent } from '../chat/events';
import type { ChatRequest } from '../chat/request';
import type { Chat } from '../chat/service';

export interface ChoiceEvent {
  /** The place of the request that it answers. */
  readonly choice: number;
  readonly event: ChatEvent;
}

/**
 * Like `Chat.ask`, for all of the requests together. The first event is the first request's, and only then are the
 * others asked: what it tells of the conversation goes into the headers, ahead of anybody's words. When the iteration
 * ends early, every answer is interrupted.
 */
export async function* parallelAnswers(
  chat: Pick<Chat, 'ask'>,
  requests: readonly ChatRequest[],
  signal: AbortSignal,
): AsyncGenerator<ChoiceEvent> {
  const leave = new AbortController();
  const abort = () => leave.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  const answers = requests.map((request) => chat.ask(request, leave.signal)[Symbol.asyncIterator]());
  const next = async (choice: number) => ({ choice, result: await answers[choice]?.next() });
  const coming = new Map([[0, next(0)]]);
  let asked = 1;
  try {
    while (coming.size > 0) {
      const { choice, result } = await Promise.race(coming.values());
      if (result === undefined || result.done) {
        coming.delete(choice);
      } else {
        yield { choice, event: result.value };
        coming.set(choice, next(choice));
        for (; asked < answers.length; asked += 1) coming.set(asked, next(asked));
      }
    }
  } finally {
    signal.removeEventListener('abort', abort);
    leave.abort();
    await Promise.all(answers.map((answer) => answer.return?.()));
  }
}
