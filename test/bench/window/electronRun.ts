/** Starts Electron programs the same way: the app, and the bare window that it is compared with. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { desktopEnvironment } from '../../support/desktopEnvironment';
import type { MessagesApi } from '../../support/messagesApi';

/** What startHook.cjs reports: the server listens, the window is shown, its page has drawn a heading. */
export type StartEvent = 'listening' | 'shown' | 'drawn';

export interface ElectronRun {
  readonly child: ChildProcess;
  /** Ms from the start of the process to the event; resolves with all of them once each has come. Rejects after 60 s. */
  events(wanted: readonly StartEvent[]): Promise<Record<StartEvent, number>>;
  /** Ends the program and waits for its exit. */
  stop(): Promise<void>;
}

/** The folder of an Electron program with the least that a window needs. */
export const BARE_WINDOW = path.resolve('test/bench/window/bare');
const HOOK = path.resolve('test/bench/window/startHook.cjs');
const LIMIT_MS = 60_000;

/** @param program the folder with its package.json. */
export function startElectron(program: string, env: Record<string, string>, args: readonly string[] = []): ElectronRun {
  const executable = process.env.ELECTRON_EXECUTABLE;
  if (executable === undefined) throw new Error('ELECTRON_EXECUTABLE is not set: use npm run bench:window');
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const startedAt = Date.now();
  const child = spawn(executable, ['-r', HOOK, ...root, '--disable-gpu', ...args, program], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const times: Partial<Record<StartEvent, number>> = {};
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const match = /^\{"startEvent":"(listening|shown|drawn)","at":(\d+)\}$/.exec(line);
    if (match === null) return;
    const event = match[1] as StartEvent;
    times[event] ??= Number(match[2]) - startedAt;
    for (const look of waiting) look();
  });
  return {
    child,
    events: (wanted) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`Only these came: ${JSON.stringify(times)}`)), LIMIT_MS);
        const look = () => {
          if (!wanted.every((event) => times[event] !== undefined)) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(times as Record<StartEvent, number>);
        };
        waiting.add(look);
        look();
      }),
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** @param home a scratch folder. */
export function electronEnvironment(api: MessagesApi, home: string): Record<string, string> {
  return { ...desktopEnvironment(api, home), BARE_WINDOW_DATA: path.join(home, 'bare') };
}
