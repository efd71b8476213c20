/**
 * Finds the user's `claude`. An app that is started from the Finder or at login has a shorter PATH than the user's shell. So
 * after its own PATH the app searches the login shell's, and then the folders into which installers put the CLI.
 */
import { execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { shimTarget } from './shimTarget';

export interface FindOptions {
  /** The path that the user has set. '' makes the app search for the CLI; otherwise only this path is checked. */
  readonly setting: string;
  readonly env: NodeJS.ProcessEnv;
  /** Source checkouts whose `node_modules` may contain the CLI. They are searched last. */
  readonly checkouts?: readonly string[];
}

export type FoundClaude =
  | { readonly found: true; readonly path: string }
  /** `message` tells the user where the app searched. */
  | { readonly found: false; readonly message: string };

export async function findClaude({ setting, env, checkouts = [] }: FindOptions): Promise<FoundClaude> {
  for (const [configuredPath, source] of [
    [setting, 'the settings'],
    [env.CLAUDE_PATH, 'the variable CLAUDE_PATH'],
  ] as const) {
    if (!configuredPath) continue;
    const file = expandHome(configuredPath, env);
    if (await isExecutable(file)) return { found: true, path: await programOf(file) };
    return { found: false, message: `There is no claude at ${file}, the path in ${source}.` };
  }
  // Functions, because the login shell is slow and is started only where PATH has no CLI.
  const searches = [
    () => filesInPath(env.PATH),
    async () => filesInPath(await loginShellPath(env)),
    async () => installFolders(env).flatMap(filesInFolder),
    async () => checkouts.flatMap(filesInCheckout),
  ];
  for (const search of searches) {
    for (const file of await search())
      if (await isExecutable(file)) return { found: true, path: await programOf(file) };
  }
  return { found: false, message: 'The claude command was not found on this computer.' };
}

/** The program behind npm's script; the file itself where it is none. */
async function programOf(file: string): Promise<string> {
  if (process.platform !== 'win32' || !/\.cmd$/i.test(file)) return file;
  const target = await shimTarget(file);
  return target !== undefined && (await isExecutable(target)) ? target : file;
}

/** npm installs the script `claude.cmd`. The program is preferred, because cmd.exe interprets the arguments of a script. */
const FILE_NAMES = process.platform === 'win32' ? ['claude.exe', 'claude.cmd'] : ['claude'];

function filesInFolder(folder: string): string[] {
  return FILE_NAMES.map((name) => path.join(folder, name));
}

function filesInPath(value: string | undefined): string[] {
  return (value ?? '').split(path.delimiter).filter(path.isAbsolute).flatMap(filesInFolder);
}

function filesInCheckout(folder: string): string[] {
  const scope = path.join(folder, 'node_modules', '@anthropic-ai');
  const native = path.join(scope, `claude-code-${process.platform}-${process.arch}`);
  return [
    ...filesInFolder(native),
    path.join(scope, 'claude-code', 'bin', 'claude.exe'),
    ...filesInFolder(path.join(folder, 'node_modules', '.bin')),
  ];
}

/** The folders of the native installer, npm, and common package and version managers. */
function installFolders(env: NodeJS.ProcessEnv): string[] {
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
/** Separates PATH from what the user's profile prints. */
const PATH_MARKER = '__claudacity_path__';

async function loginShellPath(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (process.platform === 'win32' || !env.SHELL) return undefined;
  try {
    const { stdout } = await promisify(execFile)(
      env.SHELL,
      ['-ilc', `printf '%s%s%s' ${PATH_MARKER} "$PATH" ${PATH_MARKER}`],
      // Without DISABLE_AUTO_UPDATE oh-my-zsh may wait for an answer to its question whether to update.
      { env: { ...env, DISABLE_AUTO_UPDATE: 'true' }, timeout: SHELL_TIMEOUT_MS, killSignal: 'SIGKILL' },
    );
    return stdout.split(PATH_MARKER)[1];
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

/** Whether there is a program at the path that this user may start. */
export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
