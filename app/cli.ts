/**
 * Entry of the `claudacity` command. It holds the commands that talk to the running app; the app without a window is in a bundle of its own
 * (serve.ts), because to load it takes longer than most commands do. The packaged app runs this file, too, where its binary is no plain Node (main.ts).
 */
import { homedir, userInfo } from 'node:os';
import path from 'node:path';
import { findPrograms } from './command/launch';
import { runningApp } from './command/lifecycle';
import { endWithParent } from './command/parent';
import { runCommand } from './command/run';
import type { CommandRuntime } from './command/runtime';
import { processTerminal } from './command/terminal';
import { connectToApp } from './control/client';
import type * as Serve from './serve';
import type { SystemLoginItems } from './service/login/macLoginItem';
import { openService } from './service/service';
import { dataDir } from './settings/dataDir';

declare const CLAUDACITY_VERSION: string;

/**
 * Runs a command in this process, which it ends where the command was interrupted.
 * @param args without the program and its script.
 * @param systemLoginItems those of macOS, where the command runs in Electron.
 * @returns the exit code; undefined where the process goes on.
 */
export async function runInThisProcess(
  args: readonly string[],
  systemLoginItems?: SystemLoginItems,
): Promise<number | undefined> {
  const { env, platform, execPath } = process;
  endWithParent(env);
  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort(new Error('interrupted'));
  const removeListener = () => process.off('SIGINT', onInterrupt);
  // Not once: a library that finds no other listener ends the process by the signal.
  process.on('SIGINT', onInterrupt);
  // `claudacity logs | head`
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endWhereNobodyReads);

  const folder = dataDir({ env });
  const programs = findPrograms({
    ...{ folder: __dirname, execPath, env, platform },
    isRoot: process.getuid?.() === 0,
    isElectron: process.versions.electron !== undefined,
  });
  const connect: CommandRuntime['connect'] = (options) => connectToApp({ dataDir: folder, ...options });
  const runtime: CommandRuntime = {
    ...{ version: CLAUDACITY_VERSION, dataDir: folder, env, platform, programs, connect },
    terminal: processTerminal(process, env, onInterrupt),
    signal: interrupt.signal,
    service: openService({
      ...{ env, dataDir: folder, serve: programs.serve, desktopApp: programs.desktopApp },
      // As of a process that the system starts: without the variables of a shell.
      defaultDataDir: dataDir({ env: { APPDATA: env.APPDATA }, home: systemHome() }),
      ...(systemLoginItems && { systemLoginItems }),
      app: {
        find: async () => {
          const found = await runningApp(runtime);
          return found && { pid: found.pid, desktop: found.hasWindow };
        },
        quit: async () => {
          const app = await connect();
          try {
            await app.call('app.quit');
          } finally {
            app.close();
          }
        },
      },
    }),
    serve: async ({ port, quiet }) => {
      // It ends by itself, with the time that running answers have.
      removeListener();
      // A terminal may be closed while it serves.
      for (const stream of [process.stdout, process.stderr])
        stream.off('error', endWhereNobodyReads).on('error', () => {});
      await loadServe().serve({ dataDir: folder, port, quiet, version: CLAUDACITY_VERSION });
    },
    openStopped: async () => loadServe().openStopped({ dataDir: folder, version: CLAUDACITY_VERSION }),
    guides: () => loadServe().GUIDES,
  };
  const exitCode = await runCommand(args, runtime);
  // What was interrupted may wait for something.
  if (interrupt.signal.aborted) process.exit(exitCode);
  removeListener();
  return exitCode;
}

/** The home folder that the system knows, whatever HOME says. */
function systemHome(): string {
  try {
    return userInfo().homedir;
  } catch {
    // Some containers' users have no entry.
    return homedir();
  }
}

function loadServe(): typeof Serve {
  return require(path.join(__dirname, 'serve.cjs'));
}

function endWhereNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}

if (require.main === module) {
  runInThisProcess(process.argv.slice(2)).then((exitCode) => {
    process.exitCode = exitCode;
  });
}
