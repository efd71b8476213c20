/** The processes of this computer, on Linux. */
import { readdir } from 'node:fs/promises';

/** The ids of all processes that the kernel shows this user, as the folders in /proc are named. @throws where there is no /proc */
export async function processIds(): Promise<string[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
}
