/**
 * Records the app's child processes on disk, so that the next start can end those that a crash has left running: a child
 * that is answering continues although nothing reads its output. A pid alone does not identify a child, because the
 * system reuses pids. So a process is ended only where its start time matches the record, and the app that started it has
 * ended.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pidusage from 'pidusage';
import { z } from 'zod';
import { killTree } from '../process/pipe/killTree';

export interface ChildRegister {
  /** Never throws: a process that is not recorded runs like any other, and only a crash of the app would leave it behind. */
  add(pid: number): void;
  /** Never throws. */
  remove(pid: number): void;
  /** Ends the children that earlier runs of the app have left. Resolves with their number. Never rejects. */
  endLeftovers(): Promise<number>;
}

/** The content of a child's file, whose name is the child's pid. Times are in ms since the epoch. */
const Entry = z.object({
  startedAt: z.number(),
  app: z.object({ pid: z.number(), startedAt: z.number() }),
});

/** Operating systems report start times with a precision of 10 ms to 1 s. */
const START_TIME_TOLERANCE_MS = 3_000;

/**
 * @param folder for one file a child; created where it does not exist.
 * @param onWrite called with the error where a child could not be recorded, with undefined where it was.
 */
export function childRegister(folder: string, onWrite: (error: unknown) => void = () => {}): ChildRegister {
  const app = { pid: process.pid, startedAt: Date.now() - process.uptime() * 1_000 };
  const fileOf = (pid: number) => path.join(folder, String(pid));

  /** Resolves with whether there was a process to end. */
  const endLeftover = async (pid: number): Promise<boolean> => {
    const entry = readEntry(fileOf(pid));
    const appHasEnded = entry !== undefined && !(await isSameProcess(entry.app.pid, entry.app.startedAt));
    const isLeftover = appHasEnded && (await isSameProcess(pid, entry.startedAt));
    if (isLeftover) killTree(pid);
    if (appHasEnded || entry === undefined) rmSync(fileOf(pid), { force: true });
    return isLeftover;
  };

  return {
    add: (pid) => {
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        writeFileSync(fileOf(pid), JSON.stringify({ startedAt: Date.now(), app }), { mode: 0o600 });
        onWrite(undefined);
      } catch (error) {
        onWrite(error);
      }
    },
    remove: (pid) => {
      try {
        rmSync(fileOf(pid), { force: true });
      } catch {
        // The next start finds that no such process is running, and removes the file.
      }
    },
    endLeftovers: async () => {
      const results = await Promise.all(registeredPids(folder).map((pid) => endLeftover(pid).catch(() => false)));
      return results.filter(Boolean).length;
    },
  };
}

function registeredPids(folder: string): number[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function readEntry(file: string): z.output<typeof Entry> | undefined {
  try {
    return Entry.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Whether a process with this pid is running and was started at this time. */
async function isSameProcess(pid: number, startedAt: number): Promise<boolean> {
  try {
    const { timestamp, elapsed } = await pidusage(pid);
    return Math.abs(timestamp - elapsed - startedAt) <= START_TIME_TOLERANCE_MS;
  } catch {
    return false;
  }
}
