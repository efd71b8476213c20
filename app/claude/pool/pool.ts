/**
 * Keeps spare processes, so that a request does not wait until one has started (about 500 ms), and limits the number of
 * processes, of which each takes 110 to 200 MB of memory.
 *
 * The system prompt of a process can be set only once. So there are two kinds of spare processes: a blank one, which suits any
 * request, and prepared ones, which already have one of the system prompts that were requested last, and save a request
 * with the same prompt another 30–50 ms. There are two prepared ones, because programs ask questions about a chat between its
 * turns, with another system prompt: a single one would be ended and started again each time.
 */
import { errorText } from '../../shared/errorText';
import type { ResumedSession } from '../process/arguments';
import type { ClaudeProcess } from '../process/claudeProcess';
import { DEADLINES } from '../process/deadlines/deadlines';
import type { InitializeResult } from '../process/messages';
import { ProcessFailedError } from './errors';
import { type ProcessRequirements, sessionOf } from './processRequirements';
import { createSlotQueue } from './slotQueue';
import { type KeyedRequirements, keyed, type Spare, suits } from './spare';

/**
 * A process for the sole use of one caller, with its system prompt and model set. Its transcript is empty, or has the history
 * of the session file.
 */
export interface ProcessLease {
  readonly process: ClaudeProcess;
  /** Ends the process, which makes room for another. Resolves when it has ended. */
  release(): Promise<void>;
}

export interface PoolOptions {
  /** Starts a process. Throws where no CLI can be started. */
  start(session?: ResumedSession): ClaudeProcess;
  /** The most processes that may run at the same time, spare ones included. */
  maxProcesses(): number;
  /** Ends one leased process that is idle. Returns false where there is none. */
  reclaim(): boolean;
  /** The most requests that may wait for a process. Default 100. */
  readonly queueLimit?: number;
  /** How long a request may wait in the queue, in ms. Default: `DEADLINES.queueMs`. */
  readonly queueMs?: number;
  /** Time without a request after which the prepared processes are ended, in ms. Default 10 minutes. */
  readonly idleMs?: number;
  /** Called with the result of each `initialize`. */
  onInitialized(result: InitializeResult): void;
  /** Called when the number of spare processes has changed. */
  onChange(): void;
  /** Called when a spare process has ended by itself or could not be started. */
  onWarning(message: string): void;
}

export interface Pool {
  /**
   * Leases a process. Where the limit of processes is reached, waits in a queue.
   * @throws PoolBusyError, ProcessFailedError, whatever `start` throws, and the signal's reason where it is aborted.
   */
  acquire(requirements: ProcessRequirements, signal: AbortSignal): Promise<ProcessLease>;
  /** Prepares a spare process for a request that is expected. */
  prepare(requirements: ProcessRequirements): void;
  /**
   * Starts the first spare processes. The first one ends when the signal is aborted before it is initialized.
   * @throws ProcessFailedError, and whatever `start` throws, where the first one fails.
   */
  start(signal: AbortSignal): Promise<void>;
  /** The number of spare processes. */
  readonly spares: number;
  /** The pids of all running processes. */
  readonly pids: readonly number[];
  /** The number of running processes, spare ones included. */
  readonly size: number;
  /** The number of requests that wait for a process. While there are any, idle processes should be ended, not kept. */
  readonly waitingRequests: number;
  /** Replaces all spare processes, because the CLI or the account has changed. Leased processes are not affected. */
  replaceSpares(): void;
  /** Ends every process, leased ones too, and rejects the requests that wait. Resolves when all processes have ended. */
  close(): Promise<void>;
}

/** Starting a process takes a CPU core for about 400 ms, which the request that took the last spare needs at that moment. */
const REFILL_DELAY_MS = 250;
const MAX_PREPARED = 2;
const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;

