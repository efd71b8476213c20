/** Breaks processes of the CLI at random moments, and counts how often. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CliWrapper } from '../support/cliWrapper';
import type { Random } from '../support/random';
import type { AppProcess } from './appProcess';

export const FAULTS = [
  /** SIGKILL of a process. */
  'killed',
  /** SIGSTOP of a process that is never continued. */
  'stopped',
  /** SIGSTOP of a process, SIGCONT later. */
  'paused',
  /** Processes that are started for a while do not answer `initialize`. */
  'silent',
] as const;
export type Fault = (typeof FAULTS)[number];

/** How often each fault was injected. */
export type FaultCounts = Record<Fault, number>;

export interface FaultOptions {
  readonly app: AppProcess;
  readonly cli: CliWrapper;
  readonly random: Random;
  readonly counts: FaultCounts;
  /** Whether the run is over. */
  isOver(): boolean;
}

/** Injects a fault every two to six seconds. Resolves when the run is over and nothing that was silent or paused is any more. */
export async function injectFaults({ app, cli, random, counts, isOver }: FaultOptions): Promise<void> {
  const injectors: Record<Fault, (pid: number) => Promise<void>> = {
    killed: async (pid) => void signal(pid, 'SIGKILL'),
    stopped: async (pid) => void signal(pid, 'SIGSTOP'),
    paused: async (pid) => {
      signal(pid, 'SIGSTOP');
      await sleep(200 + random.below(3_000));
      signal(pid, 'SIGCONT');
    },
    silent: async (pid) => {
      await cli.set('silent');
      // Makes the pool start another one.
      signal(pid, 'SIGKILL');
      await sleep(500 + random.below(1_500));
      await cli.set('works');
    },
  };
  while (!isOver()) {
    await sleep(2_000 + random.below(4_000));
    await app.waitUntilUp();
    const children = await app.children();
    if (children.length === 0 || isOver()) continue;
    const fault = random.pick(FAULTS);
    counts[fault] += 1;
    await injectors[fault](random.pick(children));
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended since it was listed.
  }
}
