/** The memory of the CLI's processes. */
import { readFile } from 'node:fs/promises';
import pidusage from 'pidusage';

/**
 * The memory of each process in bytes, by pid; processes that have ended are left out. On Linux it is the proportional set
 * size: processes of one binary share about 80 MB, which the resident size would count once for each.
 */
export async function processMemory(pids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const results = await Promise.allSettled(pids.map(async (pid) => [pid, await memoryOf(pid)] as const));
  return new Map(results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])));
}

async function memoryOf(pid: number): Promise<number> {
  if (process.platform !== 'linux') return (await pidusage(pid)).memory;
  // Some containers deny access to this file.
  return proportionalSize(pid).catch(async () => (await pidusage(pid)).memory);
}

/** @throws Error where the file cannot be read or lacks the line. */
async function proportionalSize(pid: number): Promise<number> {
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error(`the proportional set size of process ${pid} is unknown`);
  return Number(kilobytes) * 1024;
}
