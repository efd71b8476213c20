/** Reads something of a request again whenever its row changes, but not at every chunk of a stream. */
import { useEffect, useRef } from 'react';

/**
 * Calls `read` when the component appears and for each new `row`, at most once in `everyMs`. The signal is aborted when the answer is not
 * wanted any more: the row has changed again, or the component is gone.
 * @param read must not change with each drawing.
 */
export function useReading(row: unknown, everyMs: number, read: (signal: AbortSignal) => void): void {
  const lastAt = useRef(Number.NEGATIVE_INFINITY);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a changed row is what it is read again for
  useEffect(() => {
    const left = new AbortController();
    const wait = Math.max(0, everyMs - (performance.now() - lastAt.current));
    const timer = setTimeout(() => {
      lastAt.current = performance.now();
      read(left.signal);
    }, wait);
    return () => {
      left.abort();
      clearTimeout(timer);
    };
  }, [row, everyMs, read]);
}
