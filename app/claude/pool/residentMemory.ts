import pidusage from 'pidusage';

/** Resident memory in bytes by pid, as the operating system reports it. Processes that have ended are left out. */
export async function residentMemory(pids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const results = await Promise.allSettled(pids.map(async (pid) => [pid, (await pidusage(pid)).memory] as const));
  return new Map(results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])));
}
