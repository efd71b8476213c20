/** What processes hold of the memory, as the system says. */
import pidusage from 'pidusage';

/** In bytes by pid; a process that has ended is left out. */
export async function residentMemory(pids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const read = await Promise.allSettled(pids.map(async (pid) => [pid, (await pidusage(pid)).memory] as const));
  return new Map(read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
}
