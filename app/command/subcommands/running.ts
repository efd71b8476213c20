/** `claudacity serve`, `start`, `stop`, `restart` and `open`. */
import { NotRunningError } from '../../control/client';
import { hasDisplay } from '../display';
import { jsonDocument } from '../format';
import { runningApp, type StartedApp, type StartOptions, startApp, stopApp } from '../lifecycle';
import type { StartOutput } from '../output';
import { portNumber } from '../parse';
import { type AddCommand, CommandError, type CommandRuntime, JSON_OPTION, withApp } from '../runtime';

interface StartArguments {
  headless?: boolean;
  port?: string;
  json?: true;
}

export const addRunning: AddCommand = (program, runtime, outcome) => {
  const { terminal } = runtime;
  const { print, note, progress } = terminal;

  program
    .command('serve')
    .description('answer requests in the foreground, without a window, until Ctrl+C')
    .argument('[PORT]', 'the port to listen on (default: that of the settings)', portNumber)
    .option('--port <PORT>', 'the same', portNumber)
    .option('--quiet', 'write the log to its file alone')
    .action(async (port: string | undefined, options: { port?: string; quiet?: boolean }) => {
      const running = await runningApp(runtime);
      if (running) throw new CommandError(runsAlready(running.pid));
      outcome.exitCode = undefined;
      await runtime.serve({ port: port ?? options.port, quiet: options.quiet ?? false });
    });

  program
    .command('start')
    .description('start the app in the background: in the tray where there is a display')
    .option('--headless', 'without a tray and a window')
    .option('--port <PORT>', 'the port to listen on, for this run', portNumber)
    .option(...JSON_OPTION)
    .action(async ({ headless = false, port, json }: StartArguments) => {
      const started = await progress(
        'Starting Claudacity…',
        startUnlessRunning(runtime, { mode: headless ? 'server' : undefined, port }),
      );
      report(started, json);
    });

  program
    .command('stop')
    .description('end the app; running answers get some seconds to end')
    .option(...JSON_OPTION)
    .action(async ({ json }: { json?: true }) => {
      const stopped = await progress('Stopping Claudacity…', stopIfRunning(runtime));
      if (json) print(jsonDocument({ stopped: stopped !== undefined, pid: stopped?.pid ?? null }));
      else note(stopped ? 'Claudacity has stopped.' : 'Claudacity is not running.');
    });

  program
    .command('restart')
    .description('end the app and start it again as it was')
    .option(...JSON_OPTION)
    .action(async ({ json }: { json?: true }) => {
      const restart = async () => {
        const port = await portOfRun(runtime);
        const stopped = await stopIfRunning(runtime);
        const mode = stopped && (stopped.hasWindow ? 'tray' : 'server');
        return { wasRunning: false, ...demandServer(await startApp(runtime, { mode, port })) };
      };
      report(await progress('Restarting Claudacity…', restart()), json);
    });

  program
    .command('open')
    .description('bring the window to the front; starts the app where it is not running')
    .option(...JSON_OPTION)
    .action(async ({ json }: { json?: true }) => {
      const started = await progress('Opening Claudacity…', open(runtime));
      if (json) print(jsonDocument(startOutput(started)));
    });

  const report = (started: Started, json: true | undefined) => {
    if (json) return print(jsonDocument(startOutput(started)));
    const { server, cli, process, wasRunning } = started;
    const verb = wasRunning ? 'is running already' : 'is running';
    const place = server.phase === 'running' ? ` on ${server.url}` : `; its server is ${server.phase}`;
    print(`Claudacity ${verb}${place}, ${process.hasWindow ? 'in the tray' : 'without a window'}.`);
    if (cli.problem) note(`${cli.problem.message} ${cli.problem.remedy}`);
  };
};

/** Two would write the same files, and a key that one has revoked would go on opening the other. */
function runsAlready(pid: number): string {
  return `Claudacity is running already, as process ${pid}. \`claudacity stop\` ends it; with another CLAUDACITY_HOME a second one runs beside it.`;
}

type Started = StartedApp & { readonly wasRunning: boolean };

async function startUnlessRunning(runtime: CommandRuntime, options: StartOptions): Promise<Started> {
  const process = await runningApp(runtime);
  if (process === undefined) return { wasRunning: false, ...demandServer(await startApp(runtime, options)) };
  return withApp(runtime, async (app) => {
    const { server, cli } = await app.read('server', 'cli');
    const isStopped = server.phase === 'stopped' || server.phase === 'error';
    const started = isStopped ? await app.call('server.start') : server;
    return { wasRunning: true, ...demandServer({ process, server: started, cli }) };
  });
}

/** @throws CommandError where the server could not be started. */
function demandServer(started: StartedApp): StartedApp {
  const { problem } = started.server;
  if (problem) throw new CommandError(`${problem.message} ${problem.remedy}`);
  return started;
}

/** The port that the running app was started with for this run; undefined where it has that of its settings or variables, or none runs. */
async function portOfRun(runtime: CommandRuntime): Promise<string | undefined> {
  try {
    const { pinned, settings } = await withApp(runtime, (app) => app.read('pinned', 'settings'));
    return pinned.port === '--port' ? String(settings.port) : undefined;
  } catch (error) {
    if (error instanceof NotRunningError) return undefined;
    throw error;
  }
}

async function stopIfRunning(runtime: CommandRuntime) {
  try {
    return await stopApp(runtime);
  } catch (error) {
    if (error instanceof NotRunningError) return undefined;
    throw error;
  }
}

async function open(runtime: CommandRuntime): Promise<Started> {
  const process = await runningApp(runtime);
  if (process !== undefined) {
    if (!process.hasWindow)
      throw new CommandError(
        'Claudacity runs without a window here. `claudacity stop` ends it; then `claudacity open` starts the app with one.',
      );
    return withApp(runtime, async (app) => {
      await app.call('app.showWindow');
      return { wasRunning: true, process, ...(await app.read('server', 'cli')) };
    });
  }
  const { programs, env, platform } = runtime;
  if (programs.desktopApp === undefined)
    throw new CommandError('This installation has no window. Run `claudacity start`.');
  if (!hasDisplay(env, platform))
    throw new CommandError('There is no display here for a window. Run `claudacity start`.');
  return { wasRunning: false, ...(await startApp(runtime, { mode: 'window' })) };
}

function startOutput({ wasRunning, process, server }: Started): StartOutput {
  const { pid, hasWindow } = process;
  return { wasRunning, pid, hasWindow, server: { phase: server.phase, url: server.url } };
}
