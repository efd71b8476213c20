/** Windows programs on this computer: wine in a Debian of its own (build/wine), with its own registry and this computer's network. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';

const execute = promisify(execFile);
const START_MS = 30_000;
const COMMAND_MS = 90_000;

/** What build/wine.mjs has prepared: paths on this computer. */
const Prepared = z.object({
  root: z.string(),
  prefix: z.string(),
  app: z.string(),
  claude: z.string(),
  node: z.string(),
  harness: z.string(),
  command: z.string(),
});

/** The variable with what is prepared. */
export const PREPARED_VARIABLE = 'CLAUDACITY_WINE';

export interface Wine {
  /** The path under which Windows programs see a file of this computer. */
  path(file: string): string;
  readonly prepared: z.infer<typeof Prepared>;
  /** Runs a Windows program. Resolves with its stdout. @throws with its output where it fails or takes too long */
  run(program: string, args: readonly string[], env?: Record<string, string>): Promise<string>;
  /** Starts a program. `kill` on it does not end the program: `close` does. */
  start(program: string, args: readonly string[], env?: Record<string, string>): ChildProcess;
  /** Ends everything that was started and removes what was written. */
  close(): Promise<void>;
}

/** Needs Linux, root and what `npm run test:wine` prepares. @throws Error where the Debian does not start. */
export async function openWine(): Promise<Wine> {
  const prepared = Prepared.parse(JSON.parse(process.env[PREPARED_VARIABLE] ?? '{}'));
  const scratch = await mkdtemp(path.join(tmpdir(), 'claudacity-wine-'));
  // A registry and a drive C of its own.
  await cp(prepared.prefix, path.join(scratch, 'prefix'), { recursive: true, verbatimSymlinks: true });
  const container = spawn(
    'systemd-nspawn',
    [
      ...['-q', '-D', prepared.root, '--volatile=overlay', '--register=no', '--keep-unit', '--as-pid2'],
      ...['-M', path.basename(scratch), `--bind=${scratch}:/wine`, `--bind-ro=${path.resolve('.')}:/project`],
      // One screen for all: the first program makes the desktop for those that follow.
      ...['Xvfb', SCREEN, '-screen', '0', '1024x768x24', '-nolisten', 'local'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let errors = '';
  container.stderr.on('data', (chunk) => (errors += chunk));
  const ended = new Promise<void>((resolve) => container.once('close', () => resolve()));
  const close = async () => {
    container.kill('SIGTERM');
    await Promise.race([ended, sleep(5_000, undefined, { ref: false })]);
    if (container.exitCode === null && container.signalCode === null) container.kill('SIGKILL');
    await ended;
    await rm(scratch, { recursive: true, force: true });
  };
  const leader = await untilStarted(container).catch(async (error: unknown) => {
    await close();
    throw new Error(`${error}\n${errors}`);
  });
  const enter = (env: Record<string, string>) => [
    ...['-t', String(leader), '-m', '-u', '-i', '-p', '--', 'env', '-i'],
    ...Object.entries({ ...ENVIRONMENT, ...env }).map(([name, value]) => `${name}=${value}`),
  ];
  return {
    prepared,
    path: (file) => `Z:\\project\\${path.relative(path.resolve('.'), file).replaceAll('/', '\\')}`,
    run: async (program, args, env = {}) => {
      const command = [...enter(env), ...WITH_FILES, WINE, program, ...args];
      return execute('nsenter', command, { timeout: COMMAND_MS, killSignal: 'SIGKILL', maxBuffer: 1e8 }).then(
        ({ stdout }) => stdout,
        (error: Error & { stdout?: string; stderr?: string }) => {
          throw new Error(`${error.message}\n${error.stdout}\n${error.stderr}`);
        },
      );
    },
    start: (program, args, env = {}) =>
      spawn('nsenter', [...enter(env), ...WITH_FILES, WINE, program, ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    close,
  };
}

const WINE = '/usr/lib/wine/wine64';
/** Windows programs take no pipe of this system for a pipe of theirs, so they write into files. */
const SCRIPT = `out=$(mktemp); "$@" < /dev/null > "$out" 2> "$out.errors"; code=$?; cat "$out"; cat "$out.errors" >&2; exit $code`;
const WITH_FILES = ['sh', '-c', SCRIPT, 'sh'];
/** Only in the file system of the Debian: other screens of this computer may have the number. */
const SCREEN = ':99';
const ENVIRONMENT = {
  DISPLAY: SCREEN,
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
  HOME: '/wine',
  XDG_RUNTIME_DIR: '/tmp',
  WINEPREFIX: '/wine/prefix',
  WINEDEBUG: '-all',
  WINEDLLOVERRIDES: 'mscoree,mshtml,winemenubuilder.exe=',
};

/** @returns the process id, on this computer, of the container's first process */
async function untilStarted(container: ChildProcess): Promise<number> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && container.exitCode === null) {
    const children = await readFile(`/proc/${container.pid}/task/${container.pid}/children`, 'utf8').catch(() => '');
    const leader = Number(children.trim().split(' ')[0]);
    const test =
      leader > 0 ? ['-t', String(leader), '-m', '-u', '-i', '-p', '--', 'test', '-S', '/tmp/.X11-unix/X99'] : null;
    if (
      test &&
      (await execute('nsenter', test, { timeout: 5_000 }).then(
        () => true,
        () => false,
      ))
    )
      return leader;
    await sleep(100);
  }
  throw new Error('The Debian with wine did not start.');
}
