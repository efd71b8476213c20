/**
 * Which processes are ours, written down, so that the next start can end what a crash of this app left running: a child
 * that was answering goes on although nobody reads it. A number alone would not do, since the system gives it to other
 * processes later: it has to be the same process, started when we started ours, and the app that started it has to be gone.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pidusage from 'pidusage';
import { z } from 'zod';
import { killTree } from '../process/killTree';

export interface ChildRegister {
  add(pid: number): void;
  remove(pid: number): void;
  /** Ends the children of earlier runs, and only those; resolves with how many there were. Never rejects. */
  endLeftovers(): Promise<number>;
}

const Entry = z.object({
  /** ms since the epoch */
  startedAt: z.number(),
  app: z.object({ pid: z.number(), startedAt: z.number() }),
});

/** The system knows a start to the hundredth of a second at best, and some only to the second. */
const CLOCK_ERROR_MS = 3_000;

/** @param folder of the app's own; made where there is none. */
export function childRegister(folder: string): ChildRegister {
  const app = { pid: process.pid, startedAt: Date.now() - process.uptime() * 1_000 };
  const fileOf = (pid: number | string) => path.join(folder, String(pid));

  const sweepOne = async (name: string): Promise<boolean> => {
    const entry = read(fileOf(name));
    const pid = Number(name);
    const ours = entry !== undefined && !(await isSame(entry.app.pid, entry.app.startedAt));
    const left = ours && (await isSame(pid, entry.startedAt));
    if (left) killTree(pid);
    if (ours || entry === undefined) rmSync(fileOf(name), { force: true });
    return left;
  };

  return {
    add: (pid) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(fileOf(pid), JSON.stringify({ startedAt: Date.now(), app }));
    },
    remove: (pid) => rmSync(fileOf(pid), { force: true }),
    endLeftovers: async () => {
      const swept = await Promise.all(names(folder).map((name) => sweepOne(name).catch(() => false)));
      return swept.filter(Boolean).length;
    },
  };
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function read(file: string): z.output<typeof Entry> | undefined {
  try {
    return Entry.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Whether the process lives and is the one that was started then. */
async function isSame(pid: number, startedAt: number): Promise<boolean> {
  try {
    const { timestamp, elapsed } = await pidusage(pid);
    return Math.abs(timestamp - elapsed - startedAt) <= CLOCK_ERROR_MS;
  } catch {
    return false;
  }
}
