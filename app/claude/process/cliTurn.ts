/** One turn of a process: the messages that the CLI writes from the user's message until its `result`. */

import type { CliMessage } from './messages';
import { type Channel, createChannel } from './pipe/channel';

export interface CliTurn {
  readonly channel: Channel<CliMessage>;
  /** Whether the CLI has written the turn's `result`. */
  readonly isFinished: boolean;
  /** Resolves when the CLI has written the turn's `result`. */
  readonly finished: Promise<void>;
  /** Called when the CLI has written the turn's `result`. */
  finish(): void;
}

export function createCliTurn(): CliTurn {
  let isFinished = false;
  let resolve: () => void = () => {};
  const finished = new Promise<void>((resolveFinished) => {
    resolve = resolveFinished;
  });
  return {
    channel: createChannel<CliMessage>(),
    finished,
    get isFinished() {
      return isFinished;
    },
    finish: () => {
      isFinished = true;
      resolve();
    },
  };
}
