/**
 * The live conversations: each has a process of its own. A follow-up finds its process by the digest of the history that
 * the process holds; a process that has been idle for long enough is ended.
 */
import type { ProcessLease } from '../../claude/pool/pool';
import { DEADLINES } from '../../claude/process/deadlines/deadlines';
import { within } from '../../claude/process/deadlines/within';
import type { Usage } from '../../shared/usage';
import { ChatError } from '../errors';
import type { ConversationStatus } from '../service';
import type { RunningTurn } from '../turn/runningTurn';
import { callIds, type HeldTranscript, type Transcript } from './transcript';

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
  /** The turn that waits for the results of the client's tools, if one does. */
  waitingTurn?: RunningTurn;
  /** While idle: the transcript that its process holds. */
  transcript?: HeldTranscript;
  /** Ends the process of an idle conversation. */
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
  /**
   * Takes an idle conversation whose process holds exactly this history, preferably the one of that name, and marks it busy.
   * @param bringsToolResults whether the request brings the results of tool calls: then only a conversation that waits
   *   for them is taken, otherwise only one that does not.
   */
  takeIdle(digest: string, name: string | undefined, bringsToolResults: boolean): LiveConversation | undefined;
  /** Gives the conversation's process to another conversation, which has the same history. @param usage that of the other one so far. */
  reassign(live: LiveConversation, id: string, name: string | undefined, usage: Usage): void;
  /** The conversation that waits for the results of these tool calls. @param ids those of an answer's calls, which no other answer has. */
  findWaiting(owner: string, ids: readonly string[]): LiveConversation | undefined;
  /** The transcript of an idle conversation whose process holds exactly this history. */
  heldTranscript(digest: string): Transcript | undefined;
  /** Marks the conversation idle. @param idleMs time until its process is ended if no request comes; Infinity keeps it. */
  markIdle(live: LiveConversation, transcript: HeldTranscript, idleMs: number): void;
  /** Removes the conversation from the list and ends its process. */
  remove(live: LiveConversation): void;
  /** Ends the idle conversation that is least likely to be needed. Returns false where none is idle. */
  reclaim(): boolean;
  /**
   * Ends a conversation, interrupting its answer if there is one. Resolves when it is gone, with false where there is none of that
   * id. Where the answer does not end in time, its process is killed.
   */
  end(id: string): Promise<boolean>;
}

/** The longest delay that setTimeout takes. */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * @param onChange called when a conversation appears, changes its phase or disappears.
 * @param endMs how long the end of a conversation may take.
 */
export function createLiveConversations(onChange: () => void, endMs = DEADLINES.endMs): LiveConversations {
  // By id, the least recently used first.
  const all = new Map<string, LiveConversation>();
  const idleByDigest = new Map<string, LiveConversation[]>();
  const watchedLeases = new WeakSet<ProcessLease>();

  const setStatus = ({ status }: LiveConversation, change: Partial<ConversationStatus>) => {
    Object.assign(status, change);
  };

  const unmarkIdle = (live: LiveConversation) => {
    clearTimeout(live.timer);
    live.timer = undefined;
    setStatus(live, { expiresAt: null });
    if (!live.transcript) return;
    const { digest } = live.transcript;
    const others = (idleByDigest.get(digest) ?? []).filter((other) => other !== live);
    if (others.length > 0) idleByDigest.set(digest, others);
    else idleByDigest.delete(digest);
    delete live.transcript;
  };

  const unlist = (live: LiveConversation) => {
    if (all.get(live.status.id) === live) all.delete(live.status.id);
  };

  const listAsLastUsed = (live: LiveConversation) => {
    unlist(live);
    all.set(live.status.id, live);
  };

  const remove = (live: LiveConversation) => {
    unmarkIdle(live);
    unlist(live);
    live.resolveRemoved();
    // A process that is waiting for a tool result would never exit by itself.
    if (live.waitingTurn) live.lease?.process.kill();
    void live.lease?.release();
    onChange();
  };

  /** Removes an idle conversation whose process dies. Nothing is lost: a follow-up has its history replayed. */
  const removeWhenProcessDies = (live: LiveConversation) => {
    const { lease } = live;
    if (!lease || watchedLeases.has(lease)) return;
    watchedLeases.add(lease);
    void lease.process.exited.then(() => {
      if (live.transcript && live.lease === lease) remove(live);
    });
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
        abort: new AbortController(),
        removed,
        resolveRemoved,
      };
      listAsLastUsed(live);
      onChange();
      return live;
    },
    takeIdle: (digest, name, bringsToolResults) => {
      const candidates = idleByDigest
        .get(digest)
        ?.filter(({ waitingTurn }) => (waitingTurn !== undefined) === bringsToolResults);
      const live = candidates?.findLast((candidate) => candidate.name === name) ?? candidates?.at(-1);
      if (!live) return undefined;
      unmarkIdle(live);
      // A waiting turn stays bound to the signal with which it began.
      if (!live.waitingTurn) live.abort = new AbortController();
      setStatus(live, { phase: 'preparing', lastUsedAt: Date.now() });
      listAsLastUsed(live);
      onChange();
      return live;
    },
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
    heldTranscript: (digest) => idleByDigest.get(digest)?.at(-1)?.transcript,
    markIdle: (live, transcript, idleMs) => {
      const now = Date.now();
      setStatus(live, {
        phase: live.waitingTurn ? 'waiting_for_tool' : 'idle',
        lastUsedAt: now,
        expiresAt: now + idleMs,
      });
      live.transcript = transcript;
      idleByDigest.set(transcript.digest, [...(idleByDigest.get(transcript.digest) ?? []), live]);
      listAsLastUsed(live);
      if (idleMs <= LONGEST_TIMER_MS) {
        live.timer = setTimeout(() => remove(live), idleMs);
        live.timer.unref();
      }
      removeWhenProcessDies(live);
      onChange();
    },
    remove,
    reclaim: () => {
      const candidate = evictionCandidate([...all.values()].filter(({ transcript }) => transcript !== undefined));
      if (candidate) remove(candidate);
      return candidate !== undefined;
    },
    end: async (id) => {
      const live = all.get(id);
      if (!live) return false;
      live.abort.abort(new ChatError('stopped', 'the conversation was ended by the user of Claudacity'));
      if (live.transcript) remove(live);
      await within(live.removed, 'end', { timeoutMs: endMs }).catch(() => {
        live.lease?.process.kill();
        remove(live);
      });
      return true;
    },
  };
}

/**
 * The conversation that has been idle for longest and does not wait for a tool's result: a client that runs a tool will
 * be back. But many clients declare a tool only to get an answer in its form and never send a result, and their
 * processes would take all places. So where more than half of the idle conversations wait for a tool, the longest
 * waiting of these goes.
 * @param idle the least recently used first.
 */
function evictionCandidate(idle: readonly LiveConversation[]): LiveConversation | undefined {
  const waiting = idle.filter(({ waitingTurn }) => waitingTurn !== undefined);
  if (waiting.length * 2 > idle.length) return waiting[0];
  return idle.find(({ waitingTurn }) => waitingTurn === undefined);
}
