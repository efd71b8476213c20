/** Follows the running turn of a live conversation, as long as the reader and the window are shown. */
import { useEffect, useRef, useState } from 'react';
import type { LiveTurn, SaidMessage } from '../../../app/shared/contract';
import { isRunning } from '../../state/conversationPhases';
import { useCommands } from '../../state/services';
import type { ConversationEntry } from '../conversationEntry';

/** A turn with its question, which the app sends once. */
export interface FollowedTurn extends LiveTurn {
  readonly question: readonly SaidMessage[];
}

/** The answer is asked for no more often than that, in ms. */
const EVERY_MS = 100;

/** null where the conversation is not live, or its texts are kept out. */
export function useLiveTurn(entry: ConversationEntry): FollowedTurn | null {
  const { id, phase } = entry;
  const commands = useCommands();
  const [turn, setTurn] = useState<FollowedTurn | null>(null);
  const latest = useRef<FollowedTurn | null>(null);
  const running = isRunning(entry);

  useEffect(() => {
    if (phase === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    const ask = async () => {
      const known = latest.current;
      // A fault shows in the next answer, or in what is stored.
      const news = await commands.call('conversations.live', id, known?.version ?? -1).catch(() => null);
      if (ended) return;
      const question = news?.question ?? known?.question;
      if (news && question) {
        latest.current = { ...news, question };
        setTurn(latest.current);
      }
      if (running) timer = setTimeout(whenShown, EVERY_MS);
    };
    const whenShown = () => {
      if (!document.hidden) void ask();
    };
    const onVisible = () => {
      clearTimeout(timer);
      whenShown();
    };
    document.addEventListener('visibilitychange', onVisible);
    whenShown();
    return () => {
      ended = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [commands, id, phase, running]);

  return turn;
}
