/** The service: what starts the app without its user, and the app that runs. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText } from '../shared/errorText';
import { crontabEntry } from './crontab';
import type { EntryReading, ServiceEntry } from './entry';
import { holderOf } from './holder';
import { launchdEntry } from './launchdEntry';
import { HIDDEN, isSameCommand } from './login/launchCommand';
import { loginItemFor } from './login/loginItemFor';
import type { SystemLoginItems } from './login/macLoginItem';
import { loginEntry } from './loginEntry';
import { isAlive } from './processes';
import {
  type AppProcess,
  type InstallOptions,
  type LaunchCommand,
  type RunningAppPort,
  type Service,
  ServiceError,
  type ServiceHolder,
  type ServiceProblem,
  type ServiceState,
} from './serviceTypes';
import { systemdUser } from './systemdUser';

export * from './serviceTypes';

export interface ServiceOptions {
  readonly env: NodeJS.ProcessEnv;
  /** See settings/dataDir.ts. The service starts the app with the same one. */
  readonly dataDir: string;
  /** The one of an app whose environment names none; an entry names any other. */
  readonly defaultDataDir?: string;
  /** Starts the tray app; undefined in an installation that has none, such as a container. */
  readonly desktopApp: LaunchCommand | undefined;
  /** Starts `claudacity serve`. */
  readonly serve: LaunchCommand;
  readonly app: RunningAppPort;
  /** macOS: where the command runs in Electron, its login items. */
  readonly systemLoginItems?: SystemLoginItems;
  /** These are the computer's own unless a test says otherwise. */
  readonly platform?: NodeJS.Platform;
  readonly home?: string;
  /** How long to wait for an app that was started to answer, and for one that was stopped to be gone. */
  readonly startMs?: number;
  readonly stopMs?: number;
}

const START_MS = 60_000;
/** Longer than running answers have by default. */
const STOP_MS = 60_000;
const LOOK_EVERY_MS = 100;
const HOME_AT_LOGIN = 'Your login session has to set CLAUDACITY_HOME, too: the entry cannot.';
const LOOK_INTO_LOGS = '`claudacity logs` says why.';

