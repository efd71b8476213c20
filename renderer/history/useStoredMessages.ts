/** The messages of a stored conversation, loaded again whenever it was used. */
import { useCallback, useEffect, useState } from 'react';
import type { StoredConversation, StoredMessage } from '../../app/shared/contract';
import { callErrorText } from '../state/callErrorText';
import { useCommands } from '../state/services';

export interface StoredMessages {
  /** undefined until the app has answered; null where the texts are not stored. */
  messages: StoredMessage[] | null | undefined;
  failure: string | null;
  retry: () => void;
}

export function useStoredMessages({ id, turns, usedAt }: StoredConversation): StoredMessages {
  const commands = useCommands();
  const [answer, setAnswer] = useState<{ id: string; messages: StoredMessage[] | null } | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  const retry = useCallback(() => setTries((before) => before + 1), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the conversation has more messages after each use
  useEffect(() => {
    let current = true;
    setFailure(null);
    commands.call('conversations.read', id).then(
      (messages) => current && setAnswer({ id, messages }),
      (error) => current && setFailure(callErrorText(error)),
    );
    return () => {
      current = false;
    };
  }, [commands, id, turns, usedAt, tries]);

  return { messages: answer?.id === id ? answer.messages : undefined, failure, retry };
}
