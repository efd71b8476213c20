/**
 * The live conversations. Each has a process, or had one that was given to another conversation while it was idle: then it is
 * parked, and its transcript is kept here. A follow-up finds its conversation by the digest of the history; a conversation that has
 * been idle for long enough is removed.
 */
import type { ProcessLease, ReclaimWish } from '../../claude/pool/pool';
import { DEADLINES } from '../../claude/process/deadlines/deadlines';
import { within } from '../../claude/process/deadlines/within';
import type { Usage } from '../../shared/usage';
import { ChatError } from '../errors';
import type { ConversationStatus } from '../service';
import type { LatestTurn } from '../turn/latestTurn';
import type { RunningTurn } from '../turn/runningTurn';
import { endLease, type TakenLease } from './endLease';
import { evictionCandidate } from './evictionCandidate';
import { commonPrefix, type MarkedHistory, type Rewind } from './prefix';
import { callIds, type HeldTranscript, textLength } from './transcript';

export type { Rewind } from './prefix';

export type StatusChange = Partial<Pick<ConversationStatus, 'client' | 'phase' | 'turns' | 'usage' | 'pid'>>;

/** A conversation that has a process, or is about to get one. */
export interface LiveConversation {
  /** Read only here, so that no change goes unreported: see `LiveConversations.change`. */
  readonly status: ConversationStatus;
  /** The client's own name for it. */
  name: string | undefined;
  /** Interrupts the answer. Replaced for each request. */
  abort: AbortController;
  /** Its process; absent until the pool has given it one. */
  lease?: ProcessLease;
  /** The user's messages in its process: the index of the message of the conversation with which each begins. */
  frames: readonly number[];
  /** The question that is answered, or was answered last, with what there is of the answer. */
  latestTurn?: LatestTurn;
  /** The user has ended it: it does not go on after its answer has ended. */
  isEnded?: boolean;
  /** The turn that waits for the results of the client's tools, if one does. */
  waitingTurn?: RunningTurn;
  /** While idle or parked: the transcript that its process holds or held. */
  transcript?: HeldTranscript;
  /** Removes an idle conversation. */
  timer?: NodeJS.Timeout | undefined;
  /** Resolves when it has been removed from the list. */
  readonly removed: Promise<void>;
  readonly resolveRemoved: () => void;
}

export interface LiveConversations {
  list(): readonly ConversationStatus[];
  /** Adds a conversation for a new request. It counts as busy until `markIdle` or `remove`. */
  add(status: ConversationStatus, name: string | undefined): LiveConversation;
  find(id: string): LiveConversation | undefined;
  /** Changes the conversation's state and reports it. Its id and its idleness have functions of their own. */
  change(live: LiveConversation, change: StatusChange): void;
  /** Takes the idle conversation with exactly this history, preferably one that has a process, and marks it busy. */
  takeIdle(wanted: WantedConversation): LiveConversation | undefined;
  /**
   * The idle conversation with a process that can be rewound to the longest part of a history. A conversation that waits for the
   * results of tools counts only where it is `waiting`.
   */
  findPrefix(history: MarkedHistory, waiting: LiveConversation | undefined): FoundPrefix | undefined;
  /** Marks an idle conversation busy. */
  take(live: LiveConversation): void;
  /** Gives the process of an idle conversation, which is parked, to another one, as it is. */
  moveProcess(from: LiveConversation, to: LiveConversation): void;
  /** Takes the process from an idle conversation and gives it back to the pool. The conversation is parked, or removed where the process cannot be reused. */
  park(live: LiveConversation): void;
  /** Gives the conversation's process to another conversation, which has the same history. @param usage that of the other one so far. */
  reassign(live: LiveConversation, id: string, name: string | undefined, usage: Usage): void;
  /** The conversation that waits for the results of these tool calls. @param ids those of an answer's calls, which no other answer has. */
  findWaiting(owner: string, ids: readonly string[]): LiveConversation | undefined;
  /** The transcript of an idle conversation with exactly this history. @param digest with its system prompt. */
  heldTranscript(digest: string): HeldTranscript | undefined;
  /** As `heldTranscript`, where a process could be given another system prompt. @param mark the digest without the system prompt. */
  markedTranscript(mark: string): HeldTranscript | undefined;
  /** Marks the conversation idle. @param idleMs time until its process is ended if no request comes; Infinity keeps it. */
  markIdle(live: LiveConversation, transcript: HeldTranscript, idleMs: number): void;
  /** Removes the conversation from the list and gives its process back to the pool. Resolves when the pool has it or has ended it. */
  remove(live: LiveConversation): Promise<void>;
  /**
   * Parks the idle conversation that is least likely to be needed. Returns false where none is idle.
   * @param wish what its process must be, where not just any.
   */
  reclaim(wish?: ReclaimWish): boolean;
  /**
   * Ends a conversation, interrupting its answer if there is one. Resolves when it is gone, with false where there is none of that
   * id. Where the answer does not end in time, its process is killed.
   * @param reason for the client whose answer ends.
   */
  end(id: string, reason?: string): Promise<boolean>;
  /** Interrupts the answer that the conversation gives now; it goes on from before the question. Returns false where there is none. */
  interrupt(id: string): boolean;
}

