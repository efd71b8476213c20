/** Keeps the report up to date while the page is shown. */
import { useEffect, useRef } from 'react';
import { useApp } from '../state/services';
import { useStoreState } from '../state/store';
import type { UsageStore } from './usageStore';

const AT_MOST_EVERY_MS = 1_000;
/** The last 60 minutes go on, also where nothing happens. */
const MINUTES_EVERY_MS = 15_000;

/** Reads the report when the page is opened, and again when today's usage has changed, at most once a second. */
export function useFreshReport(store: UsageStore): void {
  // A hidden window gets no changes of the topic.
  const usage = useApp((app) => app.usage);
  const period = useStoreState(store, ({ query }) => query.period);
  const isPresent = useStoreState(store, ({ query }) => query.offset === 0);
  const loadedAt = useRef(Number.NEGATIVE_INFINITY);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another value of today's usage is what the report is read again for
  useEffect(() => {
    if (!isPresent && loadedAt.current > 0) return;
    const wait = Math.max(0, loadedAt.current + AT_MOST_EVERY_MS - performance.now());
    const timer = setTimeout(() => {
      loadedAt.current = performance.now();
      store.reload();
    }, wait);
    return () => clearTimeout(timer);
  }, [store, usage, isPresent]);
  useEffect(() => {
    if (period !== 'hour' || !isPresent) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') store.reload();
    }, MINUTES_EVERY_MS);
    return () => clearInterval(timer);
  }, [store, period, isPresent]);
}
