/** The peak memory of the app's process, as Linux counts it. */
import { readFileSync, writeFileSync } from 'node:fs';

/** Bytes since the last `resetPeak`; null where the system does not tell. */
export function peakMemory(pid: number): number | null {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}

/** Makes the current memory the peak. */
export function resetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Not Linux, or not permitted: the peak is then that of the whole run.
  }
}
