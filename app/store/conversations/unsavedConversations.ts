/**
 * The conversations whose last turns could not be written. They stay in memory, with all that is needed to write them later, so
 * that a client that sends only its newest message is never answered without its history.
 */
import { type Message, messageLength } from '../../chat/request';
import { addUsage, type Usage } from '../../shared/usage';

/** One or more turns in a row, as they are to be written. */
export interface UnwrittenTurns {
  readonly id: string;
  readonly owner: string;
  readonly name: string | undefined;
  readonly client: string;
  readonly system: string;
  readonly model: string;
  readonly keyDigest: string;
  readonly firstDigest: string;
  readonly title: string;
  readonly withTexts: boolean;
  /** The history before the turns, and its digest. */
  readonly history: readonly Message[];
  readonly historyDigest: string;
  /** The messages of the turns, and the digest of the history with them. */
  readonly added: readonly Message[];
  readonly digest: string;
  readonly turns: number;
  readonly usage: Usage;
  /** Ms since the epoch. */
  readonly usedAt: number;
}

export interface UnsavedConversations {
  /** Adds turns that could not be written to those of the same conversation. */
  add(turns: UnwrittenTurns): void;
  /** The conversation as it is with the turns given, together with those that wait for being written. */
  merge(turns: UnwrittenTurns): UnwrittenTurns;
  find(id: string): UnwrittenTurns | undefined;
  findByName(owner: string, name: string): UnwrittenTurns | undefined;
  findByDigest(digest: string, name: string | undefined): UnwrittenTurns | undefined;
  /** Whether turns under this name were dropped, because there were too many. */
  isLost(owner: string, name: string): boolean;
  all(): readonly UnwrittenTurns[];
  /** Forgets the conversation: it was written, or deleted. */
  remove(id: string): void;
  /** Forgets all of them, also those that were lost: the user has deleted them. */
  clear(): void;
}

/** Beyond that, the conversation that was used least recently is dropped. In characters. */
const MAX_LENGTH = 64 * 1024 * 1024;

export function createUnsavedConversations(maxLength = MAX_LENGTH): UnsavedConversations {
  // The least recently used first.
  const byId = new Map<string, UnwrittenTurns>();
  const lost = new Set<string>();

  const merge = (next: UnwrittenTurns): UnwrittenTurns => {
    const earlier = byId.get(next.id);
    if (!earlier) return next;
    const sums = { turns: earlier.turns + next.turns, usage: addUsage(earlier.usage, next.usage) };
    // The client went on from another point of the conversation: its history replaces what waits.
    if (earlier.digest !== next.historyDigest || earlier.withTexts !== next.withTexts) return { ...next, ...sums };
    const { history, historyDigest } = earlier;
    return { ...next, ...sums, history, historyDigest, added: [...earlier.added, ...next.added] };
  };

  const dropExcess = () => {
    let length = [...byId.values()].reduce((sum, turns) => sum + lengthOf(turns), 0);
    for (const turns of byId.values()) {
      if (length <= maxLength) return;
      byId.delete(turns.id);
      if (turns.name !== undefined) lost.add(nameKey(turns.owner, turns.name));
      length -= lengthOf(turns);
    }
  };

  const newest = (matches: (turns: UnwrittenTurns) => boolean) => [...byId.values()].findLast(matches);

  return {
    add: (turns) => {
      const merged = merge(turns);
      byId.delete(turns.id);
      byId.set(turns.id, merged);
      if (turns.name !== undefined) lost.delete(nameKey(turns.owner, turns.name));
      dropExcess();
    },
    merge,
    find: (id) => byId.get(id),
    findByName: (owner, name) => newest((turns) => turns.owner === owner && turns.name === name),
    findByDigest: (digest, name) =>
      newest((turns) => turns.digest === digest && (turns.name === undefined || turns.name === name)),
    isLost: (owner, name) => lost.has(nameKey(owner, name)),
    all: () => [...byId.values()],
    remove: (id) => void byId.delete(id),
    clear: () => {
      byId.clear();
      lost.clear();
    },
  };
}

function nameKey(owner: string, name: string): string {
  return JSON.stringify([owner, name]);
}

/** About what the messages take in memory. */
function lengthOf({ history, added, system, withTexts }: UnwrittenTurns): number {
  if (!withTexts) return 0;
  return [...history, ...added].reduce((sum, message) => sum + messageLength(message), system.length);
}
