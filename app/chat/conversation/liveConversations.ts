/** The processes that hold a conversation each: found by what they hold, ended when they have been idle for long enough. */
import type { Seat } from '../../claude/pool/pool';
import { NO_USAGE } from '../../shared/usage';
import type { Message } from '../request';
import type { LiveConversation } from '../service';
import type { RunningTurn } from '../turn/runningTurn';

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A conversation with a process of its own, or about to get one. */
export interface Live {
  readonly row: Mutable<LiveConversation>;
  /** The client's own name for it. */
  name: string | undefined;
  /** Interrupts what it is answering; a new one each time it is asked. */
  abort: AbortController;
  seat?: Seat;
  /** While its process waits for the results of tools: the turn that they belong to. */
  turn?: RunningTurn;
  /** While idle: all that its process holds. */
  held?: Held;
  timer?: NodeJS.Timeout | undefined;
  /** Resolves when it is listed no more. */
  readonly gone: Promise<void>;
  readonly leave: () => void;
}

/** What a process was told and has answered. */
export interface Told {
  readonly system: string;
  readonly messages: readonly Message[];
}

export interface Held extends Told {
  readonly digest: string;
}

export interface LiveConversations {
  list(): readonly LiveConversation[];
  /** Lists a conversation that is about to be asked; it is busy until `rest` or `remove`. */
  add(row: Mutable<LiveConversation>, name: string | undefined): Live;
  find(id: string): Live | undefined;
  /**
   * An idle conversation that holds exactly this history, of that name where there is one; it is busy from here on.
   * @param withResults whether the request brings the results that a waiting turn needs: no other can go on with one.
   */
  take(digest: string, name: string | undefined, withResults: boolean): Live | undefined;
  /** From here on the process holds that conversation, which has the same history. */
  pass(live: Live, id: string, name: string | undefined): void;
  /** What an idle process holds that holds exactly this history. */
  holding(digest: string): Told | undefined;
  /** It may be asked again. @param idleMs when it ends if it is not; Infinity for never. */
  rest(live: Live, held: Held, idleMs: number): void;
  /** Lists it no more and ends its process. */
  remove(live: Live): void;
  /**
   * Ends the one that has been idle for longest: one that waits for a tool's results only where those that do are
   * more than half. False where none is idle.
   */
  reclaim(): boolean;
  /** Ends it, interrupting its turn if it has one. False where there is none. */
  end(id: string): Promise<boolean>;
}

/** setTimeout takes no more than this. */
const LONGEST_TIMER_MS = 2_147_483_647;

export function createLiveConversations(onChange: () => void): LiveConversations {
  // In the order of their last use.
  const all = new Map<string, Live>();
  const idle = new Map<string, Live[]>();
  const watched = new WeakSet<Seat>();

  const forget = (live: Live) => {
    clearTimeout(live.timer);
    live.timer = undefined;
    live.row.expiresAt = null;
    if (!live.held) return;
    const { digest } = live.held;
    const others = (idle.get(digest) ?? []).filter((other) => other !== live);
    if (others.length > 0) idle.set(digest, others);
    else idle.delete(digest);
    delete live.held;
  };

  /** The last in the list is the one used last. */
  const list = (live: Live) => {
    if (all.get(live.row.id) === live) all.delete(live.row.id);
    all.set(live.row.id, live);
  };

  const remove = (live: Live) => {
    forget(live);
    if (all.get(live.row.id) === live) all.delete(live.row.id);
    live.leave();
    // One that waits for a tool would wait on.
    if (live.turn) live.seat?.process.kill();
    void live.seat?.release();
    onChange();
  };

  /** A process that dies while it waits is no loss: its conversation is replayed. */
  const watch = (live: Live) => {
    const { seat } = live;
    if (!seat || watched.has(seat)) return;
    watched.add(seat);
    void seat.process.exited.then(() => {
      if (live.held && live.seat === seat) remove(live);
    });
  };

  return {
    list: () => [...all.values()].map(({ row }) => ({ ...row })),
    find: (id) => all.get(id),
    add: (row, name) => {
      let leave = () => {};
      const gone = new Promise<void>((resolve) => {
        leave = resolve;
      });
      const live: Live = { row, name, abort: new AbortController(), gone, leave };
      list(live);
      onChange();
      return live;
    },
    take: (digest, name, withResults) => {
      const alike = idle.get(digest)?.filter(({ turn }) => (turn !== undefined) === withResults);
      const live = alike?.findLast((one) => one.name === name) ?? alike?.at(-1);
      if (!live) return undefined;
      forget(live);
      // A turn that waits ends with the signal that it began with.
      if (!live.turn) live.abort = new AbortController();
      live.row.phase = 'preparing';
      live.row.lastUsedAt = Date.now();
      list(live);
      return live;
    },
    pass: (live, id, name) => {
      live.name = name;
      if (id === live.row.id) return;
      if (all.get(live.row.id) === live) all.delete(live.row.id);
      Object.assign(live.row, { id, usage: NO_USAGE, startedAt: Date.now() });
      list(live);
      onChange();
    },
    holding: (digest) => idle.get(digest)?.at(-1)?.held,
    rest: (live, held, idleMs) => {
      const now = Date.now();
      live.row.phase = live.turn ? 'waiting_for_tool' : 'idle';
      live.row.lastUsedAt = now;
      live.row.expiresAt = now + idleMs;
      live.held = held;
      idle.set(held.digest, [...(idle.get(held.digest) ?? []), live]);
      list(live);
      if (idleMs <= LONGEST_TIMER_MS) {
        live.timer = setTimeout(() => remove(live), idleMs);
        live.timer.unref();
      }
      watch(live);
      onChange();
    },
    remove,
    reclaim: () => {
      const oldest = leastMissed([...all.values()].filter(({ held }) => held !== undefined));
      if (oldest) remove(oldest);
      return oldest !== undefined;
    },
    end: async (id) => {
      const live = all.get(id);
      if (!live) return false;
      live.abort.abort();
      if (live.held) remove(live);
      await live.gone;
      return true;
    },
  };
}

/**
 * A turn that waits is spared, since its client is at work. But many ask for a call only to have an answer in its form
 * and never send a result: these would take all places, and every chat beside them would be replayed.
 */
function leastMissed(idlers: readonly Live[]): Live | undefined {
  const waiting = idlers.filter(({ turn }) => turn !== undefined);
  if (waiting.length * 2 > idlers.length) return waiting[0];
  return idlers.find(({ turn }) => turn === undefined);
}
