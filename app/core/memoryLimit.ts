/** How many CLI processes the memory allows that this app and its children may use. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** As many as fit into a quarter of the memory, from 2 to 16: a single process would end with every request of another conversation. @param memory and @param processBytes in bytes. */
export function maxProcessesFor(memory: number, processBytes: number): number {
  return Math.max(2, Math.min(16, Math.floor(memory / 4 / processBytes)));
}

/** The folder of the control groups on Linux. */
const CGROUP_ROOT = '/sys/fs/cgroup';

/**
 * The machine's memory in bytes, or less where a control group limits this process, as in a container. Every group on the
 * way from the root to the process's own can set a limit, and the smallest counts.
 * @param root the folder of the control groups, @param membership the file that lists the groups of this process.
 */
export function memoryLimit(root = CGROUP_ROOT, membership = '/proc/self/cgroup'): number {
  return Math.min(os.totalmem(), ...groupFolders(root, membership).flatMap(limitsUpwards(root)));
}

/** The folders of the process's groups: one in version 2, one per controller in version 1. */
function groupFolders(root: string, membership: string): string[] {
  const lines = readText(membership)?.split('\n') ?? [];
  return lines.flatMap((line) => {
    // hierarchy:controllers:path; version 2 has hierarchy 0 and no controllers.
    const [, hierarchy, controllers, group] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (group === undefined) return [];
    if (hierarchy === '0') return [path.join(root, group)];
    return controllers?.split(',').includes('memory') ? [path.join(root, 'memory', group)] : [];
  });
}

/** A container may see its own group as the root, and the path of the group then leads nowhere: the root is read, too. */
function limitsUpwards(root: string): (folder: string) => number[] {
  return (folder) => {
    const limits: number[] = [];
    for (let current = folder; current.startsWith(root); current = path.dirname(current)) {
      for (const name of ['memory.max', 'memory.limit_in_bytes']) {
        const limit = Number(readText(path.join(current, name)));
        // `max` is not a number; without a limit, version 1 has one that no machine reaches.
        if (Number.isFinite(limit) && limit > 0) limits.push(limit);
      }
    }
    return limits;
  };
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
