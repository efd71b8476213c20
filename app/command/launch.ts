/** Finds this installation's programs, and starts them apart from the terminal. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { LaunchCommand } from '../service/serviceTypes';
import type { Programs } from './runtime';

export interface Installation {
  /** The folder of cli.cjs. */
  readonly folder: string;
  readonly execPath: string;
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  /** Whether the command runs in Electron, with a window's process or as plain Node. */
  readonly isElectron: boolean;
}

/** Does not look whether the programs can be started. */
export function findPrograms(installation: Installation): Programs {
  const { folder, execPath, env, isElectron } = installation;
  const isPackaged = isElectron && /[\\/]app(\.asar)?[\\/]out$/.test(folder);
  if (!isPackaged) {
    const script = path.join(folder, 'cli.cjs');
    return { serve: { program: execPath, args: [script, 'serve'] }, desktopApp: checkoutApp(installation) };
  }
  // In an AppImage and a portable .exe, execPath is a temporary copy, which is gone at the next login.
  const program = env.APPIMAGE || env.PORTABLE_EXECUTABLE_FILE || execPath;
  return {
    serve: { program: packageCommand(installation) ?? program, args: ['serve'] },
    desktopApp: { program, args: sandboxArguments(installation) },
  };
}

/** The command of a Linux package runs the app's binary as plain Node, which takes a fraction of the memory. */
function packageCommand({ platform, execPath, env }: Installation): string | undefined {
  const file = path.join(path.dirname(execPath), 'bin', 'claudacity');
  return platform === 'linux' && !env.APPIMAGE && existsSync(file) ? file : undefined;
}

/** The app of a source checkout that `npm start` has prepared; undefined elsewhere. */
function checkoutApp(installation: Installation): LaunchCommand | undefined {
  const { folder, env, platform } = installation;
  if (path.basename(folder) !== 'out' || !existsSync(path.join(folder, 'main.cjs'))) return undefined;
  const root = path.dirname(folder);
  const dist = path.join(root, 'node_modules', 'electron', 'dist');
  const candidates = [
    env.ELECTRON_EXECUTABLE,
    path.join(root, '.cache', 'electron', 'dev', platform === 'win32' ? 'electron.exe' : 'electron'),
    path.join(
      dist,
      { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' }[platform as string] ?? 'electron',
    ),
  ];
  const program = candidates.find((file) => file !== undefined && existsSync(file));
  return program === undefined ? undefined : { program, args: [...sandboxArguments(installation), root] };
}

/** Chromium refuses to run as root with its sandbox. */
function sandboxArguments({ platform, isRoot }: Installation): string[] {
  return platform === 'linux' && isRoot ? ['--no-sandbox'] : [];
}

export interface LaunchedProcess {
  /** Resolves with the exit code if the process ends; null where a signal has ended it. Rejects where it cannot be started. */
  readonly ended: Promise<number | null>;
  /** Asks it to end. */
  end(): void;
}

/**
 * Starts a program that goes on when the terminal is closed.
 * @param output a file descriptor for what it prints.
 */
export function launch({ program, args }: LaunchCommand, env: NodeJS.ProcessEnv, output: number): LaunchedProcess {
  // The variable would make Electron plain Node.
  const { ELECTRON_RUN_AS_NODE, ...rest } = env;
  const isScript = args[0]?.endsWith('cli.cjs') === true && ELECTRON_RUN_AS_NODE !== undefined;
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', output, output],
    env: isScript ? env : rest,
    windowsHide: true,
  });
  child.unref();
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('exit', resolve).once('error', reject);
  });
  // It may end after nobody waits for it any more.
  ended.catch(() => {});
  return { ended, end: () => void child.kill() };
}
