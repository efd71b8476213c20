/** Starts and ends the app for the commands `start`, `stop`, `restart` and `open`: through the service manager where that holds it, else by itself. */
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ControlClient, NotRunningError } from '../control/client';
import { waitForExit } from '../service/processes';
import type { ServiceState } from '../service/serviceTypes';
import type { AppProcess } from '../shared/appProcess';
import type { CliState, ServerState } from '../shared/contract';
import { errorText } from '../shared/errorText';
import { hasDisplay } from './display';
import { type LaunchedProcess, launch } from './launch';
import { CommandError, type CommandRuntime, withApp } from './runtime';

export interface StartOptions {
  /** What to start. Default: what `install` has set up, else the tray app where there is a display, else the server. */
  readonly mode?: 'server' | 'tray' | 'window' | undefined;
  readonly port?: string | undefined;
}

export interface StartedApp {
  readonly process: AppProcess;
  readonly server: ServerState;
  readonly cli: CliState;
}

/** The app that is running; undefined where none is. @throws as `CommandRuntime.connect`, but for NotRunningError. */
export async function runningApp(runtime: CommandRuntime): Promise<AppProcess | undefined> {
  try {
    return await withApp(runtime, (app) => app.call('app.process'));
  } catch (error) {
    if (error instanceof NotRunningError) return undefined;
    throw error;
  }
}

/** The service, if it is installed for this data folder and starts the app when it is asked to: a login item is not asked. */
async function managedService({ service }: CommandRuntime): Promise<ServiceState | undefined> {
  const state = await service.status().catch(() => undefined);
  if (!state?.installed || state.problems.some(({ code }) => code === 'other_data')) return undefined;
  return state.kind === 'systemd-user' || state.kind === 'launch-agent' ? state : undefined;
}

/** Starts the app and resolves once it can answer, or is known not to. @throws CommandError where it does not come up. */
export async function startApp(runtime: CommandRuntime, options: StartOptions = {}): Promise<StartedApp> {
  const { mode } = options;
  const canBeService = (mode === undefined || mode === 'server') && options.port === undefined;
  if (canBeService && (await managedService(runtime))) {
    await runtime.service.start();
    return await withApp(runtime, decided);
  }
  const { env, platform, programs, dataDir } = runtime;
  const { desktopApp, serve } = programs;
  const port = options.port === undefined ? [] : [options.port];
  const isDesktop = mode !== 'server' && desktopApp !== undefined && hasDisplay(env, platform);
  const command = isDesktop
    ? { program: desktopApp.program, args: [...desktopApp.args, ...(mode === 'window' ? [] : ['--hidden']), ...port] }
    : { program: serve.program, args: [...serve.args, ...port, '--quiet'] };
  const output = path.join(dataDir, 'logs', 'start.txt');
  const descriptor = openOutput(dataDir, output);
  try {
    return await reached(runtime, launch(command, env, descriptor), output);
  } finally {
    closeSync(descriptor);
  }
}

/** @throws CommandError where the data folder cannot be written: without its socket, no command would reach the app. */
function openOutput(dataDir: string, file: string): number {
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    return openSync(file, 'w', 0o600);
  } catch (error) {
    throw new CommandError(`The data folder ${dataDir} cannot be written: ${errorText(error)}`);
  }
}

const START_MS = 60_000;
const LOOK_MS = 50;

/** Resolves once the app that was launched answers. @throws CommandError where it has ended, or takes too long. */
async function reached(runtime: CommandRuntime, launched: LaunchedProcess, output: string): Promise<StartedApp> {
  const { signal } = runtime;
  const deadline = Date.now() + START_MS;
  let end: { code: number | null } | undefined;
  launched.ended.then(
    (code) => {
      end = { code };
    },
    () => {
      end = { code: null };
    },
  );
  for (;;) {
    try {
      const started = await withApp(runtime, decided);
      // The server without a window ends where it cannot listen: the next command is not to find it.
      if (started.server.problem && !started.process.hasWindow) await Promise.race([launched.ended, sleep(EXIT_MS)]);
      return started;
    } catch (error) {
      if (!(error instanceof NotRunningError)) throw error;
    }
    signal.throwIfAborted();
    if (end !== undefined) throw new CommandError(startFailure(output, end.code));
    if (Date.now() > deadline) {
      launched.end();
      throw new CommandError(`Claudacity did not start within ${START_MS / 1000} s. \`claudacity logs\` has more.`);
    }
    await sleep(LOOK_MS);
  }
}

const FAILURE_LINES = 5;

function startFailure(output: string, code: number | null): string {
  // Chromium's last line seldom says what is wrong.
  const last = readFileSync(output, 'utf8').trim().split('\n').slice(-FAILURE_LINES).join('\n');
  return last === '' ? `Claudacity ended with code ${code}. \`claudacity logs\` has more.` : last;
}

/** Waits until the server listens and the CLI has come up, or either is known not to. @throws CommandError where that takes too long. */
async function decided(app: ControlClient): Promise<StartedApp> {
  const state: { server?: ServerState; cli?: CliState } = {};
  const { server, cli } = await new Promise<Omit<StartedApp, 'process'>>((resolve, reject) => {
    const timer = setTimeout(() => reject(new CommandError('Claudacity did not come up in time.')), START_MS);
    const end = (result: () => void) => {
      clearTimeout(timer);
      result();
    };
    app.closed.then(() => end(() => reject(new NotRunningError('Claudacity has ended while it was starting.'))));
    app
      .subscribe(['server', 'cli'], ({ values }) => {
        Object.assign(state, values);
        const { server: phase, cli: found } = state;
        if (!phase || !found || phase.phase === 'starting' || phase.phase === 'stopping') return;
        if (phase.phase === 'running' && found.phase === 'checking') return;
        end(() => resolve({ server: phase, cli: found }));
      })
      .catch((error: unknown) => end(() => reject(error)));
  });
  return { server, cli, process: await app.call('app.process') };
}

/** Beyond what the app itself takes at most. */
const EXIT_MS = 10_000;

/** Ends the app. Resolves once its process is gone. @throws CommandError where it does not end in time; NotRunningError. */
export async function stopApp(runtime: CommandRuntime): Promise<AppProcess> {
  const process = await withApp(runtime, (app) => app.call('app.process'));
  const service = await runtime.service.status().catch(() => undefined);
  if (service?.holder === 'systemd' || service?.holder === 'launchd') await runtime.service.stop();
  else await withApp(runtime, (app) => app.call('app.quit'));
  if (!(await waitForExit(process.pid, process.stopWithinMs + EXIT_MS, runtime.signal)))
    throw new CommandError(`Claudacity does not end: it is process ${process.pid}.`);
  return process;
}
