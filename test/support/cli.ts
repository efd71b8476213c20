/**
 * The real `claude` CLI in the version of package.json: its path, an environment that points it at the mocked Messages
 * API, and the processes that it leaves behind.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { MessagesApi } from './messagesApi';

/** The variable with the path of another CLI than the pinned one, for `npm run test:versions`. */
export const CLI_VARIABLE = 'CLAUDACITY_TEST_CLI';

/** The CLI's native binary in node_modules, or npm's launcher if there is none. The working directory must be the project's folder. */
export function claudePath(): string {
  const chosen = process.env[CLI_VARIABLE];
  if (chosen) return chosen;
  const binary = process.platform === 'win32' ? 'claude.exe' : 'claude';
  const native = path.resolve('node_modules/@anthropic-ai', `claude-code-${process.platform}-${process.arch}`, binary);
  return existsSync(native) ? native : path.resolve('node_modules/.bin/claude');
}

/** How the CLI is signed in. */
export type Account = 'api-key' | 'subscription' | 'signed-out';

/** The complete environment for a CLI under test. It inherits only the variables that the system needs to start programs. */
export function cliEnvironment(
  api: Pick<MessagesApi, 'url'>,
  home: string,
  account: Account = 'api-key',
): Record<string, string> {
  return {
    ...inherited('PATH', 'SystemRoot', 'ComSpec', 'PATHEXT'),
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

function inherited(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function credentials(account: Account): Record<string, string> {
  if (account === 'api-key') return { ANTHROPIC_API_KEY: 'sk-ant-test' };
  if (account === 'subscription') return { CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-test' };
  return {};
}

/** Signs in as `claude auth login` does on a system without a keychain, for an app that was started with the account `signed-out`. */
export async function signIn(home: string): Promise<void> {
  const oauth = {
    accessToken: 'sk-ant-oat01-test',
    refreshToken: 'sk-ant-ort01-test',
    expiresAt: 4_102_444_800_000,
    scopes: ['user:inference', 'user:profile'],
    subscriptionType: 'max',
  };
  await mkdir(path.join(home, '.claude'), { recursive: true });
  await writeFile(path.join(home, '.claude', '.credentials.json'), JSON.stringify({ claudeAiOauth: oauth }));
}

/** Signs out as `claude auth logout` does; nothing where nobody is signed in with `signIn`. */
export async function signOut(home: string): Promise<void> {
  await rm(path.join(home, '.claude', '.credentials.json'), { force: true });
}

/** Creates an empty folder in the system's temporary folder. The caller removes it with `removeFolder`. */
export function scratchFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'claudacity-test-'));
}

/** Removes a folder with its content; does nothing if there is none. */
export async function removeFolder(folder: string): Promise<void> {
  // A process that has just been killed may still hold files open, which Windows refuses to delete.
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

/** A process that is still running. */
export interface LeftoverProcess {
  pid: number;
  /** Its command line, arguments separated by spaces. */
  command: string;
}

/**
 * Finds the processes whose HOME is `home` or whose working directory is inside it. Reads /proc; on other systems than
 * Linux it finds none.
 */
export async function leftoverProcesses(home: string): Promise<LeftoverProcess[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  const leftovers = await Promise.all(
    pids.map(async (pid) => ((await belongsTo(pid, home)) ? [await commandOf(pid)] : [])),
  );
  return leftovers.flat();
}

async function belongsTo(pid: number, home: string): Promise<boolean> {
  // Both reads fail for a process that has ended since the listing, and for a zombie.
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
  return environment.split('\0').includes(`HOME=${home}`) || folder === home || folder.startsWith(home + path.sep);
}

async function commandOf(pid: number): Promise<LeftoverProcess> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return { pid, command: command.replaceAll('\0', ' ').trim() };
}
