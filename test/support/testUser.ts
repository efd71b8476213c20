/** An ordinary user of this computer for tests that install and start a package. Linux only, and only for root. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { copyFile, link, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface TestUser {
  readonly name: string;
  readonly home: string;
  /** Puts the CLI where its installer would, a place that a desktop's short PATH does not lead to. */
  installClaude(binary: string): Promise<void>;
  /** Everything that runs as this user: command line by process id. */
  processes(): Promise<Map<number, string>>;
  /** Runs a command to its end and gives its output. The environment is this one and no other. @throws where it fails */
  run(command: readonly string[], env: Readonly<Record<string, string>>): Promise<string>;
  /** Starts a command on a desktop of its own: a screen and a message bus. The environment is this one and no other. */
  startOnDesktop(command: readonly string[], env: Readonly<Record<string, string>>): ChildProcess;
  /** With its home and all that still runs. */
  remove(): Promise<void>;
}

/** @throws where this process may not add users */
export async function addTestUser(): Promise<TestUser> {
  const name = `claudacity-${process.pid}`;
  await run('useradd', ['--create-home', '--user-group', '--shell', '/bin/sh', name]);
  const { stdout } = await run('getent', ['passwd', name]);
  const [, , uid, , , home = ''] = stdout.split(':');

  const asUser = (command: readonly string[], env: Readonly<Record<string, string>>) => [
    ...['--reuid', name, '--regid', name, '--init-groups', '--', 'env', '-i', '-C', home],
    ...Object.entries(env).map(([key, value]) => `${key}=${value}`),
    ...command,
  ];
  const runAsUser = async (command: readonly string[], env: Readonly<Record<string, string>>) =>
    (await run('setpriv', asUser(command, env))).stdout;
  const processes = () => processesOf(Number(uid));

  return {
    name,
    home,
    processes,
    run: runAsUser,
    async installClaude(binary) {
      const folder = path.join(home, '.local', 'bin');
      await runAsUser(['mkdir', '-p', folder], { PATH: process.env.PATH ?? '' });
      // Hundreds of megabytes: a link where the file system allows it.
      await link(binary, path.join(folder, 'claude')).catch(() => copyFile(binary, path.join(folder, 'claude')));
    },
    startOnDesktop: (command, env) =>
      spawn('setpriv', asUser(['dbus-run-session', '--', 'xvfb-run', '-a', ...command], env), {
        stdio: ['ignore', 'inherit', 'inherit'],
      }),
    async remove() {
      for (const pid of (await processes()).keys()) process.kill(pid, 'SIGKILL');
      while ((await processes()).size > 0) await sleep(50);
      await run('userdel', ['--remove', name]);
    },
  };
}

async function processesOf(uid: number): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const owner = await stat(`/proc/${pid}`).catch(() => undefined);
    if (owner?.uid !== uid) continue;
    // Empty of one that has ended and waits to be reaped by its parent.
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command !== '') found.set(Number(pid), command.replaceAll('\0', ' ').trim());
  }
  return found;
}
