/** The turn that a live conversation answers, or has answered last, as the window shows it. */
import type { LatestTurn } from '../../chat/turn/latestTurn';
import type { LiveTurn } from '../../shared/contract';
import { saidMessages } from './saidMessages';

/** @returns null where there is none, or it has not changed since the version. */
export async function liveTurn(turn: LatestTurn | undefined, version: number): Promise<LiveTurn | null> {
  if (!turn || turn.version === version) return null;
  const { earlierMessages, firstVersion } = turn;
  const isKnown = version >= firstVersion && version < turn.version;
  const question = isKnown ? null : await saidMessages(turn.question);
  // Read together, and last: the answer may have gone on meanwhile.
  return { earlierMessages, question, answer: turn.answer(), state: turn.state, version: turn.version };
}
