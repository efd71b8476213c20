/** For what is drawn outside of style sheets: another value whenever the page's theme changes. */
import { useSyncExternalStore } from 'react';

export function useThemeVersion(): string {
  return useSyncExternalStore(subscribe, () => document.documentElement.dataset.theme ?? '');
}

function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}
