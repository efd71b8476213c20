/** The state of the history page. */
import type { VirtualItem } from '@tanstack/react-virtual';
import { createStore, type Store } from '../state/store';
import { type GridPosition, topPosition } from '../ui/list/RowGrid';

export interface HistoryState {
  /** The words in the search box. */
  words: string;
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
  /** The measured heights of its messages, without which the offset would be that of another message. */
  measurements: VirtualItem[];
  /** How many characters of a long message are shown, by its index. */
  lengths: Readonly<Record<number, number>>;
}

export interface HistoryStore extends Store<HistoryState> {
  readonly position: GridPosition;
  /** Changed in place; null where no conversation was read yet. */
  reader: ReaderPosition | null;
}

export function createHistoryStore(): HistoryStore {
  const store = createStore<HistoryState>({ words: '', selected: null, open: false });
  return { ...store, position: topPosition(), reader: null };
}
