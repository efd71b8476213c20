/**
 * Waits for work that other callers share, so the work goes on when this caller stops waiting. Resolves to whether it has ended in time.
 * @throws what the work throws, and the signal's reason where it is aborted first.
 */
export function waitAtMost(work: Promise<unknown>, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(() => resolve(false)), timeoutMs);
    const onAbort = () => settle(() => reject(signal?.reason));
    const settle = (how: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      how();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    work.then(
      () => settle(() => resolve(true)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}
