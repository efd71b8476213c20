/** The processes of this computer. */
import { readdir } from 'node:fs/promises';

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
