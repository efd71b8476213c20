/** How components reach the window's stores and the app. */
import { createContext, useContext } from 'react';
import type { AppState, AppStore, AppStoreState } from './appStore';
import type { Commands } from './commands';
import type { Navigation } from './navigation';
import type { Notices } from './notices';
import { useStoreState } from './store';
import type { StoredConversations, StoredConversationsState } from './storedConversations';

export interface Services {
  appStore: AppStore;
  notices: Notices;
  commands: Commands;
  storedConversations: StoredConversations;
  navigation: Navigation;
  /** By page id; see pageStores.ts. */
  pageStores: Map<string, unknown>;
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('No ServicesContext around this component');
  return services;
}

export const useAppStore = (): AppStore => useServices().appStore;
export const useCommands = (): Commands => useServices().commands;
export const useStoredConversations = (): StoredConversations => useServices().storedConversations;
export const useNavigation = (): Navigation => useServices().navigation;

export function useAppStoreState<T>(select: (state: AppStoreState) => T): T {
  return useStoreState(useAppStore(), select);
}

/** A part of the app's state, for components that are drawn only once the app has sent its snapshot. */
export function useApp<T>(select: (app: AppState) => T): T {
  return useAppStoreState(({ app }) => {
    if (!app) throw new Error('The app has not sent its snapshot yet');
    return select(app);
  });
}

export function useStoredState<T>(select: (state: StoredConversationsState) => T): T {
  return useStoreState(useStoredConversations(), select);
}
