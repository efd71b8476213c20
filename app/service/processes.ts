/** The processes of this computer. */
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** The ids of all processes that the kernel shows this user, on Linux, as the folders in /proc are named. @throws where there is no /proc */
export async function processIds(): Promise<string[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
}

/** Whether a process is there, also one of another user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

const LOOK_MS = 50;

/** Resolves with true once the process is gone, and with false where it still runs after `withinMs`. @throws the signal's reason */
export async function waitForExit(pid: number, withinMs: number, signal: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (isAlive(pid)) {
    signal.throwIfAborted();
    if (Date.now() > deadline) return false;
    await sleep(LOOK_MS);
  }
  return true;
}
