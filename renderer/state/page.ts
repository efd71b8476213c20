/** How components reach the store and the commands. */
import { createContext, useContext, useSyncExternalStore } from 'react';
import type { AppState, AppStore, PageState } from './appStore';
import type { Commands } from './commands';
import type { Notices } from './notices';
import type { StoredConversations, StoredConversationsState } from './storedConversations';

export interface Page {
  store: AppStore;
  notices: Notices;
  commands: Commands;
  storedConversations: StoredConversations;
}

export const PageContext = createContext<Page | null>(null);

function usePage(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error('No page around this component');
  return page;
}

export const useStore = (): AppStore => usePage().store;
export const useCommands = (): Commands => usePage().commands;
export const useStoredConversations = (): StoredConversations => usePage().storedConversations;

/** A part of the page's state; the component is drawn again when that part is another. */
export function usePageState<T>(select: (state: PageState) => T): T {
  const { store } = usePage();
  return useSyncExternalStore(store.subscribe, () => select(store.state()));
}

/** A part of the app's state, for what is drawn only once the app has answered. */
export function useApp<T>(select: (app: AppState) => T): T {
  return usePageState(({ app }) => {
    if (!app) throw new Error('Nothing is known of the app yet');
    return select(app);
  });
}

/** A part of what is known of the stored conversations; the component is drawn again when that part is another. */
export function useStoredState<T>(select: (storedConversations: StoredConversationsState) => T): T {
  const { storedConversations } = usePage();
  return useSyncExternalStore(storedConversations.subscribe, () => select(storedConversations.state()));
}

/** The notice to show, and the function that takes it away. */
export function useNotice(): [string | null, () => void] {
  const { notices } = usePage();
  return [useSyncExternalStore(notices.subscribe, notices.current), notices.dismiss];
}
