/**
 * The process that serves an AppImage's files. The AppImage's runtime mounts the file and then becomes the app, while a process that it has forked
 * answers each read. Where systemd ends a session, it signals all processes of the app's control group, and an app whose files are gone cannot read
 * the code that it needs to end. So that process is moved into a unit of its own, which systemd stops after the app's.
 */
import { readFile, readlink, realpath } from 'node:fs/promises';
import type { Log } from '../log/log';
import { processIds } from '../service/processes';
import { runProgram } from '../service/runProgram';

export interface AppImageServerOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
}

/** Does nothing outside an AppImage, and where the user has no systemd. Never rejects. */
export async function outliveSessionSignals({ env, log }: AppImageServerOptions): Promise<void> {
  if (process.platform !== 'linux' || !env.APPIMAGE) return;
  try {
    const group = await controlGroup('self');
    const pids = await serversOf(await realpath(env.APPIMAGE), group);
    if (pids.length === 0) return;
    const { code, stderr } = await runProgram('busctl', startScope(pids, unitOf(group)), { env });
    if (code === 0) log.debug('the AppImage’s files are served from a unit of its own', { pids: pids.join(' ') });
    else log.debug('the AppImage’s files are served from the app’s unit', { reason: stderr.trim() });
  } catch (error) {
    log.debug('the AppImage’s files are served from the app’s unit', { reason: String(error) });
  }
}

/** The processes of the group that run the AppImage's runtime itself. That of a command in the same group is moved along, and ends with its command. */
async function serversOf(appImage: string, group: string): Promise<number[]> {
  const ids = await processIds();
  const found = await Promise.all(
    ids.map(async (id) => {
      // Other users' processes are not shown, and any may be gone meanwhile.
      const program = await readlink(`/proc/${id}/exe`).catch(() => undefined);
      if (program !== appImage) return [];
      return (await controlGroup(id).catch(() => undefined)) === group ? [Number(id)] : [];
    }),
  );
  return found.flat();
}

const controlGroup = (id: string) => readFile(`/proc/${id}/cgroup`, 'utf8');

/** The name of the user's unit that holds a process; undefined where a unit of the system does, such as a session's. @param group see cgroups(7) */
export function unitOf(group: string): string | undefined {
  return /^(?:0:|\d+:name=systemd):.*\/user@\d+\.service\/.*?([^/]+\.(?:service|scope))$/m.exec(group)?.[1];
}

/** The arguments of `busctl` for a scope that holds the processes, and that is stopped after `unit`; see org.freedesktop.systemd1(5). */
function startScope(pids: readonly number[], unit: string | undefined): string[] {
  const properties = [
    ['Description', 's', 'The files of the Claudacity AppImage'],
    ['PIDs', 'au', String(pids.length), ...pids.map(String)],
    // What begins before another unit ends after it.
    ...(unit === undefined ? [] : [['Before', 'as', '1', unit]]),
    ['CollectMode', 's', 'inactive-or-failed'],
  ];
  return [
    ...['--user', 'call', 'org.freedesktop.systemd1', '/org/freedesktop/systemd1', 'org.freedesktop.systemd1.Manager'],
    ...['StartTransientUnit', 'ssa(sv)a(sa(sv))'],
    ...[`claudacity-files-${process.pid}.scope`, 'fail'],
    ...[String(properties.length), ...properties.flat()],
    '0',
  ];
}
