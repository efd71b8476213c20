/**
 * Processes kept ready, so that a request does not wait for one to start (~500 ms), and no more of them than the
 * machine can hold (~200 MB each).
 *
 * A process can be given its system prompt once only. So there are two kinds of spare: a blank one, which any request
 * can take, and prepared ones, which were given the system prompts asked for last and save a request that wants the
 * same another 30–50 ms. Two of these, since programs ask questions about a chat in between, with another prompt: one
 * alone would be ended and started anew each time.
 */
import type { ClaudeProcess, ProcessSetup, ResumedSession } from '../process/claudeProcess';
import type { InitializeResult } from '../process/messages';

export interface ProcessRequirements {
  readonly system: string;
  readonly setup?: ProcessSetup | undefined;
  /** As `set_model` takes it; undefined leaves the CLI's own default. */
  readonly model: string | undefined;
  /** A session file whose history the process is to hold, which no spare can. */
  readonly sessionFile?: string | undefined;
}

/** A process that is the holder's alone, told its system prompt and model, with nothing in its transcript but the session file's history. */
export interface ProcessLease {
  readonly process: ClaudeProcess;
  /** Ends the process and makes room for another. Resolves when it is gone. */
  release(): Promise<void>;
}

export interface PoolOptions {
  /** Starts a process; throws where there is no CLI to start. */
  start(resumed?: ResumedSession): ClaudeProcess;
  /** The most processes that may live at one time, spares included. */
  maxProcesses(): number;
  /** Ends a process that is in use but idle, if there is one: false where there is none. */
  reclaim(): boolean;
  /** How many requests may wait for a process. Default 100. */
  readonly queueLimit?: number;
  /** After so long without a request only the blank spare is kept. Default 10 minutes. */
  readonly idleMs?: number;
  onInitialized(result: InitializeResult): void;
  /** Called when the number of spares has changed. */
  onChange(): void;
  /** A spare died by itself, or could not be started. */
  onWarning(message: string): void;
}

/** All processes are taken and the queue is full. */
export class PoolBusyError extends Error {
  override readonly name = 'PoolBusyError';
}

/** A process was started for the request and ended before it could be asked anything. */
export class ProcessFailedError extends Error {
  override readonly name = 'ProcessFailedError';
}

export interface Pool {
  /**
   * Waits its turn where all processes are taken.
   * @throws PoolBusyError, ProcessFailedError, whatever `start` throws, and the signal's reason when it is aborted.
   */
  acquire(wanted: ProcessRequirements, signal: AbortSignal): Promise<ProcessLease>;
  /** Keeps a spare for such a request, as if one had been made. */
  prepare(wanted: ProcessRequirements): void;
  /** Starts the spares, the first of them with no system prompt. Rejects where it does not come up. */
  warm(): Promise<void>;
  readonly spares: number;
  readonly pids: readonly number[];
  /** How many processes live, spares included. */
  readonly size: number;
  /** Requests that wait for a process: what has become idle is better ended than kept. */
  readonly waitingRequests: number;
  /** Ends every spare; those in use end with their leases. What was signed in or installed since then counts for new ones. */
  replaceSpares(): void;
  /** Ends every process, taken ones too. Resolves when all are gone. */
  close(): Promise<void>;
}

interface Spare {
  readonly process: ClaudeProcess;
  /** What it was initialized with, as `keyOf` puts it; null: nothing yet. */
  readonly key: string | null;
  readonly model: string | undefined;
  readonly prepared: Promise<void>;
}

/** A new process takes a core for ~400 ms: not while the request that took the last spare needs it. */
const REFILL_DELAY_MS = 250;
const MOST_PREPARED = 2;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;

