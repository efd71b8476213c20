/** State outside React: a value with listeners, and the hook that reads a part of it. */
import { useSyncExternalStore } from 'react';

export interface ReadableStore<T> {
  state(): T;
  /** Returns the function that ends the subscription. */
  subscribe(listener: () => void): () => void;
}

export interface Store<T> extends ReadableStore<T> {
  set(change: Partial<T>): void;
}

export function createStore<T extends object>(initial: T): Store<T> {
  const listeners = new Set<() => void>();
  let state = initial;
  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(change) {
      state = { ...state, ...change };
      for (const listener of listeners) listener();
    },
  };
}

/** A part of a store's state. The component is drawn again only when that part is another value. */
export function useStoreState<T, Part>(store: ReadableStore<T>, select: (state: T) => Part): Part {
  return useSyncExternalStore(store.subscribe, () => select(store.state()));
}