export function createPool(options: PoolOptions): Pool {
  const { queueLimit = 100, queueMs = DEADLINES.queueMs, idleMs = 10 * 60_000 } = options;
  const running = new Set<ClaudeProcess>();
  /** Processes whose lease has ended and which exit soon: no second conversation is ended for the same spare. */
  const released = new Set<ClaudeProcess>();
  const spares: Spare[] = [];
  const queue = createSlotQueue(queueLimit, queueMs);
  /** The latest requirements without duplicates, the most recent first. */
  let recentRequirements: readonly KeyedRequirements[] = [];
  let lastUsedAt = 0;
  let closed = false;
  let refillTimer: NodeJS.Timeout | undefined;
  let backoffMs = 0;

  const startProcess = (session?: ResumedSession): ClaudeProcess => {
    let process: ClaudeProcess;
    try {
      process = options.start(session);
    } catch (error) {
      // The slot is still free. The next request takes it, and so gets the error too instead of waiting for ever.
      queue.wakeNext();
      throw error;
    }
    running.add(process);
    void process.exited.then(() => {
      running.delete(process);
      released.delete(process);
      queue.wakeNext();
    });
    return process;
  };

  const initialize = async (
    process: ClaudeProcess,
    { system, setup, model, sessionFile }: ProcessRequirements,
    signal?: AbortSignal,
  ) => {
    options.onInitialized(await process.initialize(system, setup, signal));
    // A process with a session file got its model on the command line.
    if (model !== undefined && sessionFile === undefined) await process.setModel(model, signal);
  };

  const removeSpare = (spare: Spare): boolean => {
    const index = spares.indexOf(spare);
    if (index === -1) return false;
    spares.splice(index, 1);
    options.onChange();
    return true;
  };

  /** @param expected null for a blank process. */
  const addSpare = (expected: KeyedRequirements | null): Spare => {
    const process = startProcess();
    const prepared = expected ? initialize(process, expected.requirements) : Promise.resolve();
    const spare: Spare = { process, key: expected?.key ?? null, model: expected?.requirements.model, prepared };
    spares.push(spare);
    options.onChange();
    prepared.then(
      () => {
        // A blank process that has started may still fail to initialize.
        if (expected) backoffMs = 0;
      },
      () => process.kill(),
    );
    void process.exited.then(({ code, signal, stderr }) => {
      if (!removeSpare(spare) || closed) return;
      options.onWarning(`a spare process ended (${signal ?? code}) ${stderr}`.trim());
      backoffMs = Math.min(MAX_BACKOFF_MS, backoffMs === 0 ? FIRST_BACKOFF_MS : backoffMs * 2);
      scheduleRefill(backoffMs);
    });
    return spare;
  };

  const endSpare = (spare: Spare) => void (removeSpare(spare) && spare.process.close());

  const isIdle = () => Date.now() - lastUsedAt > idleMs;

  const refill = () => {
    refillTimer = undefined;
    if (closed) return;
    try {
      const hasRoom = () => queue.length === 0 && running.size < options.maxProcesses();
      if (!spares.some(({ key }) => key === null)) {
        if (hasRoom()) addSpare(null);
        // The next request is more likely to begin a conversation than to continue the one that has been idle for longest.
        else if (queue.length === 0 && (released.size > 0 || options.reclaim())) return scheduleRefill(REFILL_DELAY_MS);
      }
      const expected = isIdle() ? [] : recentRequirements;
      for (const spare of [...spares]) {
        if (spare.key !== null && !expected.some((one) => suits(spare, one))) endSpare(spare);
      }
      for (const one of expected) {
        if (hasRoom() && !spares.some((spare) => suits(spare, one))) addSpare(one);
      }
    } catch (error) {
      options.onWarning(`a spare process could not be started: ${errorText(error)}`);
    }
    if (!isIdle()) scheduleRefill(idleMs);
  };

  const scheduleRefill = (delayMs: number) => {
    if (closed) return;
    clearTimeout(refillTimer);
    refillTimer = setTimeout(refill, delayMs);
    refillTimer.unref();
  };

  const recordUse = (requirements: ProcessRequirements): KeyedRequirements => {
    const used = keyed({ ...requirements, sessionFile: undefined });
    const others = recentRequirements.filter(({ key }) => key !== used.key);
    recentRequirements = [used, ...others].slice(0, MAX_PREPARED);
    lastUsedAt = Date.now();
    return used;
  };

  /**
   * Resolves when a process has ended, so that another may be started.
   * @param first whether the request goes to the front of the queue, because it has waited before or has ended a spare.
   * @param reclaims whether an idle process should be ended for it. Each request does that once, however many wait.
   */
  const waitForSlot = async (signal: AbortSignal, first: boolean, reclaims: boolean): Promise<void> => {
    const waits = first || !queue.isFull;
    const woken = queue.wait(signal, first);
    if (reclaims && waits) options.reclaim();
    await woken;
  };

  const findSpare = (used: KeyedRequirements): Spare | undefined => {
    const suitable = spares.filter((spare) => suits(spare, used));
    const sameModel = suitable.find(({ model }) => model === used.requirements.model);
    return sameModel ?? suitable[0] ?? spares.find((spare) => spare.key === null);
  };

  /** Takes a spare process that suits the request, or starts one. It may still have to be initialized. */
  const takeProcess = async (
    requirements: ProcessRequirements,
    used: KeyedRequirements,
    signal: AbortSignal,
  ): Promise<Spare> => {
    const needsNewProcess = requirements.sessionFile !== undefined;
    let first = false;
    const wait = async (reclaims: boolean) => {
      await waitForSlot(signal, first, reclaims);
      first = true;
    };
    signal.throwIfAborted();
    if (queue.length > 0) await wait(true);
    for (;;) {
      const spare = signal.aborted || needsNewProcess ? undefined : findSpare(used);
      // The request does not use the slot for which it was woken, so the next one gets it.
      if (first && (spare || signal.aborted)) queue.wakeNext();
      signal.throwIfAborted();
      if (closed) throw new ProcessFailedError('the app is stopping');
      if (spare) {
        removeSpare(spare);
        return spare;
      }
      if (running.size < options.maxProcesses()) {
        const process = startProcess(sessionOf(requirements));
        return { process, key: null, model: undefined, prepared: Promise.resolve() };
      }
      const unsuitableSpare = spares[0];
      if (unsuitableSpare) {
        removeSpare(unsuitableSpare);
        unsuitableSpare.process.kill();
        // The slot that this frees is for this request, not for those that already wait.
        first = true;
      }
      await wait(unsuitableSpare === undefined);
    }
  };

  const finishPreparation = async (spare: Spare, requirements: ProcessRequirements, signal: AbortSignal) => {
    await spare.prepared;
    const { model } = requirements;
    if (spare.key === null) await initialize(spare.process, requirements, signal);
    else if (model !== undefined && spare.model !== model) await spare.process.setModel(model, signal);
  };

  return {
    get spares() {
      return spares.length;
    },
    get pids() {
      return [...running].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
    },
    get size() {
      return running.size;
    },
    get waitingRequests() {
      return queue.length;
    },
    acquire: async (requirements, signal) => {
      const used = recordUse(requirements);
      for (let attempt = 1; ; attempt += 1) {
        const spare = await takeProcess(requirements, used, signal);
        scheduleRefill(REFILL_DELAY_MS);
        const { process } = spare;
        const onAbort = () => process.kill();
        signal.addEventListener('abort', onAbort, { once: true });
        try {
          await finishPreparation(spare, requirements, signal);
          signal.throwIfAborted();
          backoffMs = 0;
          const release = () => {
            if (process.alive) released.add(process);
            return process.close();
          };
          return { process, release };
        } catch (error) {
          process.kill();
          const { stderr } = await process.exited;
          signal.throwIfAborted();
          if (attempt === 2) throw new ProcessFailedError(stderr.trim() || errorText(error), { cause: error });
        } finally {
          signal.removeEventListener('abort', onAbort);
        }
      }
    },
    prepare: (requirements) => {
      recordUse(requirements);
      scheduleRefill(0);
    },
    start: async (signal) => {
      if (closed) throw new ProcessFailedError('the app is stopping');
      const used = recordUse({ system: '', model: undefined });
      for (const spare of [...spares]) if (spare.key === used.key) endSpare(spare);
      const spare = addSpare(used);
      scheduleRefill(0);
      const onAbort = () => spare.process.kill();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        await spare.prepared;
      } catch (error) {
        const { stderr } = await spare.process.exited;
        throw new ProcessFailedError(stderr.trim() || errorText(error), { cause: error });
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
    replaceSpares: () => {
      for (const spare of [...spares]) endSpare(spare);
      scheduleRefill(0);
    },
    close: async () => {
      closed = true;
      clearTimeout(refillTimer);
      spares.length = 0;
      queue.wakeAll();
      for (const process of running) process.kill();
      await Promise.all([...running].map(({ exited }) => exited));
    },
  };
}
