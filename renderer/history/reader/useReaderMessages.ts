/** The stored messages of a conversation together with its running turn. */
import { useMemo, useRef } from 'react';
import type { SaidMessage } from '../../../app/shared/contract';
import type { ConversationEntry } from '../conversationEntry';
import { type ReaderMessages, readerMessages } from './readerMessages';
import { type FollowedTurn, useLiveTurn } from './useLiveTurn';
import { type StoredMessages, useStoredMessages } from './useStoredMessages';

export interface ReadConversation extends ReaderMessages, Omit<StoredMessages, 'messages'> {
  /** As in `StoredMessages`. */
  readonly stored: StoredMessages['messages'];
}

export function useReaderMessages(entry: ConversationEntry): ReadConversation {
  const { messages, failure, retry } = useStoredMessages(entry);
  const turn = useLiveTurn(entry);
  const isLive = entry.phase !== null;
  /** What was stored while the turn ran. Once something else is, that has the turn, if it was answered. */
  const storedBefore = useRef<readonly SaidMessage[] | null | undefined>(undefined);
  if (isLive && turn?.state === 'running') storedBefore.current = messages;
  const isReloaded = messages !== undefined && messages !== storedBefore.current;
  const shownTurn = useMemo(() => turnToShow(turn, messages, isLive, isReloaded), [turn, messages, isLive, isReloaded]);
  const read = useMemo(() => readerMessages(messages, shownTurn), [messages, shownTurn]);
  return { ...read, stored: messages, failure, retry };
}

function turnToShow(
  turn: FollowedTurn | null,
  stored: StoredMessages['messages'],
  isLive: boolean,
  isReloaded: boolean,
): FollowedTurn | null {
  if (turn === null || isLive || turn.state !== 'running') return isReloaded && turn?.state !== 'running' ? null : turn;
  // The conversation has ended with the turn, whose end was not seen here: what is stored by now tells whether it was answered.
  if (!isReloaded) return { ...turn, state: 'answered' };
  const isAnswered = (stored?.length ?? 0) > turn.earlierMessages + turn.question.length;
  return isAnswered ? null : { ...turn, state: 'broken' };
}
