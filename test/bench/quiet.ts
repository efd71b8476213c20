/** Waits until nothing else takes the processor: a process that is still starting would be counted as part of the answer. */
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** The part of all cores' time that may be in use. */
const BUSY = 0.25;
const WINDOW_MS = 100;
const PATIENCE_MS = 5_000;

/** Resolves with false where the machine did not become quiet within five seconds. */
export async function quiet(): Promise<boolean> {
  const giveUp = performance.now() + PATIENCE_MS;
  for (;;) {
    const before = cpuTime();
    await sleep(WINDOW_MS);
    const after = cpuTime();
    if ((after.busy - before.busy) / Math.max(1, after.all - before.all) < BUSY) return true;
    if (performance.now() > giveUp) return false;
  }
}

function cpuTime(): { busy: number; all: number } {
  let busy = 0;
  let all = 0;
  for (const { times } of os.cpus()) {
    const sum = Object.values(times).reduce((total, ms) => total + ms, 0);
    all += sum;
    busy += sum - times.idle;
  }
  return { busy, all };
}
