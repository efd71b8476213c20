/** A value that changes with the theme, for components whose colours do not come from style sheets. */
import { useSyncExternalStore } from 'react';

export function useThemeVersion(): string {
  return useSyncExternalStore(subscribe, () => document.documentElement.dataset.theme ?? '');
}

function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}