export function openService(options: ServiceOptions): Service {
  const { env, app, desktopApp, serve, startMs = START_MS, stopMs = STOP_MS } = options;
  const { platform = process.platform, home = homedir() } = options;
  const isDefaultData = options.dataDir === options.defaultDataDir;
  const environment = serviceEnvironment(env, serve, isDefaultData ? undefined : options.dataDir);
  const loginItem = loginItemFor({
    ...{ platform, env, home },
    command: desktopApp ?? serve,
    system: options.systemLoginItems,
  });
  const systemd = systemdUser({ env, home, command: serve, environment });
  const crontab = crontabEntry({ env, command: serve, environment });
  const launchd = launchdEntry({ env, home, command: serve, environment });
  const login = loginEntry(
    loginItem,
    platform === 'win32' ? 'run-entry' : 'desktop-login',
    desktopApp ?? (platform === 'win32' ? serve : undefined),
  );
  // The first one that is installed and switched on is the service.
  const entries: readonly ServiceEntry[] =
    platform === 'linux' ? [systemd, crontab, login] : platform === 'darwin' ? [launchd, login] : [login];

  const chooseEntry = async (mode: InstallOptions['mode'] = 'auto'): Promise<ServiceEntry> => {
    if (mode === 'desktop') return login;
    if (mode === 'auto' && desktopApp !== undefined && hasDesktop(platform, env)) return login;
    if (platform === 'darwin') return launchd;
    if (platform !== 'linux') return login;
    return (await systemd.isAvailable()) ? systemd : existsSync('/run/systemd/system') ? systemd : crontab;
  };

  const readInstalled = async (): Promise<{
    entry?: ServiceEntry;
    reading?: EntryReading;
    problems: ServiceProblem[];
  }> => {
    const problems: ServiceProblem[] = [];
    const found: { entry: ServiceEntry; reading: EntryReading }[] = [];
    for (const entry of entries) {
      try {
        const reading = await entry.read();
        if (reading.installed) found.push({ entry, reading });
      } catch (error) {
        problems.push({
          code: 'unreadable',
          message: `The ${entry.kind} entry cannot be read: ${errorText(error)}`,
          remedy: 'Look at its permissions.',
        });
      }
    }
    // One that was switched off starts nothing.
    const [first, second] = found.sort((one, other) => Number(other.reading.enabled) - Number(one.reading.enabled));
    if (first && second?.reading.enabled) {
      problems.push({
        code: 'runs_elsewhere',
        message: `Claudacity is started in two ways: ${first.entry.kind} and ${second.entry.kind}.`,
        remedy: 'Run `claudacity install`, which leaves one.',
      });
    }
    return { ...first, problems };
  };

  const status = async (): Promise<ServiceState> => {
    const { entry, reading, problems } = await readInstalled();
    let running: AppProcess | undefined;
    try {
      running = await app.find();
    } catch (error) {
      problems.push({
        code: 'unreadable',
        message: `Whether Claudacity runs cannot be told: ${errorText(error)}`,
        remedy: 'Run `claudacity doctor`.',
      });
    }
    if (reading) problems.push(...reading.problems, ...entryProblems(reading, entry === login ? desktopApp : serve));
    if (reading && isForOtherData(reading)) {
      problems.push({
        code: 'other_data',
        message: `The entry starts Claudacity with another data folder, ${dataDirOf(reading)}. This one is ${options.dataDir}.`,
        remedy: 'Run `claudacity install` to have it start with this one.',
      });
    }
    return {
      kind: entry?.kind ?? 'none',
      installed: reading !== undefined,
      enabled: reading?.enabled ?? false,
      running: running !== undefined,
      pid: running?.pid ?? null,
      holder: running ? await holder(running, entry, reading) : 'none',
      entry: reading?.entry ?? null,
      command: reading?.command ?? null,
      linger: platform === 'linux' ? systemd.readLinger() : null,
      problems,
    };
  };

  const dataDirOf = (reading: EntryReading) => reading.dataDir ?? options.defaultDataDir;
  const isForOtherData = (reading: EntryReading) =>
    reading.dataDir !== undefined && dataDirOf(reading) !== options.dataDir;

  const holder = async (running: AppProcess, entry?: ServiceEntry, reading?: EntryReading): Promise<ServiceHolder> => {
    if (entry && reading?.pid === running.pid) return entry.holder;
    return platform === 'linux' ? await holderOf(running.pid) : 'user';
  };

  const waitUntil = async (isThere: () => Promise<boolean>, limitMs: number): Promise<boolean> => {
    const deadline = Date.now() + limitMs;
    while (Date.now() < deadline) {
      if (await isThere()) return true;
      await sleep(LOOK_EVERY_MS);
    }
    return false;
  };

  const start = async (preferred?: 'desktop' | 'headless'): Promise<ServiceState> => {
    if (await app.find()) return status();
    const { entry, reading } = await readInstalled();
    let hasFailed = () => false;
    if (entry?.manager && reading && !isForOtherData(reading) && preferred !== 'desktop') {
      await entry.manager.start();
    } else {
      const isDesktop = preferred ? preferred === 'desktop' : entry === login || (!entry && hasDesktop(platform, env));
      const command = isDesktop && desktopApp ? { ...desktopApp, args: [...desktopApp.args, HIDDEN] } : serve;
      hasFailed = await startDetached(command, { ...env, ...environment });
    }
    const isThere = async () => {
      if (hasFailed()) throw new ServiceError('not_started', `Claudacity has ended by itself. ${LOOK_INTO_LOGS}`);
      return (await app.find()) !== undefined;
    };
    if (!(await waitUntil(isThere, startMs))) {
      throw new ServiceError(
        'not_started',
        `Claudacity was started and does not answer after ${startMs / 1000} s. ${LOOK_INTO_LOGS}`,
      );
    }
    return status();
  };

  const stop = async (): Promise<ServiceState> => {
    const running = await app.find();
    if (!running) return status();
    const { entry, reading } = await readInstalled();
    const held = await holder(running, entry, reading);
    if (entry?.manager && entry.holder === held) await entry.manager.stop();
    else await app.quit();
    const isGone = async () => !isAlive(running.pid) && (await app.find())?.pid !== running.pid;
    if (!(await waitUntil(isGone, stopMs))) {
      throw new ServiceError(
        'not_stopped',
        `Claudacity (process ${running.pid}) has not ended after ${stopMs / 1000} s: answers may still run. Try again, or end the process.`,
      );
    }
    return status();
  };

  return {
    status,
    start: () => start(),
    stop,
    restart: async () => {
      const running = await app.find();
      await stop();
      return start(running && (running.desktop ? 'desktop' : 'headless'));
    },
    install: async (wanted = {}) => {
      const entry = await chooseEntry(wanted.mode);
      const removed: string[] = [];
      const { written, advice } = await entry.write(wanted);
      for (const other of entries) if (other !== entry) removed.push(...(await other.remove()));
      const state = wanted.start === false ? await status() : await start();
      const replaced = removed.map((one) => `${one} was removed: there is one way to start Claudacity.`);
      const home = entry === login && env.CLAUDACITY_HOME ? [HOME_AT_LOGIN] : [];
      const changed = written.length + removed.length > 0;
      return { state, changed, written, advice: [...replaced, ...advice, ...home] };
    },
    uninstall: async () => {
      const removed: string[] = [];
      for (const entry of entries) removed.push(...(await entry.remove()));
      const state = await status();
      const advice = state.running ? ['Claudacity still runs: `claudacity stop` ends it.'] : [];
      return { state, removed, advice };
    },
  };
}

