/**
 * Keeps spare processes, so that a request does not wait until one has started (about 500 ms), and limits the number of
 * processes, of which each takes 110 to 200 MB of memory.
 *
 * There is a blank spare process, which suits any request, and there are prepared ones, which have what was requested last. A process
 * whose conversation has ended is emptied and becomes a spare one; it can be given another system prompt, model and tools within a
 * few milliseconds (context/CLAUDE_PROTOCOL.md, "Reuse"), but not those of another API key. A process has one account for its life, and the
 * blank ones are of the account that was used last. Where processes cannot be reused, each
 * serves one conversation, and a prepared one suits only requests with its own system prompt and tools.
 */
import { MAIN_ACCOUNT } from '../../shared/cli/accounts';
import { errorText } from '../../shared/errorText';
import type { ResumedSession } from '../process/arguments';
import type { ClaudeProcess } from '../process/claudeProcess';
import { DEADLINES } from '../process/deadlines/deadlines';
import type { PipeExit } from '../process/pipe/pipe';
import { ProcessFailedError } from './errors';
import type { Pool, PoolOptions, ProcessLease, ReclaimWish } from './poolTypes';
import { accountOf, type ProcessRequirements, sessionOf } from './processRequirements';
import { createRecentUse } from './recentUse';
import { createSlotQueue } from './slotQueue';
import { bestSpare, effort, type KeyedRequirements, type Spare } from './spare';

export type { Pool, PoolOptions, ProcessLease, ReclaimWish } from './poolTypes';

/** Starting a process takes a CPU core for about 400 ms, which the request that took the last spare needs at that moment. */
const REFILL_DELAY_MS = 250;
/** A process grows with the conversations that it serves: from 110 MB to 230 MB after 300. */
const MAX_CONVERSATIONS = 200;
/** How long more spare processes than are needed stay, in ms: the next burst of requests takes them. */
const SURPLUS_MS = 60_000;
/** The most that a spare process for a request that is expected may have to be changed (spare.ts): not to be initialized. */
const PREPARED_EFFORT = 4;
const NOTHING = Promise.resolve();
const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;

