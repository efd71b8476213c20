/** Whether the window is too narrow for the overview beside the log. The style sheets use the same width. */
import { useSyncExternalStore } from 'react';

const narrow = matchMedia('(max-width: 899px)');

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => narrow.matches);
}

function subscribe(listener: () => void): () => void {
  narrow.addEventListener('change', listener);
  return () => narrow.removeEventListener('change', listener);
}