export function createPool(options: PoolOptions): Pool {
  const { queueLimit = 100, idleMs = 10 * 60_000 } = options;
  const living = new Set<ClaudeProcess>();
  const spares: Spare[] = [];
  const queue: (() => void)[] = [];
  /** What was wanted last, each once, the last first. */
  let recent: readonly ProcessRequirements[] = [];
  let lastUsedAt = 0;
  let closed = false;
  let refillTimer: NodeJS.Timeout | undefined;
  let backoffMs = 0;

  const wakeNext = () => queue.shift()?.();

  const start = (resumed?: ResumedSession): ClaudeProcess => {
    let process: ClaudeProcess;
    try {
      process = options.start(resumed);
    } catch (error) {
      // The place that was free for it is free for the next; that one is to learn of the fault too.
      wakeNext();
      throw error;
    }
    living.add(process);
    void process.exited.then(() => {
      living.delete(process);
      wakeNext();
    });
    return process;
  };

  const initialize = async (process: ClaudeProcess, { system, setup, model, sessionFile }: ProcessRequirements) => {
    options.onInitialized(await process.initialize(system, setup));
    if (model !== undefined && sessionFile === undefined) await process.setModel(model);
  };

  const remove = (spare: Spare): boolean => {
    const index = spares.indexOf(spare);
    if (index === -1) return false;
    spares.splice(index, 1);
    options.onChange();
    return true;
  };

  const addSpare = (wanted: ProcessRequirements | null): Spare => {
    const process = start();
    const prepared = wanted ? initialize(process, wanted) : Promise.resolve();
    const spare: Spare = { process, key: wanted ? keyOf(wanted) : null, model: wanted?.model, prepared };
    spares.push(spare);
    options.onChange();
    prepared.then(
      () => {
        // A blank one has shown nothing yet.
        if (wanted) backoffMs = 0;
      },
      () => process.kill(),
    );
    void process.exited.then(({ code, signal, stderr }) => {
      if (!remove(spare) || closed) return;
      options.onWarning(`a spare process ended (${signal ?? code}) ${stderr}`.trim());
      backoffMs = Math.min(LONGEST_BACKOFF_MS, backoffMs === 0 ? FIRST_BACKOFF_MS : backoffMs * 2);
      scheduleRefill(backoffMs);
    });
    return spare;
  };

  const idle = () => Date.now() - lastUsedAt > idleMs;

  const refill = () => {
    refillTimer = undefined;
    if (closed) return;
    try {
      const room = () => queue.length === 0 && living.size < options.maxProcesses();
      if (!spares.some(({ key }) => key === null)) {
        if (room()) addSpare(null);
        // The next request is more likely to be a new one than a follow-up to the oldest conversation.
        else if (queue.length === 0 && options.reclaim()) return scheduleRefill(REFILL_DELAY_MS);
      }
      const wanted = idle() ? [] : recent;
      const keys = wanted.map(keyOf);
      for (const spare of [...spares]) if (spare.key !== null && !keys.includes(spare.key)) retire(spare);
      for (const one of wanted) if (room() && !spares.some(({ key }) => key === keyOf(one))) addSpare(one);
    } catch (error) {
      options.onWarning(`a spare process could not be started: ${String(error)}`);
    }
    if (!idle()) scheduleRefill(idleMs);
  };

  const scheduleRefill = (delay: number) => {
    if (closed) return;
    clearTimeout(refillTimer);
    refillTimer = setTimeout(refill, delay);
    refillTimer.unref();
  };

  const remember = (wanted: ProcessRequirements) => {
    const others = recent.filter((other) => keyOf(other) !== keyOf(wanted));
    recent = [{ ...wanted, sessionFile: undefined }, ...others].slice(0, MOST_PREPARED);
    lastUsedAt = Date.now();
  };

  const retire = (spare: Spare) => {
    if (remove(spare)) void spare.process.close();
  };

  /**
   * Resolves when a place has become free. One that has waited, or has made the place, goes ahead of those that came
   * after it. @param reclaims whether an idle process is to end for it: one for each that waits.
   */
  const room = async (signal: AbortSignal, ahead: boolean, reclaims: boolean): Promise<void> => {
    if (!ahead && queue.length >= queueLimit) {
      throw new PoolBusyError(`all ${living.size} processes are busy and ${queue.length} requests are waiting`);
    }
    await new Promise<void>((resolve, reject) => {
      const wake = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        queue.splice(queue.indexOf(wake), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      if (ahead) queue.unshift(wake);
      else queue.push(wake);
      if (reclaims) options.reclaim();
    });
  };

  const spareFor = (wanted: ProcessRequirements): Spare | undefined => {
    if (wanted.sessionFile !== undefined) return undefined;
    return spares.find(({ key }) => key === keyOf(wanted)) ?? spares.find(({ key }) => key === null);
  };

  /** A process for the request, and what is still to be done before it can be asked. */
  const take = async (wanted: ProcessRequirements, signal: AbortSignal): Promise<Spare> => {
    let ahead = false;
    const wait = async (reclaims: boolean) => {
      await room(signal, ahead, reclaims);
      ahead = true;
    };
    signal.throwIfAborted();
    if (queue.length > 0) await wait(true);
    for (;;) {
      const spare = signal.aborted ? undefined : spareFor(wanted);
      // The place that it was woken for is the next one's.
      if (ahead && (spare || signal.aborted)) wakeNext();
      signal.throwIfAborted();
      if (closed) throw new ProcessFailedError('the app is stopping');
      if (spare) {
        remove(spare);
        return spare;
      }
      if (living.size < options.maxProcesses()) {
        return { process: start(resumedBy(wanted)), key: null, model: undefined, prepared: Promise.resolve() };
      }
      const unwanted = spares[0];
      if (unwanted) {
        remove(unwanted);
        unwanted.process.kill();
        // The place that it has made is its own.
        ahead = true;
      }
      await wait(unwanted === undefined);
    }
  };

  const prepare = async (spare: Spare, wanted: ProcessRequirements) => {
    await spare.prepared;
    if (spare.key === null) await initialize(spare.process, wanted);
    else if (wanted.model !== undefined && spare.model !== wanted.model) await spare.process.setModel(wanted.model);
  };

  return {
    get spares() {
      return spares.length;
    },
    get pids() {
      return [...living].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
    },
    get size() {
      return living.size;
    },
    get waitingRequests() {
      return queue.length;
    },
    acquire: async (wanted, signal) => {
      remember(wanted);
      for (let attempt = 1; ; attempt += 1) {
        const spare = await take(wanted, signal);
        scheduleRefill(REFILL_DELAY_MS);
        const { process } = spare;
        const abort = () => process.kill();
        signal.addEventListener('abort', abort, { once: true });
        try {
          await prepare(spare, wanted);
          signal.throwIfAborted();
          backoffMs = 0;
          return { process, release: () => process.close() };
        } catch (error) {
          process.kill();
          const { stderr } = await process.exited;
          signal.throwIfAborted();
          if (attempt === 2) throw new ProcessFailedError(stderr.trim() || String(error), { cause: error });
        } finally {
          signal.removeEventListener('abort', abort);
        }
      }
    },
    prepare: (wanted) => {
      remember(wanted);
      scheduleRefill(0);
    },
    warm: async () => {
      if (closed) throw new ProcessFailedError('the app is stopping');
      const plain = { system: '', model: undefined };
      remember(plain);
      const first = addSpare(plain);
      scheduleRefill(0);
      try {
        await first.prepared;
      } catch (error) {
        const { stderr } = await first.process.exited;
        throw new ProcessFailedError(stderr.trim() || String(error), { cause: error });
      }
    },
    replaceSpares: () => {
      for (const spare of [...spares]) retire(spare);
      scheduleRefill(0);
    },
    close: async () => {
      closed = true;
      clearTimeout(refillTimer);
      spares.length = 0;
      for (const wake of queue.splice(0)) wake();
      for (const process of living) process.kill();
      await Promise.all([...living].map(({ exited }) => exited));
    },
  };
}

function resumedBy({ sessionFile, model }: ProcessRequirements): ResumedSession | undefined {
  return sessionFile === undefined ? undefined : { file: sessionFile, model };
}

function keyOf({ system, setup }: ProcessRequirements): string {
  return JSON.stringify([system, setup?.tools ?? [], setup?.schema ?? null]);
}
