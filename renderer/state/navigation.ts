/** Which page the window shows. Pages name each other by their ids, so that none of them imports another. */
import { createStore, type ReadableStore } from './store';

export interface NavigationState {
  /** The id of the page that is shown (renderer/pages.ts). */
  page: string;
  /** What the page is to show: the name of a setting, the id of a conversation. null once the page has read it. */
  target: string | null;
  /** The notes on pages' entries in the rail, by page id. */
  notes: Readonly<Record<string, RailNote>>;
}

export interface RailNote {
  /** A few words: `Unsaved changes`. */
  text: string;
  /** Of how many things it speaks; absent where it is not about a number. */
  count?: number | undefined;
}

export interface Navigation extends ReadableStore<NavigationState> {
  open(page: string, target?: string): void;
  clearTarget(): void;
  /** An empty text removes the note. */
  setNote(page: string, text: string, count?: number): void;
}

/** @param page the id of the page that is shown first. */
export function createNavigation(page: string): Navigation {
  const store = createStore<NavigationState>({ page, target: null, notes: {} });
  return {
    state: store.state,
    subscribe: store.subscribe,
    open: (id, target) => store.set({ page: id, target: target ?? null }),
    clearTarget: () => store.set({ target: null }),
    setNote(id, text, count) {
      const { notes } = store.state();
      const { [id]: note, ...others } = notes;
      if ((note?.text ?? '') === text && note?.count === count) return;
      store.set({ notes: text === '' ? others : { ...others, [id]: { text, count } } });
    },
  };
}
