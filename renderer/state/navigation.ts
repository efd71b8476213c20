/** Which page the window shows. Pages name each other by their ids, so that none of them imports another. */
import { createStore, type ReadableStore } from './store';

export interface NavigationState {
  /** The id of the page that is shown (renderer/pages.ts). */
  page: string;
  /** What the page is to show: the name of a setting, the id of a conversation. null once the page has read it. */
  target: string | null;
  /** A short note on a page's entry in the rail, by page id: `Unsaved changes`. */
  notes: Readonly<Record<string, string>>;
}

export interface Navigation extends ReadableStore<NavigationState> {
  open(page: string, target?: string): void;
  clearTarget(): void;
  /** An empty note removes it. */
  setNote(page: string, note: string): void;
}

/** @param page the id of the page that is shown first. */
export function createNavigation(page: string): Navigation {
  const store = createStore<NavigationState>({ page, target: null, notes: {} });
  return {
    state: store.state,
    subscribe: store.subscribe,
    open: (id, target) => store.set({ page: id, target: target ?? null }),
    clearTarget: () => store.set({ target: null }),
    setNote(id, note) {
      const { notes } = store.state();
      if ((notes[id] ?? '') !== note) store.set({ notes: { ...notes, [id]: note } });
    },
  };
}
