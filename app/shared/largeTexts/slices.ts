/** Divides long work into slices, so that other requests are served in between. */
/** How long one slice may take, in ms. Streams of other clients pause for as long. */
const SLICE_MS = 8;

/** Does the steps one after the other and lets other work take its turn between them. */
export async function inSlices(steps: Iterable<unknown>): Promise<void> {
  const pause = createPause();
  for (const _ of steps) {
    const waits = pause();
    if (waits !== undefined) await waits;
  }
}

/** Returns a function for long loops: where the current slice is used up, it returns a promise to wait for. */
export function createPause(sliceMs: number = SLICE_MS): () => Promise<void> | undefined {
  let sliceEnds = performance.now() + sliceMs;
  return () => {
    if (performance.now() < sliceEnds) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        sliceEnds = performance.now() + sliceMs;
        resolve();
      });
    });
  };
}
