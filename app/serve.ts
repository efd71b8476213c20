/** The app without a window: `claudacity serve`, and what commands do where no app runs. Loaded by cli.ts when it is needed. */
import path from 'node:path';
import type { StoppedApp } from './command/runtime';
import { type Core, createCore } from './core';
import { answerCall } from './core/answerCall';
import { endOnSignals } from './core/endOnSignals';
import { stopLimitMs, stopWithin } from './core/stopWithin';
import { type OpenLog, openLog } from './log/log';
import { systemdReadiness } from './service/readiness';
import { openConfFile } from './settings/confFile';
import { openPrivateFolder } from './settings/privateFolder';
import { openSettings, type Settings } from './settings/settings';
import type { CallArguments, CallName, CallResult } from './shared/contract';
import { errorText } from './shared/errorText';

export { GUIDES } from './connect/guides';

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
  makeDataFolder(dataDir);
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= end();
    return stopping;
  };
  const { core, settings, log } = openHeadless({ ...options, log: !options.quiet }, () => void stop());
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
 * The app where it does not run, for commands about its settings, its keys and what is wrong with it. Nothing listens meanwhile, neither for programs
 * nor for commands.
 * @throws what keeps the app from starting
 */
export function openStopped(options: Pick<ServeOptions, 'dataDir' | 'version'>): StoppedApp {
  makeDataFolder(options.dataDir);
  const { core, settings, log } = openHeadless({ ...options, log: 'never' });
  return {
    call: async <N extends CallName>(name: N, ...args: CallArguments<N>) => {
      // The arguments are checked against the contract, whose result this is.
      const result = (await answerCall(core.calls, name, args, log)) as CallResult<N>;
      // A running app deletes while it goes on.
      if (name === 'settings.change' && !settings.value.keepTexts) await core.calls['conversations.deleteAll']();
      return result;
    },
    read: async (...topics) => core.topics.read(topics),
    close: async () => {
      await stopWithin(core.stop, stopLimitMs(0), log);
      await log.close();
    },
  };
}

/** The app runs without the folder, and says in its state what is missing. */
function makeDataFolder(dataDir: string): void {
  try {
    openPrivateFolder(dataDir);
  } catch (error) {
    console.error(`The data folder ${dataDir} cannot be created: ${errorText(error)}`);
  }
}

interface HeadlessOptions extends Pick<ServeOptions, 'dataDir' | 'version' | 'port'> {
  readonly log: boolean | 'never';
}

interface Headless {
  core: Core;
  settings: Settings;
  log: OpenLog;
}

function openHeadless({ dataDir, version, port, log: console }: HeadlessOptions, quit?: () => void): Headless {
  const { env } = process;
  const log = openLog({ dataDir, env, console });
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
