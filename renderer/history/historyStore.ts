/** The state of the conversations page. */
import type { VirtualItem } from '@tanstack/react-virtual';
import type { FoundConversation } from '../../app/shared/contract';
import { createStore, type Store } from '../state/store';
import type { ListPosition } from './list/ConversationList';

export interface HistoryState {
  /** The words in the search box. */
  words: string;
  /** Only the conversations of this client and this model; '' for all. */
  client: string;
  model: string;
  /** What the app has found for the words and the menus; null while nothing is searched, or before the first answer. */
  found: readonly FoundConversation[] | null;
  /** Why the last search has failed. */
  searchFailure: string | null;
  /** The id of the selected conversation. */
  selected: string | null;
  /** Whether the selected conversation is shown beside the list. */
  open: boolean;
}

/** How far a conversation was read. */
export interface ReaderPosition {
  conversation: string;
  /** In pixels. */
  offset: number;
  /** Whether the end was in view. */
  atEnd: boolean;
  /** The measured heights of its messages, without which the offset would be that of another message. */
  measurements: VirtualItem[];
  /** How many parts of a long text are shown, by `message.part`. */
  shownParts: Readonly<Record<string, number>>;
}

export interface HistoryStore extends Store<HistoryState> {
  readonly position: ListPosition;
  /** Changed in place; null where no conversation was read yet. */
  reader: ReaderPosition | null;
  /** The messages get the focus once they are there. Changed in place. */
  focusesMessages: boolean;
}

export function createHistoryStore(): HistoryStore {
  const store = createStore<HistoryState>({
    words: '',
    client: '',
    model: '',
    found: null,
    searchFailure: null,
    selected: null,
    open: false,
  });
  return { ...store, position: { top: null, revealed: null }, reader: null, focusesMessages: false };
}

/** Whether anything is searched for. */
export function isSearched({ words, client, model }: Pick<HistoryState, 'words' | 'client' | 'model'>): boolean {
  return words.trim() !== '' || client !== '' || model !== '';
}
