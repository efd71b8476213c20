/** What started a process, as far as the system tells. */
import { readFile } from 'node:fs/promises';
import type { ServiceHolder } from './serviceTypes';
import { UNIT_NAME } from './systemdUnit';

/** Linux: from the process's control group. Elsewhere, and where it cannot be read, `user`. */
export async function holderOf(pid: number): Promise<ServiceHolder> {
  const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
  return holderInGroups(groups);
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
