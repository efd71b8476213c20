/** The real, pinned `claude` CLI for tests: where it is, the environment that points it at the stand-in, and what it leaves behind. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { MessagesApi } from './messagesApi';

/** The native binary where npm has put it, else npm's own launcher of it. Tests run from the project's folder. */
export function claudePath(): string {
  const binary = process.platform === 'win32' ? 'claude.exe' : 'claude';
  const native = path.resolve('node_modules/@anthropic-ai', `claude-code-${process.platform}-${process.arch}`, binary);
  return existsSync(native) ? native : path.resolve('node_modules/.bin/claude');
}

export type Account = 'api-key' | 'subscription' | 'signed-out';

/** All that the CLI gets to see of this computer: nothing of the environment that the tests run in but PATH. */
export function cliEnvironment(
  api: Pick<MessagesApi, 'url'>,
  home: string,
  account: Account = 'api-key',
): Record<string, string> {
  return {
    ...passedOn('PATH', 'SystemRoot', 'ComSpec', 'PATHEXT'),
    LANG: 'C.UTF-8',
    HOME: home,
    USERPROFILE: home,
    TMPDIR: home,
    ANTHROPIC_BASE_URL: api.url,
    ...credentials(account),
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
  };
}

function passedOn(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function credentials(account: Account): Record<string, string> {
  if (account === 'api-key') return { ANTHROPIC_API_KEY: 'sk-ant-test' };
  if (account === 'subscription') return { CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-test' };
  return {};
}

/** An empty folder, to be removed with `removeFolder`. */
export function scratchFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'claudacity-test-'));
}

export async function removeFolder(folder: string): Promise<void> {
  // A process that has just been killed may still be letting go of its files.
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

export interface LeftoverProcess {
  pid: number;
  command: string;
}

/** Processes that were started with `home` as their home, or that work in a folder inside it. Only Linux can tell; elsewhere always none. */
export async function leftoverProcesses(home: string): Promise<LeftoverProcess[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => ((await belongsTo(pid, home)) ? [await commandOf(pid)] : [])),
  );
  return found.flat();
}

async function belongsTo(pid: number, home: string): Promise<boolean> {
  // Both fail for a process that has ended meanwhile, or has ended and only waits to be reaped.
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
  return environment.split('\0').includes(`HOME=${home}`) || folder === home || folder.startsWith(home + path.sep);
}

async function commandOf(pid: number): Promise<LeftoverProcess> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return { pid, command: command.replaceAll('\0', ' ').trim() };
}
