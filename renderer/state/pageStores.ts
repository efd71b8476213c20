/** The state of each page (its search, selection, draft), which outlives the page's component while another page is shown. */
import { createContext, useContext, useEffect } from 'react';
import { type Services, useServices } from './services';
import { useStoreState } from './store';

/** The id of the page around a component. */
export const PageIdContext = createContext('');

/** The page's store, created when the page is shown for the first time. A page has one. */
export function usePageStore<T>(create: (services: Services, pageId: string) => T): T {
  const services = useServices();
  const pageId = useContext(PageIdContext);
  const { pageStores } = services;
  if (!pageStores.has(pageId)) pageStores.set(pageId, create(services, pageId));
  return pageStores.get(pageId) as T;
}

/** Passes on what the page was opened for, once. */
export function usePageTarget(onTarget: (target: string) => void): void {
  const { navigation } = useServices();
  const pageId = useContext(PageIdContext);
  const target = useStoreState(navigation, (state) => (state.page === pageId ? state.target : null));
  useEffect(() => {
    if (target === null) return;
    navigation.clearTarget();
    onTarget(target);
  }, [navigation, target, onTarget]);
}
