/** The frames that a page draws while it is scrolled. */
import type { Page } from '@playwright/test';

export interface Frames {
  /** Ms between one frame and the next. */
  readonly deltas: readonly number[];
  /** Ms of each task of the page that took longer than 50 ms. */
  readonly longTasks: readonly number[];
}

declare global {
  interface Window {
    watchedFrames?: { deltas: number[]; longTasks: number[] };
  }
}

/** Begins to record frames and long tasks in the page. */
export async function watchFrames(page: Page): Promise<void> {
  await page.evaluate(() => {
    const watched = { deltas: [] as number[], longTasks: [] as number[] };
    window.watchedFrames = watched;
    let last = performance.now();
    const onFrame = (now: number) => {
      watched.deltas.push(now - last);
      last = now;
      requestAnimationFrame(onFrame);
    };
    requestAnimationFrame(onFrame);
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) watched.longTasks.push(duration);
    }).observe({ entryTypes: ['longtask'] });
  });
}

/** What has been recorded since `watchFrames`; the first frames are left out. */
export async function readFrames(page: Page): Promise<Frames> {
  const watched = await page.evaluate(() => window.watchedFrames);
  if (watched === undefined) throw new Error('No frames were recorded');
  return { deltas: watched.deltas.slice(5), longTasks: watched.longTasks };
}

/** Scrolls the element down and up again, a step in each frame, in the page itself: no input events wait for this process. */
export async function scroll(page: Page, selector: string, seconds: number): Promise<void> {
  await page.evaluate(
    ({ selector: where, ms }) =>
      new Promise<void>((resolve) => {
        const until = performance.now() + ms;
        let step = 60;
        const onFrame = (now: number) => {
          // A list without rows is replaced by a sentence.
          const element = document.querySelector(where);
          const before = element?.scrollTop ?? 0;
          element?.scrollBy(0, step);
          if (element?.scrollTop === before) step = -step;
          if (now < until) requestAnimationFrame(onFrame);
          else resolve();
        };
        requestAnimationFrame(onFrame);
      }),
    { selector, ms: seconds * 1000 },
  );
}
