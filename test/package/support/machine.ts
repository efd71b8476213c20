/**
 * A computer of its own: a Debian that systemd boots in a container, with logind and user managers, and that can be rebooted. It has this
 * computer's network. Needs Linux, root and systemd-nspawn.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const BOOT_MS = 60_000;
const OFF_MS = 60_000;
/** SIGRTMIN+4, with which systemd as the first process powers off. */
const POWER_OFF = 38;
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface Machine {
  /** Runs a shell command as root. Resolves with its stdout. @throws with its output if it fails, or takes longer than `timeoutMs` */
  run(script: string, timeoutMs?: number): Promise<string>;
  /** Powers it off as its owner would, and boots it again with the same disk. */
  reboot(): Promise<void>;
  /** Powers it off and removes its disk. */
  remove(): Promise<void>;
}

/**
 * @param root the file system, which stays as it is
 * @param folders folders of this computer, by where they are to be seen
 */
export async function bootMachine(root: string, folders: Readonly<Record<string, string>>): Promise<Machine> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'claudacity-machine-'));
  const inScratch = (name: string) => path.join(scratch, name);
  for (const name of ['upper', 'work', 'disk']) await mkdir(inScratch(name));
  const layers = `lowerdir=${root},upperdir=${inScratch('upper')},workdir=${inScratch('work')}`;
  await execute('mount', ['-t', 'overlay', 'overlay', '-o', layers, inScratch('disk')]).catch(async (error) => {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  });

  const boot = () => startContainer(inScratch('disk'), folders);
  const clear = async () => {
    await execute('umount', ['--lazy', inScratch('disk')]);
    await rm(scratch, { recursive: true, force: true });
  };
  let container = await boot().catch(async (error) => {
    await clear();
    throw error;
  });
  return {
    run: async (script, timeoutMs = 60_000) => {
      const shell = ['env', '-i', `PATH=${SYSTEM_PATH}`, 'HOME=/root', 'LANG=C.UTF-8', 'sh', '-ec', script];
      return execute('nsenter', [...enter(container.leader), ...shell], { timeout: timeoutMs, maxBuffer: 1e8 }).then(
        ({ stdout }) => stdout,
        (error: Error & { stdout?: string; stderr?: string }) => {
          throw new Error(`${error.message}\n${error.stdout}\n${error.stderr}`);
        },
      );
    },
    reboot: async () => {
      await powerOff(container);
      container = await boot();
    },
    remove: async () => {
      await powerOff(container);
      await clear();
    },
  };
}

interface Container {
  process: ChildProcess;
  /** Resolves when it is off. */
  ended: Promise<unknown>;
  /** The process id, on this computer, of its first process. */
  leader: number;
}

async function startContainer(disk: string, folders: Readonly<Record<string, string>>): Promise<Container> {
  const binds = Object.entries(folders).map(([inside, from]) => `--bind-ro=${from}:${inside}`);
  const name = `claudacity-${path.basename(path.dirname(disk))}`;
  const args = [
    '-q',
    '-D',
    disk,
    '--register=no',
    '--keep-unit',
    '-M',
    name,
    '--resolv-conf=copy-host',
    ...binds,
    '-b',
  ];
  // Two containers in one control group would end each other's services, which have the same names.
  const groups = CONTROL_GROUPS.filter((folder) => existsSync(path.join(folder, 'cgroup.procs'))).map((folder) =>
    path.join(folder, name),
  );
  for (const group of groups) await mkdir(group, { recursive: true });
  const enterGroups = groups.map((group) => `echo $$ > ${group}/cgroup.procs`).join('\n');
  const script = `${enterGroups}\nexec systemd-nspawn "$@"`;
  const container = spawn('sh', ['-ec', script, 'sh', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [container.stdout, container.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise<void>((resolve) => container.once('close', () => resolve()).once('error', () => resolve()));
  const removeGroups = () => Promise.all(groups.map(removeGroup));
  const deadline = Date.now() + BOOT_MS;
  while (Date.now() < deadline && container.exitCode === null) {
    const leader = await leaderOf(container);
    if (leader !== undefined && (await isUp(leader)))
      return { process: container, ended: ended.then(removeGroups), leader };
    await sleep(200);
  }
  container.kill('SIGKILL');
  await ended;
  await removeGroups();
  throw new Error(`Debian did not boot in a container:\n${output}`);
}

/** Where systemd's hierarchies are: both versions of control groups, or version 2 alone. */
const CONTROL_GROUPS = ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified', '/sys/fs/cgroup'];

/** A group is removed from the inside out, as an empty folder, although it seems to have files. */
async function removeGroup(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => []))
    if (entry.isDirectory()) await removeGroup(path.join(folder, entry.name));
  await rmdir(folder).catch(() => {});
}

async function powerOff({ process: container, ended, leader }: Container): Promise<void> {
  process.kill(leader, POWER_OFF);
  const timer = setTimeout(() => container.kill('SIGKILL'), OFF_MS);
  await ended;
  clearTimeout(timer);
}

async function leaderOf({ pid }: ChildProcess): Promise<number | undefined> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return Number(children.trim().split(' ')[0]) || undefined;
}

/** A container lacks some devices, so that single units may have failed. */
async function isUp(leader: number): Promise<boolean> {
  const question = [...enter(leader), 'systemctl', 'is-system-running'];
  const state = await execute('nsenter', question, { timeout: 5_000 }).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string }) => error.stdout ?? '',
  );
  return ['running', 'degraded'].includes(state.trim());
}

function enter(leader: number): string[] {
  return ['-t', String(leader), '-m', '-u', '-i', '-p', '--'];
}
