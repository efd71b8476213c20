/** Waits until the CPU is idle: a process that is still starting would make the next measurement slower. */
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Share of all cores' time, 0 to 1, below which the machine counts as idle. */
const MAX_LOAD = 0.25;
const WINDOW_MS = 100;
const TIMEOUT_MS = 5_000;

/** Resolves with true when the CPU is idle, with false if it is still busy after five seconds. */
export async function waitForIdleCpu(): Promise<boolean> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    const before = cpuTime();
    await sleep(WINDOW_MS);
    const after = cpuTime();
    if ((after.busy - before.busy) / Math.max(1, after.all - before.all) < MAX_LOAD) return true;
    if (performance.now() > deadline) return false;
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