export function createPool(options: PoolOptions): Pool {
  const { queueLimit = 100, queueMs = DEADLINES.queueMs, idleMs = 10 * 60_000 } = options;
  /** The processes, with the ids of their accounts. */
  const running = new Map<ClaudeProcess, string>();
  /** Processes whose lease has ended and which are emptied or exit soon: no second conversation is ended for the same spare. */
  const released = new Set<ClaudeProcess>();
  /** The processes that run the current CLI with the current account. */
  const current = new WeakSet<ClaudeProcess>();
  const spares: Spare[] = [];
  const leases = new Map<ClaudeProcess, Pick<Spare, 'account' | 'preparedFor' | 'conversations'>>();
  const queue = createSlotQueue(queueLimit, queueMs);
  const recentUse = createRecentUse({ reuses: options.reuses, idleMs });
  let closed = false;
  let refillTimer: NodeJS.Timeout | undefined;
  let backoffMs = 0;

  const startProcess = (account: string, session?: ResumedSession): ClaudeProcess => {
    let process: ClaudeProcess;
    try {
      process = options.start(session, account);
    } catch (error) {
      // The slot is still free. The next request takes it, and so gets the error too instead of waiting for ever.
      queue.wakeNext();
      throw error;
    }
    running.set(process, account);
    current.add(process);
    void process.exited.then((exit) => {
      running.delete(process);
      released.delete(process);
      queue.wakeNext();
      const spare = spares.find((other) => other.process === process);
      if (spare && removeSpare(spare) && !closed) replaceDeadSpare(exit);
    });
    return process;
  };

  const begin = async (process: ClaudeProcess, requirements: ProcessRequirements, signal?: AbortSignal) => {
    const result = await process.begin(requirements, signal);
    if (result) options.onInitialized(result, process);
  };

  /** @throws Error where the process is of no use afterwards. */
  const warmUp = async (process: ClaudeProcess) => {
    if (process.reusable && !(await process.warmUp())) throw new Error('the CLI did not remove a message');
  };

  const removeSpare = (spare: Spare): boolean => {
    const index = spares.indexOf(spare);
    if (index === -1) return false;
    spares.splice(index, 1);
    options.onChange();
    return true;
  };

  const listSpare = (spare: Spare) => {
    spares.push(spare);
    options.onChange();
    spare.prepared.catch(() => spare.process.kill());
  };

  /** @param expected null for a blank process. */
  const addSpare = (expected: KeyedRequirements | null, account: string): Spare => {
    const process = startProcess(account);
    const prepared = expected ? begin(process, expected.requirements).then(() => warmUp(process)) : Promise.resolve();
    const spare: Spare = { process, account, preparedFor: expected, conversations: 0, prepared, since: Date.now() };
    listSpare(spare);
    // A blank process that has started may still fail to initialize.
    if (expected) prepared.then(resetBackoff, () => {});
    return spare;
  };

  const replaceDeadSpare = ({ code, signal, stderr }: PipeExit) => {
    options.onWarning(`a spare process ended (${signal ?? code}) ${stderr}`.trim());
    backoffMs = Math.min(MAX_BACKOFF_MS, backoffMs === 0 ? FIRST_BACKOFF_MS : backoffMs * 2);
    scheduleRefill(backoffMs);
  };

  const resetBackoff = () => {
    backoffMs = 0;
  };

  /** Empties the process, so that it is a spare one again. Returns false where it must be ended. */
  const recycle = async (process: ClaudeProcess, served: KeyedRequirements, conversations: number) => {
    const isUsable = () => !closed && current.has(process) && process.alive;
    if (!process.reusable || !isUsable() || conversations >= MAX_CONVERSATIONS || options.isWorn?.(process))
      return false;
    if (!(await process.reset()) || !isUsable()) return false;
    released.delete(process);
    // The next request is likely to need the same again.
    const prepared = begin(process, served.requirements);
    const account = accountOf(served.requirements);
    listSpare({ process, account, preparedFor: served, conversations, prepared, since: Date.now() });
    queue.wakeNext();
    scheduleRefill(REFILL_DELAY_MS);
    return true;
  };

  const endSpare = (spare: Spare) => void (removeSpare(spare) && spare.process.close());

  const defaultAccount = () => options.defaultAccount?.() ?? MAIN_ACCOUNT;

  /** The account that was used last is the most likely one of the next request. */
  const nextAccount = () => {
    const [last] = recentUse.expected;
    return last ? accountOf(last.requirements) : defaultAccount();
  };

  const refill = () => {
    refillTimer = undefined;
    if (closed) return;
    try {
      const hasRoom = () => queue.length === 0 && running.size < options.maxProcesses();
      const next = nextAccount();
      if (!spares.some(({ preparedFor, account }) => preparedFor === null && account === next)) {
        if (hasRoom()) addSpare(null, next);
        // The next request is more likely to begin a conversation than to continue the one that has been idle for longest.
        else if (queue.length === 0 && !hasReusableSpare() && (released.size > 0 || options.reclaim())) {
          return scheduleRefill(REFILL_DELAY_MS);
        }
      }
      const { expected, isIdle } = recentUse;
      const kept = new Set(expected.map((one) => bestSpare(spares, one, PREPARED_EFFORT)));
      for (const spare of [...spares]) {
        if ((spare.preparedFor === null && spare.account === next) || kept.has(spare)) continue;
        if (!spare.process.reusable || isIdle || Date.now() - spare.since >= SURPLUS_MS) endSpare(spare);
      }
      for (const one of expected) {
        if (hasRoom() && !bestSpare(spares, one, PREPARED_EFFORT)) addSpare(one, accountOf(one.requirements));
      }
    } catch (error) {
      options.onWarning(`a spare process could not be started: ${errorText(error)}`);
    }
    if (!recentUse.isIdle) scheduleRefill(hasReusableSpare() ? Math.min(idleMs, SURPLUS_MS) : idleMs);
  };

  const scheduleRefill = (delayMs: number) => {
    if (closed) return;
    clearTimeout(refillTimer);
    refillTimer = setTimeout(refill, delayMs);
    refillTimer.unref();
  };

  const hasReusableSpare = () => spares.some(({ process }) => process.reusable);

  /**
   * Resolves when a process has become free or has ended.
   * @param first whether the request goes to the front of the queue, because it has waited before or has ended a spare.
   * @param wish the process that should be reclaimed for it, where one should be. As many are reclaimed as requests wait.
   */
  const waitForSlot = async (signal: AbortSignal, first: boolean, wish?: ReclaimWish): Promise<void> => {
    const waits = first || !queue.isFull;
    const woken = queue.wait(signal, first);
    if (wish && waits && released.size < queue.length) void (options.reclaim(wish) || options.reclaim());
    await woken;
  };

  /** Takes a spare process that suits the request, or starts one. It may still have to be initialized. */
  const takeProcess = async (
    requirements: ProcessRequirements,
    used: KeyedRequirements,
    signal: AbortSignal,
  ): Promise<Spare> => {
    const needsNewProcess = requirements.sessionFile !== undefined;
    const fits = (process: ClaudeProcess) => {
      const lease = leases.get(process);
      return lease !== undefined && effort({ ...lease, process, prepared: NOTHING, since: 0 }, used) !== undefined;
    };
    let first = false;
    let reclaimed = false;
    const wait = async (wish?: ReclaimWish) => {
      await waitForSlot(signal, first, wish);
      first = true;
    };
    signal.throwIfAborted();
    if (queue.length > 0) await wait({ fits, onlyShort: false });
    for (;;) {
      const spare = signal.aborted || needsNewProcess ? undefined : bestSpare(spares, used);
      // The request does not use the slot for which it was woken, so the next one gets it.
      if (first && (spare || signal.aborted)) queue.wakeNext();
      signal.throwIfAborted();
      if (closed) throw new ProcessFailedError('the app is stopping');
      if (spare) {
        removeSpare(spare);
        return spare;
      }
      const most = options.maxProcesses();
      const hasRoom = running.size < most;
      // With few processes, one is started: the idle chat is probably the one about which this request is a question.
      const mayReclaim = options.reuses() && !needsNewProcess && !reclaimed && running.size * 2 >= most;
      if (hasRoom && mayReclaim && options.reclaim({ fits, onlyShort: true })) {
        reclaimed = true;
        first = true;
        await wait();
        continue;
      }
      if (hasRoom) {
        const account = accountOf(requirements);
        const process = startProcess(account, sessionOf(requirements));
        return { process, account, preparedFor: null, conversations: 0, prepared: NOTHING, since: Date.now() };
      }
      const unsuitableSpare = spares[0];
      if (unsuitableSpare) {
        removeSpare(unsuitableSpare);
        unsuitableSpare.process.kill();
        // The slot that this frees is for this request, not for those that already wait.
        first = true;
      }
      await wait(unsuitableSpare ? undefined : { fits, onlyShort: false });
    }
  };

  const lend = (spare: Spare, used: KeyedRequirements, queuedMs: number): ProcessLease => {
    const { process, account } = spare;
    const conversations = spare.conversations + 1;
    leases.set(process, { account, preparedFor: used, conversations });
    const release = async () => {
      if (!leases.delete(process)) return;
      if (process.alive) released.add(process);
      if (!(await recycle(process, used, conversations))) await process.close();
    };
    return { process, queuedMs, release };
  };

  return {
    get spares() {
      return spares.length;
    },
    get pids() {
      return [...running.keys()].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
    },
    get size() {
      return running.size;
    },
    get waitingRequests() {
      return queue.length;
    },
    acquire: async (requirements, signal) => {
      const used = recentUse.record(requirements);
      let queuedMs = 0;
      for (let attempt = 1; ; attempt += 1) {
        const before = performance.now();
        const spare = await takeProcess(requirements, used, signal);
        queuedMs += performance.now() - before;
        scheduleRefill(REFILL_DELAY_MS);
        const { process } = spare;
        const onAbort = () => process.kill();
        signal.addEventListener('abort', onAbort, { once: true });
        try {
          await spare.prepared;
          await begin(process, requirements, signal);
          signal.throwIfAborted();
          backoffMs = 0;
          return lend(spare, used, queuedMs);
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
      recentUse.record(requirements);
      scheduleRefill(0);
    },
    start: async (signal) => {
      if (closed) throw new ProcessFailedError('the app is stopping');
      const account = defaultAccount();
      const used = recentUse.record({ owner: '', account, system: '', model: undefined });
      for (const spare of [...spares]) if (spare.preparedFor?.key === used.key) endSpare(spare);
      const spare = addSpare(used, account);
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
    replaceSpares: (account) => {
      const isChanged = (other: string | undefined) => account === undefined || other === account;
      for (const [process, other] of running) if (isChanged(other)) current.delete(process);
      for (const spare of [...spares]) if (isChanged(spare.account)) endSpare(spare);
      scheduleRefill(0);
    },
    endAccount: async (account) => {
      recentUse.forget(account);
      for (const spare of [...spares]) if (spare.account === account) removeSpare(spare);
      const ended = [...running].flatMap(([process, other]) => (other === account ? [process] : []));
      for (const process of ended) process.kill();
      await Promise.all(ended.map(({ exited }) => exited));
    },
    close: async () => {
      closed = true;
      clearTimeout(refillTimer);
      spares.length = 0;
      queue.wakeAll();
      for (const process of running.keys()) process.kill();
      await Promise.all([...running.keys()].map(({ exited }) => exited));
    },
  };
}
