/** The messages of a stored conversation, loaded again whenever it was used. They come in parts: all of a long one at once would stop the page. */
import { useCallback, useEffect, useState } from 'react';
import type { MessagesPart, SaidMessage } from '../../../app/shared/contract';
import { callErrorText } from '../../state/callErrorText';
import { useCommands } from '../../state/services';
import type { ConversationEntry } from '../conversationEntry';

export interface StoredMessages {
  /** undefined until the app has answered; null where the texts are not stored. */
  messages: readonly SaidMessage[] | null | undefined;
  failure: string | null;
  retry: () => void;
}

export function useStoredMessages({ id, stored }: ConversationEntry): StoredMessages {
  const commands = useCommands();
  const [messages, setMessages] = useState<readonly SaidMessage[] | null | undefined>(undefined);
  const [failure, setFailure] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  const retry = useCallback(() => setTries((before) => before + 1), []);
  const isStored = stored !== null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the conversation has more messages after each use
  useEffect(() => {
    let current = true;
    setFailure(null);
    if (!isStored) return;
    const read = async () => {
      const all: SaidMessage[] = [];
      for (let next: number | null = 0; next !== null && current; ) {
        const part: MessagesPart | null = await commands.call('conversations.read', id, next);
        if (part === null) return null;
        all.push(...part.messages);
        next = part.next;
      }
      return all;
    };
    read().then(
      (answer) => current && setMessages(answer),
      (error) => current && setFailure(callErrorText(error)),
    );
    return () => {
      current = false;
    };
  }, [commands, id, isStored, stored?.turns, stored?.usedAt, tries]);

  return { messages: isStored ? messages : null, failure, retry };
}
