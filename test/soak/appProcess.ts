/** The app as a process of its own, without its window, that can be killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { openConfFile } from '../../app/settings/confFile';
import { openSettings } from '../../app/settings/settings';
import { claudePath, cliEnvironment, leftoverProcesses } from '../support/cli';
import type { MessagesApi } from '../support/messagesApi';
import { recordingLog } from '../support/recordingLog';

export interface MemorySample {
  readonly pid: number;
  readonly at: number;
  readonly rss: number;
  readonly heapUsed: number;
}

export interface AppProcess {
  /** Of the one that runs now. */
  readonly url: string;
  readonly pid: number;
  readonly database: string;
  /** Resolves when it listens. */
  up(): Promise<void>;
  /** The `claude` processes that live, and what else the app has started. */
  children(): Promise<number[]>;
  /** With SIGKILL. Starts it again before it resolves. */
  killAndRestart(): Promise<void>;
  /** Lets it end by itself. Resolves with its exit code. */
  stop(): Promise<number | null>;
  /** One a second, of all that have run. */
  memory(): Promise<MemorySample[]>;
}

/** @param home an empty folder: the CLI's home, the app's data and a copy of its bundle are in it */
export async function startAppProcess(api: MessagesApi, home: string, maxProcesses: number): Promise<AppProcess> {
  const dataDir = path.join(home, 'data');
  const bundle = path.join(home, 'bundle');
  const memoryFile = path.join(home, 'memory.jsonl');
  // A later `npm run bundle` is not to take the files away.
  await cp('out', bundle, { recursive: true });
  const log = recordingLog();
  openSettings({ file: openConfFile(dataDir, log), log, env: {} }).change({ maxProcesses });

  const env = {
    ...cliEnvironment(api, home),
    CLAUDACITY_HOME: dataDir,
    CLAUDE_PATH: claudePath(),
    HOST: '127.0.0.1',
    PORT: '0',
    SOAK_MEMORY_FILE: memoryFile,
  };
  const sampler = path.resolve('test/soak/memorySampler.cjs');

  const start = async () => {
    const args = ['--expose-gc', '--require', sampler, path.join(bundle, 'cli.cjs'), 'serve'];
    const child = spawn(process.execPath, args, { env, cwd: home, stdio: ['ignore', 'pipe', 'inherit'] });
    return { child, url: await urlOf(child) };
  };
  let running = await start();
  let starting: Promise<unknown> = Promise.resolve();

  const restart = async () => {
    const ended = once(running.child, 'exit');
    running.child.kill('SIGKILL');
    await ended;
    running = await start();
  };

  return {
    get url() {
      return running.url;
    },
    get pid() {
      return running.child.pid as number;
    },
    database: path.join(dataDir, 'claudacity.db'),
    children: async () =>
      (await leftoverProcesses(home)).map(({ pid }) => pid).filter((pid) => pid !== running.child.pid),
    up: async () => {
      await starting;
    },
    killAndRestart: async () => {
      starting = restart();
      await starting;
    },
    stop: async () => {
      const ended = once(running.child, 'exit');
      running.child.kill('SIGTERM');
      const [code] = await ended;
      return code;
    },
    memory: async () =>
      (await readFile(memoryFile, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
  };
}

/** @throws where it ends before it listens */
async function urlOf(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the app has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /is running on (http:\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return url;
  }
  throw new Error('the app did not start');
}
