/** The present time, for components that show a running duration. They share one timer, which runs only while there are any. */
import { useSyncExternalStore } from 'react';

const EVERY_MS = 100;
const COARSE_MS = 1_000;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

/** Milliseconds since the epoch, updated ten times a second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** The same in whole seconds, for ages: the component is drawn again once a second. */
export function useSeconds(): number {
  return useSyncExternalStore(subscribe, () => Math.floor(now / COARSE_MS) * COARSE_MS);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = setInterval(tick, EVERY_MS);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}
