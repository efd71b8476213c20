/**
 * Where the user's `claude` is. An app that is started from the Finder or at login has a shorter PATH than the shell
 * that installed the CLI, so the shell is asked, and then the folders that the installers use are looked at.
 */
import { execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

export interface FindOptions {
  /** The user's setting; nothing else is looked at where it is given. */
  readonly setting: string;
  readonly env: NodeJS.ProcessEnv;
  /** Folders of source checkouts whose `node_modules` may hold the CLI: looked at last. */
  readonly checkouts?: readonly string[];
}

export type FoundClaude =
  | { readonly found: true; readonly path: string }
  | { readonly found: false; readonly message: string };

export async function findClaude({ setting, env, checkouts = [] }: FindOptions): Promise<FoundClaude> {
  for (const [given, name] of [
    [setting, 'the settings'],
    [env.CLAUDE_PATH, 'CLAUDE_PATH'],
  ] as const) {
    if (!given) continue;
    const file = expandHome(given, env);
    if (await isExecutable(file)) return { found: true, path: file };
    return { found: false, message: `There is no claude at ${file}, where ${name} says it is.` };
  }
  const candidates = [
    () => inPath(env.PATH),
    async () => inPath(await loginShellPath(env)),
    async () => usualFolders(env).flatMap(inFolder),
    async () => checkouts.flatMap(inCheckout),
  ];
  for (const list of candidates) {
    for (const file of await list()) if (await isExecutable(file)) return { found: true, path: file };
  }
  return { found: false, message: 'The claude command was not found on this computer.' };
}

/** `claude.cmd` is the shim of an npm install; the program itself is preferred, since a shim interprets its arguments. */
const NAMES = process.platform === 'win32' ? ['claude.exe', 'claude.cmd'] : ['claude'];

function inFolder(folder: string): string[] {
  return NAMES.map((name) => path.join(folder, name));
}

function inPath(value: string | undefined): string[] {
  return (value ?? '').split(path.delimiter).filter(path.isAbsolute).flatMap(inFolder);
}

function inCheckout(folder: string): string[] {
  const scope = path.join(folder, 'node_modules', '@anthropic-ai');
  const native = path.join(scope, `claude-code-${process.platform}-${process.arch}`);
  return [
    ...inFolder(native),
    path.join(scope, 'claude-code', 'bin', 'claude.exe'),
    ...inFolder(path.join(folder, 'node_modules', '.bin')),
  ];
}

/** The folders of the native installer, of npm, and of the version managers people use with it. */
function usualFolders(env: NodeJS.ProcessEnv): string[] {
  const home = homeOf(env);
  if (process.platform === 'win32') {
    return [
      path.join(home, '.local', 'bin'),
      env.APPDATA && path.join(env.APPDATA, 'npm'),
      env.LOCALAPPDATA && path.join(env.LOCALAPPDATA, 'Programs', 'claude'),
      env.ProgramFiles && path.join(env.ProgramFiles, 'nodejs'),
      path.join(home, 'scoop', 'shims'),
      path.join(home, '.volta', 'bin'),
      path.join(home, '.bun', 'bin'),
    ].filter((folder): folder is string => Boolean(folder));
  }
  return [
    path.join(home, '.local', 'bin'),
    path.join(home, '.claude', 'local'),
    path.join(home, '.claude', 'bin'),
    '/opt/homebrew/bin',
    '/usr/local/bin',
    '/usr/bin',
    path.join(home, '.npm-global', 'bin'),
    path.join(home, '.volta', 'bin'),
    path.join(home, '.bun', 'bin'),
    path.join(home, 'bin'),
    '/home/linuxbrew/.linuxbrew/bin',
    '/snap/bin',
  ];
}

const SHELL_TIMEOUT_MS = 3_000;
const MARK = '__claudacity_path__';

async function loginShellPath(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (process.platform === 'win32' || !env.SHELL) return undefined;
  try {
    const { stdout } = await promisify(execFile)(
      env.SHELL,
      ['-ilc', `printf '%s%s%s' ${MARK} "$PATH" ${MARK}`],
      // DISABLE_AUTO_UPDATE: keeps oh-my-zsh from asking a question that nobody would see.
      { env: { ...env, DISABLE_AUTO_UPDATE: 'true' }, timeout: SHELL_TIMEOUT_MS, killSignal: 'SIGKILL' },
    );
    return stdout.split(MARK)[1];
  } catch {
    return undefined;
  }
}

function expandHome(file: string, env: NodeJS.ProcessEnv): string {
  return file === '~' || file.startsWith('~/') ? path.join(homeOf(env), file.slice(1)) : path.resolve(file);
}

function homeOf(env: NodeJS.ProcessEnv): string {
  return (process.platform === 'win32' ? env.USERPROFILE : env.HOME) || os.homedir();
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
