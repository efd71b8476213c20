/** The stored messages of a conversation together with its running turn. */
import { useMemo, useRef } from 'react';
import type { SaidMessage } from '../../../app/shared/contract';
import type { ConversationEntry } from '../conversationEntry';
import { type ReaderMessages, readerMessages } from './readerMessages';
import { useLiveTurn } from './useLiveTurn';
import { type StoredMessages, useStoredMessages } from './useStoredMessages';

export interface ReadConversation extends ReaderMessages, Omit<StoredMessages, 'messages'> {
  /** As in `StoredMessages`. */
  readonly stored: StoredMessages['messages'];
}

export function useReaderMessages(entry: ConversationEntry): ReadConversation {
  const { messages, failure, retry } = useStoredMessages(entry);
  const turn = useLiveTurn(entry);
  /** What was stored while the turn ran. Once something else is, that has the turn. */
  const storedBefore = useRef<readonly SaidMessage[] | null | undefined>(undefined);
  if (turn?.state === 'running') storedBefore.current = messages;
  const isShown = turn !== null && (turn.state === 'running' || messages === storedBefore.current);
  const shownTurn = isShown ? turn : null;
  const read = useMemo(() => readerMessages(messages, shownTurn), [messages, shownTurn]);
  return { ...read, stored: messages, failure, retry };
}
