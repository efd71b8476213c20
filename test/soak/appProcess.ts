/** Runs the app without its window in a separate process that can be killed and restarted. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ClaudeTimes } from '../../app/claude/claude';
import { openConfFile } from '../../app/settings/confFile';
import { openSettings, type Settings } from '../../app/settings/settings';
import { bundleCommand } from '../../build/bundle.mjs';
import { claudePath, cliEnvironment, leftoverProcesses } from '../support/cli';
import { storeSelfTest } from '../support/knownSelfTest';
import type { MessagesApi } from '../support/messagesApi';
import { recordingLog } from '../support/recordingLog';

/** The app's memory after a garbage collection. */
export interface MemorySample {
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Resident memory in bytes. */
  readonly rss: number;
  /** Bytes in use on the JavaScript heap. */
  readonly heapUsed: number;
}

/** The app's process. A restart replaces it: `url` and `pid` are those of the current one. */
export interface AppProcess {
  readonly url: string;
  readonly pid: number;
  /** Path of the app's database. */
  readonly database: string;
  /** Resolves when no restart is in progress. */
  waitUntilUp(): Promise<void>;
  /** The process ids of the running `claude` processes. */
  children(): Promise<number[]>;
  /** Kills the process with SIGKILL and starts another. Resolves when that one listens. */
  killAndRestart(): Promise<void>;
  /** Asks the process to exit, with SIGTERM. Resolves with its exit code. */
  stop(): Promise<number | null>;
  /** One sample per second of all processes so far, also of those that were killed. */
  memorySamples(): Promise<MemorySample[]>;
}

export interface AppProcessOptions {
  /** Settings that differ from the default ones. */
  readonly settings?: Parameters<Settings['change']>[0];
  /** Deadlines of the CLI that differ from the default ones. */
  readonly times?: Partial<ClaudeTimes>;
  /** The CLI; default: the real one. */
  readonly claude?: string;
  /** Whether the app collects garbage and samples its memory once a second, which makes it pause. */
  readonly samplesMemory?: boolean;
}

/**
 * Resolves when the app listens.
 * @param home an empty folder for the CLI's home, the app's data and its bundle
 * @throws if the app exits before it listens
 */
export async function startAppProcess(
  api: MessagesApi,
  home: string,
  { settings = {}, times = {}, claude = claudePath(), samplesMemory = false }: AppProcessOptions = {},
): Promise<AppProcess> {
  const dataDir = path.join(home, 'data');
  const bundle = path.join(home, 'bundle');
  const memoryFile = path.join(home, 'memory.jsonl');
  await bundleCommand(bundle, 'test/soak/command.ts');
  const log = recordingLog();
  await storeSelfTest(path.join(dataDir, 'selfTest.json'), claude);
  openSettings({ file: openConfFile(dataDir, log), log, env: {} }).change(settings);

  const env = {
    ...cliEnvironment(api, home),
    CLAUDACITY_HOME: dataDir,
    CLAUDE_PATH: claude,
    HOST: '127.0.0.1',
    PORT: '0',
    SOAK_MEMORY_FILE: memoryFile,
    SOAK_TIMES: JSON.stringify(times),
  };
  const sampler = path.resolve('test/soak/memorySampler.cjs');

  const start = async () => {
    const sampling = samplesMemory ? ['--expose-gc', '--require', sampler] : [];
    const args = [...sampling, path.join(bundle, 'cli.cjs')];
    const child = spawn(process.execPath, args, { env, cwd: home, stdio: ['ignore', 'pipe', 'inherit'] });
    return { child, url: await listeningUrl(child) };
  };
  let current = await start();
  let restarting: Promise<unknown> = Promise.resolve();

  const restart = async () => {
    const exited = once(current.child, 'exit');
    current.child.kill('SIGKILL');
    await exited;
    current = await start();
  };

  return {
    get url() {
      return current.url;
    },
    get pid() {
      return current.child.pid as number;
    },
    database: path.join(dataDir, 'claudacity.db'),
    children: async () =>
      (await leftoverProcesses(home)).flatMap(({ pid, command }) => (command.startsWith(claudePath()) ? [pid] : [])),
    waitUntilUp: async () => {
      await restarting;
    },
    killAndRestart: async () => {
      restarting = restart();
      await restarting;
    },
    stop: async () => {
      const exited = once(current.child, 'exit');
      current.child.kill('SIGTERM');
      const [code] = await exited;
      return code;
    },
    memorySamples: async () =>
      (await readFile(memoryFile, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
  };
}

/** Reads the URL from the app's output as soon as it listens. @throws if the process exits before */
async function listeningUrl(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the app has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /is running on (http:\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return url;
  }
  throw new Error('the app did not start');
}
