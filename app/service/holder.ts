/** What started a process, as far as the system tells. */
import { readFile } from 'node:fs/promises';
import type { ServiceHolder } from './serviceTypes';
import { UNIT_NAME } from './systemdUnit';

/** Linux: from the process's control group and, without systemd, its ancestors. Elsewhere, and where they cannot be read, `user`. */
export async function holderOf(pid: number): Promise<ServiceHolder> {
  const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
  const holder = holderInGroups(groups);
  return holder === 'user' && (await isBelowCron(pid)) ? 'cron' : holder;
}

/** The name of a daemon that starts what is in crontabs. That of Debian has it in capitals in the process that waits for a command. */
export const CRON_NAME = /^(f?cron|crond|cronie)$/i;

/** cron starts a shell, which starts the command. */
async function isBelowCron(pid: number): Promise<boolean> {
  let next = pid;
  for (let generation = 0; generation < 4 && next > 1; generation += 1) {
    const status = await readFile(`/proc/${next}/status`, 'utf8').catch(() => '');
    if (CRON_NAME.test(/^Name:\s*(.*)$/m.exec(status)?.[1] ?? '')) return true;
    next = Number(/^PPid:\s*(\d+)$/m.exec(status)?.[1] ?? 0);
  }
  return false;
}

/** @param groups the content of /proc/PID/cgroup */
export function holderInGroups(groups: string): ServiceHolder {
  const units = groups.split(/[\n/]/);
  if (units.includes(UNIT_NAME)) return 'systemd';
  // systemd's generator makes a unit of each autostart entry, and desktops make scopes of the programs that they start.
  if (units.some((unit) => /^app-.*claudacity.*\.(service|scope)$/i.test(unit))) return 'desktop-session';
  if (units.some((unit) => /^(cron|crond|cronie)\.service$/.test(unit))) return 'cron';
  return 'user';
}