/** Variables without which the service would use other data, or not find the CLI and the sign-in that its owner has. */
function serviceEnvironment(
  env: NodeJS.ProcessEnv,
  { args }: LaunchCommand,
  dataDir: string | undefined,
): Record<string, string> {
  const { PATH, CLAUDE_PATH, CLAUDE_CONFIG_DIR, ELECTRON_RUN_AS_NODE } = withoutNodeMode(env, args);
  return {
    ...(dataDir !== undefined && { CLAUDACITY_HOME: dataDir }),
    ...(PATH && { PATH }),
    ...(CLAUDE_PATH && { CLAUDE_PATH }),
    ...(CLAUDE_CONFIG_DIR && { CLAUDE_CONFIG_DIR: path.resolve(CLAUDE_CONFIG_DIR) }),
    ...(ELECTRON_RUN_AS_NODE && { ELECTRON_RUN_AS_NODE }),
  };
}

/** Whether this session has a desktop: over ssh it has none, even where the computer has one. */
function hasDesktop(
  platform: NodeJS.Platform,
  { DISPLAY, WAYLAND_DISPLAY, SSH_CONNECTION }: NodeJS.ProcessEnv,
): boolean {
  if (platform === 'linux') return Boolean(DISPLAY || WAYLAND_DISPLAY);
  return platform === 'win32' || !SSH_CONNECTION;
}

function entryProblems({ enabled, command, entry, problems }: EntryReading, own?: LaunchCommand): ServiceProblem[] {
  const found: ServiceProblem[] = [];
  if (!enabled && !problems.some(({ code }) => code === 'requires_approval')) {
    found.push({
      code: 'disabled',
      message: 'The entry is there and switched off.',
      remedy: 'Run `claudacity install` to switch it on.',
    });
  }
  if (command === null) {
    found.push({ code: 'unreadable', message: `${entry} names no program.`, remedy: 'Run `claudacity install`.' });
  } else if (!existsSync(command.program)) {
    found.push({
      code: 'program_missing',
      message: `${command.program}, which the entry starts, does not exist.`,
      remedy: 'Run `claudacity install`, or `claudacity uninstall`.',
    });
  } else if (own && !isSameCommand(command, own)) {
    found.push({
      code: 'entry_outdated',
      message: `The entry starts another program: ${[command.program, ...command.args].join(' ')}.`,
      remedy: 'Run `claudacity install` to have it start this one.',
    });
  }
  return found;
}

/** Starts a program that outlives this one. @returns whether it has failed so far. @throws ServiceError where it cannot be started */
function startDetached({ program, args }: LaunchCommand, env: NodeJS.ProcessEnv): Promise<() => boolean> {
  const child = spawn(program, args, {
    env: withoutNodeMode(env, args),
    detached: true,
    stdio: 'ignore',
    windowsHide: true,
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(new ServiceError('not_started', `${program} cannot be started: ${error.message}`, { cause: error })),
    );
    child.once('spawn', () => {
      child.unref();
      // One that ends well has handed over to another.
      resolve(() => child.signalCode !== null || (child.exitCode ?? 0) !== 0);
    });
  });
}

/** The variable makes Electron plain Node, which has to be kept where it runs a script alone. */
function withoutNodeMode(
  { ELECTRON_RUN_AS_NODE, ...rest }: NodeJS.ProcessEnv,
  args: readonly string[],
): NodeJS.ProcessEnv {
  const isScript = args[0]?.endsWith('.cjs') && ELECTRON_RUN_AS_NODE !== undefined;
  return isScript ? { ...rest, ELECTRON_RUN_AS_NODE } : rest;
}
