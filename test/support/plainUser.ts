/** Adds an unprivileged user account to this computer, for tests that install and start a package. Needs Linux and root. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { copyFile, link, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A user account with its own home folder. */
export interface TestUser {
  readonly name: string;
  readonly home: string;
  /** Puts the CLI into ~/.local/bin, as its installer does. A desktop session's PATH does not contain that folder. */
  installClaude(binary: string): Promise<void>;
  /** The command lines of all processes of this user, by process id. */
  processes(): Promise<Map<number, string>>;
  /** Runs a command as this user, with `env` as its whole environment. Resolves with its stdout. @throws if it fails */
  run(command: readonly string[], env: Readonly<Record<string, string>>): Promise<string>;
  /** Starts a command as this user on a new virtual screen and session bus, with `env` as its whole environment. */
  startOnDesktop(command: readonly string[], env: Readonly<Record<string, string>>): ChildProcess;
  /** Kills the user's processes and removes the account and its home folder. */
  remove(): Promise<void>;
}

/** Adds a user named after this process's id. @throws if this process is not allowed to add users */
export async function addTestUser(): Promise<TestUser> {
  const name = `claudacity-update-${process.pid}`;
  // Containers on this computer have users of the first ids, too, and `remove` ends all processes of an id.
  const id = String(100_000 + process.pid);
  await run('useradd', ['--create-home', '--user-group', '--uid', id, '--shell', '/bin/sh', name]);
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
      // The binary has hundreds of megabytes. A hard link costs nothing, but works only within one file system.
      await link(binary, path.join(folder, 'claude')).catch(() => copyFile(binary, path.join(folder, 'claude')));
    },
    startOnDesktop: (command, env) =>
      spawn('setpriv', asUser(['dbus-run-session', '--', 'xvfb-run', '-a', ...command], env), {
        stdio: ['ignore', 'inherit', 'inherit'],
      }),
    async remove() {
      const deadline = Date.now() + REMOVE_MS;
      // Again, because a process may just have started another one, or have ended without anybody having noticed.
      for (;;) {
        for (const pid of (await processes()).keys()) kill(pid);
        const failure = await run('userdel', ['--remove', name]).then(
          () => null,
          (error: unknown) => error,
        );
        if (failure === null) return;
        if (Date.now() > deadline) throw failure;
        await sleep(50);
      }
    },
  };
}

const REMOVE_MS = 10_000;

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function processesOf(uid: number): Promise<Map<number, string>> {
  const commands = new Map<number, string>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const owner = await stat(`/proc/${pid}`).catch(() => undefined);
    if (owner?.uid !== uid) continue;
    // A zombie has an empty command line.
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command !== '') commands.set(Number(pid), command.replaceAll('\0', ' ').trim());
  }
  return commands;
}
