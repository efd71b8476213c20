/** Whether the window is too narrow for the overview to stand beside the rest; the style sheets draw the line at the same width. */
import { useSyncExternalStore } from 'react';

const narrow = matchMedia('(max-width: 899px)');

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => narrow.matches);
}

function subscribe(listener: () => void): () => void {
  narrow.addEventListener('change', listener);
  return () => narrow.removeEventListener('change', listener);
}