export interface WantedConversation {
  /** The digest of the history without the system prompt. */
  readonly mark: string;
  readonly system: string;
  readonly name: string | undefined;
  /**
   * Whether the request brings the results of tool calls: then only a conversation that waits for them is taken, otherwise only one
   * that does not.
   */
  readonly bringsToolResults: boolean;
}

export interface FoundPrefix {
  readonly live: LiveConversation;
  readonly rewind: Rewind;
}

const ENDED_BY_USER = 'the conversation was ended by the user of Claudacity';
const INTERRUPTED_BY_USER = 'the answer was interrupted by the user of Claudacity';
/** The longest delay that setTimeout takes. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** A conversation with more turns is not parked only to save the start of a process: its replay would take as long. */
const SHORT_TURNS = 8;
/** Parked conversations, and characters in their messages, that are kept. The ones that were used last stay. */
const MAX_PARKED = 256;
const MAX_PARKED_LENGTH = 64 * 1024 * 1024;

/**
 * @param onChange called when a conversation appears, changes its phase or disappears.
 * @param endMs how long the end of a conversation may take.
 */
export function createLiveConversations(onChange: () => void, endMs = DEADLINES.endMs): LiveConversations {
  // By id, the least recently used first.
  const all = new Map<string, LiveConversation>();
  const idleByMark = new Map<string, LiveConversation[]>();
  const watchedLeases = new WeakSet<ProcessLease>();

  const setStatus = ({ status }: LiveConversation, change: Partial<ConversationStatus>) => {
    Object.assign(status, change);
  };

  const unmarkIdle = (live: LiveConversation) => {
    clearTimeout(live.timer);
    live.timer = undefined;
    setStatus(live, { expiresAt: null });
    if (!live.transcript) return;
    const { endMark } = live.transcript;
    const others = (idleByMark.get(endMark) ?? []).filter((other) => other !== live);
    if (others.length > 0) idleByMark.set(endMark, others);
    else idleByMark.delete(endMark);
    delete live.transcript;
  };

  const unlist = (live: LiveConversation) => {
    if (all.get(live.status.id) === live) all.delete(live.status.id);
  };

  const listAsLastUsed = (live: LiveConversation) => {
    unlist(live);
    all.set(live.status.id, live);
  };

  const remove = (live: LiveConversation): Promise<void> => {
    unmarkIdle(live);
    unlist(live);
    live.resolveRemoved();
    const ended = endLease(takeLease(live));
    onChange();
    return ended;
  };

  const takeLease = (live: LiveConversation): TakenLease => {
    const { lease, waitingTurn } = live;
    delete live.lease;
    delete live.waitingTurn;
    live.frames = [];
    setStatus(live, { pid: null });
    return { lease, waitingTurn };
  };

  const takeProcess = (live: LiveConversation): TakenLease => {
    const taken = takeLease(live);
    setStatus(live, { phase: 'parked' });
    limitParked();
    onChange();
    return taken;
  };

  /** A process that cannot be reused is ended, and its conversation with it. */
  const park = (live: LiveConversation) => {
    if (live.lease?.process.reusable) void endLease(takeProcess(live));
    else remove(live);
  };

  const limitParked = () => {
    const parked = [...all.values()].filter(({ status }) => status.phase === 'parked');
    let length = 0;
    for (const [index, live] of parked.reverse().entries()) {
      length += textLength(live.transcript?.messages ?? []);
      if (index >= MAX_PARKED || length > MAX_PARKED_LENGTH) remove(live);
    }
  };

  /** Removes the idle conversation whose process dies. Nothing is lost: a follow-up has its history replayed. */
  const removeWhenProcessDies = ({ lease }: LiveConversation) => {
    if (!lease || watchedLeases.has(lease)) return;
    watchedLeases.add(lease);
    void lease.process.exited.then(() => {
      const holder = [...all.values()].find((live) => live.lease === lease);
      if (holder?.transcript) remove(holder);
    });
  };

  const take = (live: LiveConversation) => {
    unmarkIdle(live);
    // A waiting turn stays bound to the signal with which it began.
    if (!live.waitingTurn) live.abort = new AbortController();
    setStatus(live, { phase: 'preparing', lastUsedAt: Date.now() });
    listAsLastUsed(live);
    onChange();
  };

  return {
    list: () => [...all.values()].map(({ status }) => ({ ...status })),
    find: (id) => all.get(id),
    change: (live, change) => {
      setStatus(live, change);
      onChange();
    },
    add: (status, name) => {
      let resolveRemoved = () => {};
      const removed = new Promise<void>((resolve) => {
        resolveRemoved = resolve;
      });
      const live: LiveConversation = {
        status: { ...status },
        name,
        frames: [],
        abort: new AbortController(),
        removed,
        resolveRemoved,
      };
      listAsLastUsed(live);
      onChange();
      return live;
    },
    takeIdle: ({ mark, system, name, bringsToolResults }) => {
      const candidates = idleByMark.get(mark)?.filter((live) => {
        if (!live.lease) return true;
        if ((live.waitingTurn !== undefined) !== bringsToolResults) return false;
        return live.transcript?.system === system || (live.lease.process.reusable && !live.waitingTurn);
      });
      if (!candidates || candidates.length === 0) return undefined;
      const named = candidates.filter((candidate) => candidate.name === name);
      const preferred = named.length > 0 ? named : candidates;
      const live = preferred.findLast(({ lease }) => lease !== undefined) ?? preferred.at(-1);
      if (live) take(live);
      return live;
    },
    findPrefix: (history, waiting) => {
      let best: FoundPrefix | undefined;
      for (const live of all.values()) {
        const rewind = live.waitingTurn && live !== waiting ? undefined : commonPrefix(live, history);
        if (rewind && rewind.kept >= (best?.rewind.kept ?? 0)) best = { live, rewind };
      }
      return best;
    },
    take,
    moveProcess: (from, to) => {
      const { frames } = from;
      const { lease, waitingTurn } = takeProcess(from);
      if (!lease) return;
      Object.assign(to, { lease, frames, ...(waitingTurn && { waitingTurn }) });
      setStatus(to, { pid: lease.process.pid ?? null });
      onChange();
    },
    park,
    reassign: (live, id, name, usage) => {
      live.name = name;
      if (id === live.status.id) return;
      unlist(live);
      setStatus(live, { id, usage, startedAt: Date.now() });
      listAsLastUsed(live);
      onChange();
    },
    findWaiting: (owner, ids) =>
      [...all.values()].find(({ waitingTurn, transcript }) => {
        if (!waitingTurn || transcript?.owner !== owner) return false;
        const expected = callIds(transcript.messages.at(-1));
        return expected.length === ids.length && expected.every((id, index) => id === ids[index]);
      }),
    heldTranscript: (digest) =>
      [...all.values()].findLast(({ transcript }) => transcript?.digest === digest)?.transcript,
    markedTranscript: (mark) => idleByMark.get(mark)?.at(-1)?.transcript,
    markIdle: (live, transcript, idleMs) => {
      const now = Date.now();
      setStatus(live, {
        phase: live.waitingTurn ? 'waiting_for_tool' : 'idle',
        lastUsedAt: now,
        expiresAt: now + idleMs,
      });
      live.transcript = transcript;
      idleByMark.set(transcript.endMark, [...(idleByMark.get(transcript.endMark) ?? []), live]);
      listAsLastUsed(live);
      if (idleMs <= LONGEST_TIMER_MS) {
        live.timer = setTimeout(() => remove(live), idleMs);
        live.timer.unref();
      }
      removeWhenProcessDies(live);
      onChange();
    },
    remove,
    reclaim: (wish) => {
      const idle = [...all.values()].filter(
        ({ transcript, lease, frames }) =>
          transcript !== undefined &&
          lease !== undefined &&
          (!wish || (wish.fits(lease.process) && (!wish.onlyShort || frames.length <= SHORT_TURNS))),
      );
      const candidate = evictionCandidate(idle);
      if (candidate) park(candidate);
      return candidate !== undefined;
    },
    end: async (id, reason = ENDED_BY_USER) => {
      const live = all.get(id);
      if (!live) return false;
      live.isEnded = true;
      live.abort.abort(new ChatError('stopped', reason));
      if (live.transcript) remove(live);
      await within(live.removed, 'end', { timeoutMs: endMs }).catch(() => {
        live.lease?.process.kill();
        remove(live);
      });
      return true;
    },
    interrupt: (id) => {
      const live = all.get(id);
      if (!live || live.transcript) return false;
      live.abort.abort(new ChatError('stopped', INTERRUPTED_BY_USER));
      return true;
    },
  };
}
