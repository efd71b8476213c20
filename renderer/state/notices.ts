/** Short messages over the page that say what a click could not do; one at a time, each disappears by itself. */
import { createStore, type ReadableStore } from './store';

export interface Notices extends ReadableStore<{ message: string | null }> {
  show(message: string): void;
  dismiss(): void;
}

const SHOWN_MS = 8_000;

export function createNotices(): Notices {
  const store = createStore<{ message: string | null }>({ message: null });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const set = (message: string | null) => {
    clearTimeout(timer);
    if (message) timer = setTimeout(() => set(null), SHOWN_MS);
    store.set({ message });
  };
  return { state: store.state, subscribe: store.subscribe, show: set, dismiss: () => set(null) };
}
