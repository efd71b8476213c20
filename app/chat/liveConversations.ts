/** The processes that hold a conversation each: found by what they hold, ended when they have been idle for long enough. */
import type { Seat } from '../claude/pool';
import type { Message } from './request';
import type { LiveConversation } from './service';

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A conversation with a process of its own, or about to get one. */
export interface Live {
  readonly row: Mutable<LiveConversation>;
  readonly owner: string;
  readonly name: string | undefined;
  /** Interrupts what it is answering; a new one each time it is asked. */
  abort: AbortController;
  seat?: Seat;
  /** While idle: the digest of all that its process holds. */
  digest?: string;
  /** While idle: all that its process holds. */
  messages?: readonly Message[];
  timer?: NodeJS.Timeout | undefined;
  /** Resolves when it is listed no more. */
  readonly gone: Promise<void>;
  readonly leave: () => void;
}

export interface LiveConversations {
  list(): readonly LiveConversation[];
  /** Lists a conversation that is about to be asked; it is busy until `rest` or `remove`. */
  add(row: Mutable<LiveConversation>, owner: string, name: string | undefined): Live;
  isListed(id: string): boolean;
  /** The idle conversation that holds exactly this history; it is busy from here on. */
  take(digest: string): Live | undefined;
  idleByName(owner: string, name: string): Live | undefined;
  /** It may be asked again. @param idleMs when it ends if it is not; Infinity for never. */
  rest(live: Live, digest: string, messages: readonly Message[], idleMs: number): void;
  /** Lists it no more and ends its process. */
  remove(live: Live): void;
  /** Ends the one that has been idle for longest. False where none is idle. */
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

  const forget = (live: Live) => {
    clearTimeout(live.timer);
    live.timer = undefined;
    live.row.expiresAt = null;
    const { digest } = live;
    if (digest === undefined) return;
    const others = (idle.get(digest) ?? []).filter((other) => other !== live);
    if (others.length > 0) idle.set(digest, others);
    else idle.delete(digest);
    delete live.digest;
    delete live.messages;
  };

  const remove = (live: Live) => {
    forget(live);
    if (all.get(live.row.id) === live) all.delete(live.row.id);
    live.leave();
    void live.seat?.release();
    onChange();
  };

  return {
    list: () => [...all.values()].map(({ row }) => ({ ...row })),
    isListed: (id) => all.has(id),
    add: (row, owner, name) => {
      let leave = () => {};
      const gone = new Promise<void>((resolve) => {
        leave = resolve;
      });
      const live: Live = { row, owner, name, abort: new AbortController(), gone, leave };
      all.set(row.id, live);
      onChange();
      return live;
    },
    take: (digest) => {
      const live = idle.get(digest)?.at(-1);
      if (!live) return undefined;
      forget(live);
      live.abort = new AbortController();
      live.row.lastUsedAt = Date.now();
      all.delete(live.row.id);
      all.set(live.row.id, live);
      return live;
    },
    idleByName: (owner, name) =>
      [...all.values()].find((live) => live.owner === owner && live.name === name && live.messages !== undefined),
    rest: (live, digest, messages, idleMs) => {
      const now = Date.now();
      live.row.phase = 'idle';
      live.row.lastUsedAt = now;
      live.row.expiresAt = now + idleMs;
      live.digest = digest;
      live.messages = messages;
      idle.set(digest, [...(idle.get(digest) ?? []), live]);
      if (idleMs <= LONGEST_TIMER_MS) {
        live.timer = setTimeout(() => remove(live), idleMs);
        live.timer.unref();
      }
      // A process that dies while it waits is no loss: its conversation is replayed.
      void live.seat?.process.exited.then(() => {
        if (live.digest !== undefined) remove(live);
      });
      onChange();
    },
    remove,
    reclaim: () => {
      const oldest = [...all.values()].find(({ digest }) => digest !== undefined);
      if (oldest) remove(oldest);
      return oldest !== undefined;
    },
    end: async (id) => {
      const live = all.get(id);
      if (!live) return false;
      live.abort.abort();
      if (live.digest !== undefined) remove(live);
      await live.gone;
      return true;
    },
  };
}
