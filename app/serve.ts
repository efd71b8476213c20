/** The app without a window: `claudacity serve`, and what `claudacity doctor` finds out where no app runs. Loaded by cli.ts when it is needed. */
import path from 'node:path';
import { type Core, createCore } from './core';
import { endOnSignals } from './core/endOnSignals';
import { stopLimitMs, stopWithin } from './core/stopWithin';
import { type OpenLog, openLog } from './log/log';
import { systemdReadiness } from './service/readiness';
import { openConfFile } from './settings/confFile';
import { openPrivateFolder } from './settings/privateFolder';
import { openSettings, type Settings } from './settings/settings';
import { errorText } from './shared/errorText';
import type { Diagnosis } from './shared/maintenance/diagnosis';

export interface ServeOptions {
  readonly dataDir: string;
  readonly version: string;
  readonly port?: string | undefined;
  /** Write the log to its file alone: nobody reads what a process in the background prints. */
  readonly quiet?: boolean;
}

/** Answers requests until a signal or `claudacity stop` ends the process. Resolves once it listens; exits where it cannot. */
export async function serve(options: ServeOptions): Promise<void> {
  const { dataDir, version } = options;
  try {
    openPrivateFolder(dataDir);
  } catch (error) {
    // The app runs without it, and says in its state what is missing.
    console.error(`The data folder ${dataDir} cannot be created: ${errorText(error)}`);
  }
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= end();
    return stopping;
  };
  const { core, settings, log } = openHeadless(options, () => void stop());
  const readiness = systemdReadiness(process.env, (message) => log.warn(message));
  const end = async () => {
    const limitMs = stopLimitMs(settings.value.stopGraceSeconds);
    const told = readiness.stopping(limitMs);
    const stopped = await stopWithin(core.stop, limitMs, log);
    await told;
    await log.close();
    process.exit(stopped ? undefined : 1);
  };
  endOnSignals(() => void stop());

  await core.start();
  const server = settings.value.startServer ? core.snapshot().server : await core.calls['server.start']();
  if (server.phase !== 'running') {
    console.error(`${server.problem?.message} ${server.problem?.remedy}`);
    process.exitCode = 1;
    return stop();
  }
  console.log(`Claudacity ${version} is running on ${server.url}`);
  await readiness.ready(`Running on ${server.url}`);
  const { problem } = core.snapshot().cli;
  if (problem) console.warn(`${problem.message} ${problem.remedy}`);
}

/**
 * What the app would find out about itself if it ran. Nothing listens meanwhile, neither for programs nor for commands.
 * @throws what keeps the app from starting
 */
export async function diagnoseStopped(options: Pick<ServeOptions, 'dataDir' | 'version'>): Promise<Diagnosis[]> {
  openPrivateFolder(options.dataDir);
  const { core, log } = openHeadless({ ...options, quiet: true });
  try {
    return await core.calls['app.diagnose']();
  } finally {
    await stopWithin(core.stop, stopLimitMs(0), log);
    await log.close();
  }
}

interface Headless {
  core: Core;
  settings: Settings;
  log: OpenLog;
}

function openHeadless({ dataDir, version, port, quiet = false }: ServeOptions, quit?: () => void): Headless {
  const { env } = process;
  const log = openLog({ dataDir, env, console: !quiet });
  const settings = openSettings({
    file: openConfFile(dataDir, log),
    log,
    env,
    commandLine: port === undefined ? {} : { port },
  });
  const checkout = path.resolve(__dirname, '..');
  const host = quit && { quit };
  return { core: createCore({ dataDir, settings, log, version, env, host, checkout }), settings, log };
}
