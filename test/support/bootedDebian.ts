/**
 * A Debian that systemd boots in a container on this computer, with logins, user services and session buses as on a person's computer. It has this
 * computer's network. What is written in it is gone afterwards. Needs Linux, root and systemd-nspawn.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const BOOT_MS = 60_000;
const COMMAND_MS = 60_000;
const SHUTDOWN_MS = 20_000;
/** SIGRTMIN+4, with which systemd as the first process powers off. */
const POWER_OFF = 38;

export interface BootedDebian {
  /** Runs a shell command as root. Resolves with its stdout. @throws with its output if it fails or takes longer than `timeoutMs` */
  run(script: string, timeoutMs?: number): Promise<string>;
  /** Starts a process as a user, outside of every session. Its stdin and output are the returned process's own. */
  startAs(user: string, command: readonly string[]): ChildProcess;
  /** Starts a login session, as a display manager does, in which a login shell runs the script. */
  logIn(user: string, script: string): ChildProcess;
  /** Powers it off and removes what was written. */
  remove(): Promise<void>;
}

export interface BootOptions {
  /** The file system; it stays as it is. */
  root: string;
  /** Folders of this computer, by where they are to be seen; those that end with `:rw` may be written to. */
  folders: Readonly<Record<string, string>>;
}

/** @throws if systemd does not come up within a minute, with what it wrote */
export async function bootDebian({ root, folders }: BootOptions): Promise<BootedDebian> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'claudacity-debian-'));
  const [upper, work, merged] = ['upper', 'work', 'merged'].map((name) => path.join(scratch, name));
  for (const folder of [upper, work, merged]) await mkdir(folder ?? '');
  const layers = `lowerdir=${root},upperdir=${upper},workdir=${work}`;
  await execute('mount', ['-t', 'overlay', 'overlay', '-o', layers, merged ?? '']);
  // Otherwise a user's services end only ten seconds after the logout.
  await writeIn(merged ?? '', 'etc/systemd/logind.conf.d/logout.conf', '[Login]\nUserStopDelaySec=0\n');

  const binds = Object.entries(folders).map(([inside, from]) =>
    inside.endsWith(':rw') ? `--bind=${from}:${inside.slice(0, -3)}` : `--bind-ro=${from}:${inside}`,
  );
  const container = spawn(
    'systemd-nspawn',
    [
      ...['-q', '-D', merged ?? '', '--register=no', '--keep-unit', '-M', path.basename(scratch)],
      ...['--resolv-conf=copy-host', ...binds, '-b'],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let console = '';
  for (const stream of [container.stdout, container.stderr]) stream.on('data', (chunk) => (console += chunk));
  const ended = new Promise<void>((resolve) => container.once('close', () => resolve()));

  const remove = async () => {
    const leader = await leaderOf(container);
    if (leader) process.kill(leader, POWER_OFF);
    if (leader) await Promise.race([ended, sleep(SHUTDOWN_MS, undefined, { ref: false })]);
    if (container.exitCode === null && container.signalCode === null) container.kill('SIGKILL');
    await ended;
    await execute('umount', ['--lazy', merged ?? '']);
    await rm(scratch, { recursive: true, force: true });
  };

  try {
    const leader = await untilBooted(container);
    const enter = ['-t', String(leader), '-m', '-u', '-i', '-p', '--'];
    // As udev has it on a computer, for AppImages: this computer's own may be root's alone.
    await execute('nsenter', [...enter, 'mknod', '-m', '666', '/dev/fuse', 'c', '10', '229'], { timeout: COMMAND_MS });
    const start = (program: string, args: readonly string[]) =>
      spawn('nsenter', [...enter, 'env', '-i', `PATH=${SYSTEM_PATH}`, program, ...args], {
        stdio: ['pipe', 'pipe', 'pipe'],
      });
    return {
      run: async (script, timeoutMs = COMMAND_MS) => {
        const options = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 1e8 } as const;
        const command = [
          ...enter,
          'env',
          '-i',
          `PATH=${SYSTEM_PATH}`,
          'HOME=/root',
          'LANG=C.UTF-8',
          'sh',
          '-ec',
          script,
        ];
        return execute('nsenter', command, options).then(
          ({ stdout }) => stdout,
          (error: Error & { stdout?: string; stderr?: string }) => {
            throw new Error(`${error.message}\n${error.stdout}\n${error.stderr}`);
          },
        );
      },
      startAs: (user, command) => start('setpriv', ['--reuid', user, '--regid', user, '--init-groups', ...command]),
      // A service of systemd's, so that the session's processes are where logind looks for them and not where this process is.
      logIn: (user, script) => {
        const properties = ['PAMName=login', `User=${user}`, `WorkingDirectory=/home/${user}`];
        const options = properties.flatMap((property) => ['--property', property]);
        return start('systemd-run', ['--quiet', '--pipe', '--wait', '--collect', ...options, 'bash', '-lc', script]);
      },
      remove,
    };
  } catch (error) {
    await remove();
    throw new Error(`Debian did not boot in a container: ${error}\n${console}`);
  }
}

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

async function writeIn(root: string, name: string, content: string): Promise<void> {
  await mkdir(path.dirname(path.join(root, name)), { recursive: true });
  await writeFile(path.join(root, name), content);
}

/** The process id, on this computer, of the container's first process. */
async function leaderOf(container: ChildProcess): Promise<number | undefined> {
  const children = await readFile(`/proc/${container.pid}/task/${container.pid}/children`, 'utf8').catch(() => '');
  return Number(children.trim().split(' ')[0]) || undefined;
}

async function untilBooted(container: ChildProcess): Promise<number> {
  const deadline = Date.now() + BOOT_MS;
  let state = '';
  while (Date.now() < deadline && container.exitCode === null) {
    const leader = await leaderOf(container);
    if (leader) {
      const question = ['-t', String(leader), '-m', '-u', '-i', '-p', '--', 'systemctl', 'is-system-running'];
      state = await execute('nsenter', question, { timeout: 5000 }).then(
        ({ stdout }) => stdout.trim(),
        // It exits with 1 for every state but `running`.
        (error: { stdout?: string }) => error.stdout?.trim() ?? '',
      );
      // A container lacks some devices, so that single units may have failed.
      if (state === 'running' || state === 'degraded') return leader;
    }
    await sleep(200);
  }
  throw new Error(`after ${BOOT_MS / 1000} s its state is "${state}"`);
}
