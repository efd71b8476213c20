/** What was said in a stored conversation, asked for again when it was used since. */
import { useCallback, useEffect, useState } from 'react';
import type { StoredConversation, StoredMessage } from '../../app/shared/contract';
import { callErrorText } from '../state/callErrorText';
import { useCommands } from '../state/page';

export interface StoredMessages {
  /** undefined until the app has answered; null where it keeps none. */
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

  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn more, or another use, is another text
  useEffect(() => {
    let wanted = true;
    setFailure(null);
    commands.readConversation(id).then(
      (messages) => wanted && setAnswer({ id, messages }),
      (error) => wanted && setFailure(callErrorText(error)),
    );
    return () => {
      wanted = false;
    };
  }, [commands, id, turns, usedAt, tries]);

  return { messages: answer?.id === id ? answer.messages : undefined, failure, retry };
}
