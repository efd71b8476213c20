/** Keeps the home page's report up to date while the page is shown. */
import { useEffect, useRef } from 'react';
import { useApp } from '../state/services';
import type { HomeStore } from './homeStore';

/** A request is written up to 100 ms after its end; and not more often than once a second. */
const AFTER_MS = 300;
const AT_MOST_EVERY_MS = 1_000;
/** What is usual up to now changes with the time of day. */
const EVERY_MS = 60_000;

export function useHomeReport(store: HomeStore): void {
  // A hidden window gets no changes of the topic.
  const usage = useApp((app) => app.usage);
  const loadedAt = useRef(Number.NEGATIVE_INFINITY);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another value of today's usage is what the report is read again for
  useEffect(() => {
    const isFirst = loadedAt.current < 0;
    const wait = isFirst ? 0 : Math.max(AFTER_MS, loadedAt.current + AT_MOST_EVERY_MS - performance.now());
    const timer = setTimeout(() => {
      loadedAt.current = performance.now();
      store.reload();
    }, wait);
    return () => clearTimeout(timer);
  }, [store, usage]);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') store.reload();
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [store]);
}
