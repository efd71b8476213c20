/**
 * The stored conversations that the page has asked for so far, newest first. Only the newest page is asked for again when something may
 * have changed: a conversation that is used moves there.
 */
import type { Bridge, StoredConversation } from '../../app/shared/contract';
import { callErrorText } from './callErrorText';

export interface StoredConversationsState {
  /** Newest first; another array whenever they change. */
  rows: readonly StoredConversation[];
  /** `new`: never asked for. `end`: all there are are held. */
  older: 'new' | 'more' | 'loading' | 'end';
  /** Why they could not be loaded. */
  failure: string | null;
}

export interface StoredConversations {
  state(): StoredConversationsState;
  byId(id: string): StoredConversation | undefined;
  /** Returns the function that ends the subscription. */
  subscribe(listener: () => void): () => void;
  /** Asks for the newest page. Calls made while one is under way become one more. */
  refresh(): Promise<void>;
  /** Asks for a page older than those held. */
  loadOlder(): Promise<void>;
  /** Loads until the conversation is held, or cannot come any more: it was used at `since` or later. */
  find(id: string, since: number): Promise<void>;
  /** It was deleted. */
  drop(id: string): void;
  /** All were. */
  dropAll(): void;
}

/** @param pageSize conversations asked for at a time. */
export function createStoredConversations(bridge: Bridge, pageSize = 100): StoredConversations {
  const listeners = new Set<() => void>();
  let state: StoredConversationsState = { rows: [], older: 'new', failure: null };
  let places = new Map<string, StoredConversation>();
  // One question at a time: an answer is merged into what the one before it left.
  let work: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | null = null;

  const set = (change: Partial<StoredConversationsState>) => {
    state = { ...state, ...change };
    if (change.rows) places = new Map(change.rows.map((row) => [row.id, row]));
    for (const listener of listeners) listener();
  };
  const inTurn = (action: () => Promise<void>): Promise<void> => {
    work = work.then(action).catch((error) => {
      set({ failure: callErrorText(error), older: state.older === 'loading' ? 'more' : state.older });
    });
    return work;
  };

  const refresh = (): Promise<void> => {
    waiting ??= inTurn(async () => {
      waiting = null;
      const newest = await bridge.call('conversations.list', Number.MAX_SAFE_INTEGER, pageSize);
      const all = newest.length < pageSize;
      const rows = all ? newest : withNewest(state.rows, newest);
      const atEnd = all || (state.older === 'end' && rows.length > newest.length);
      set({ rows, older: atEnd ? 'end' : 'more', failure: null });
    });
    return waiting;
  };
  const loadOlder = (): Promise<void> =>
    inTurn(async () => {
      const oldest = state.rows.at(-1);
      if (state.older !== 'more' || !oldest) return;
      set({ older: 'loading' });
      // One millisecond later than the oldest, or those that share its millisecond would never be seen.
      const page = await bridge.call('conversations.list', oldest.usedAt + 1, pageSize);
      const added = page.filter(({ id }) => !places.has(id));
      const more = page.length === pageSize && added.length > 0;
      set({ rows: [...state.rows, ...added], older: more ? 'more' : 'end', failure: null });
    });

  return {
    state: () => state,
    byId: (id) => places.get(id),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh,
    loadOlder,
    async find(id, since) {
      if (places.has(id)) return;
      await refresh();
      while (!places.has(id) && state.older === 'more' && !state.failure && (state.rows.at(-1)?.usedAt ?? 0) >= since) {
        await loadOlder();
      }
    },
    drop: (id) => set({ rows: state.rows.filter((row) => row.id !== id) }),
    dropAll: () => set({ rows: [], older: 'end' }),
  };
}

/**
 * The page has all that was used since its last row; of what is held, what is older than that still stands, but not where others may have
 * been used in between.
 */
function withNewest(
  held: readonly StoredConversation[],
  newest: readonly StoredConversation[],
): readonly StoredConversation[] {
  const from = newest.at(-1)?.usedAt ?? 0;
  if ((held[0]?.usedAt ?? 0) < from) return newest;
  const inPage = new Set(newest.map(({ id }) => id));
  return [...newest, ...held.filter(({ id, usedAt }) => usedAt <= from && !inPage.has(id))];
}
