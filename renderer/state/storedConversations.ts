/**
 * The stored conversations that the window has loaded so far, newest first. Only the newest batch is loaded again when something may have
 * changed: a conversation moves to the top when it is used.
 */
import type { Bridge, StoredConversation } from '../../app/shared/contract';
import { callErrorText } from './callErrorText';
import { createStore, type ReadableStore } from './store';

export interface StoredConversationsState {
  /** Newest first; another array whenever they change. */
  rows: readonly StoredConversation[];
  /** `new`: not loaded yet. `end`: every stored conversation is loaded. */
  older: 'new' | 'more' | 'loading' | 'end';
  /** Why the last load has failed. */
  failure: string | null;
}

export interface StoredConversations extends ReadableStore<StoredConversationsState> {
  byId(id: string): StoredConversation | undefined;
  /** Loads the newest batch. Calls made while one waits for its turn are answered by the same load. */
  refresh(): Promise<void>;
  /** Loads a batch older than the loaded ones. */
  loadOlder(): Promise<void>;
  /** Loads until the conversation is there, or all that were used at `since` or later are. */
  find(id: string, since: number): Promise<void>;
  /** Shows the title that the user has given a conversation. */
  retitle(id: string, ownTitle: string | null): void;
  /** Removes a conversation that the app has deleted. */
  drop(id: string): void;
  /** The same for all. */
  dropAll(): void;
}

/** @param batchSize how many conversations are loaded at a time. */
export function createStoredConversations(bridge: Bridge, batchSize = 100): StoredConversations {
  const store = createStore<StoredConversationsState>({ rows: [], older: 'new', failure: null });
  const { state } = store;
  let index = new Map<string, StoredConversation>();
  // One load at a time: each merges its batch into the rows that the one before it has left.
  let lastLoad: Promise<void> = Promise.resolve();
  let waitingRefresh: Promise<void> | null = null;

  const set = (change: Partial<StoredConversationsState>) => {
    if (change.rows) index = new Map(change.rows.map((row) => [row.id, row]));
    store.set(change);
  };
  const enqueue = (load: () => Promise<void>): Promise<void> => {
    lastLoad = lastLoad.then(load).catch((error) => {
      const { older } = state();
      set({ failure: callErrorText(error), older: older === 'loading' ? 'more' : older });
    });
    return lastLoad;
  };

  const refresh = (): Promise<void> => {
    waitingRefresh ??= enqueue(async () => {
      waitingRefresh = null;
      const newest = await bridge.call('conversations.list', Number.MAX_SAFE_INTEGER, batchSize);
      const isAll = newest.length < batchSize;
      const rows = isAll ? newest : withNewest(state().rows, newest);
      const atEnd = isAll || (state().older === 'end' && rows.length > newest.length);
      set({ rows, older: atEnd ? 'end' : 'more', failure: null });
    });
    return waitingRefresh;
  };
  const loadOlder = (): Promise<void> =>
    enqueue(async () => {
      const oldest = state().rows.at(-1);
      if (state().older !== 'more' || !oldest) return;
      set({ older: 'loading' });
      // One millisecond later than the oldest row: others may share its millisecond.
      const batch = await bridge.call('conversations.list', oldest.usedAt + 1, batchSize);
      const added = batch.filter(({ id }) => !index.has(id));
      const more = batch.length === batchSize && added.length > 0;
      set({ rows: [...state().rows, ...added], older: more ? 'more' : 'end', failure: null });
    });

  return {
    state,
    subscribe: store.subscribe,
    byId: (id) => index.get(id),
    refresh,
    loadOlder,
    async find(id, since) {
      if (index.has(id)) return;
      await refresh();
      const isWorthLoading = () => {
        const { older, failure, rows } = state();
        return older === 'more' && !failure && (rows.at(-1)?.usedAt ?? 0) >= since;
      };
      while (!index.has(id) && isWorthLoading()) await loadOlder();
    },
    retitle: (id, ownTitle) => set({ rows: state().rows.map((row) => (row.id === id ? { ...row, ownTitle } : row)) }),
    drop: (id) => set({ rows: state().rows.filter((row) => row.id !== id) }),
    dropAll: () => set({ rows: [], older: 'end' }),
  };
}

/**
 * The newest batch has every conversation that was used since its last row. Loaded rows older than that are still right, unless none of the
 * loaded ones reaches into the batch: others may have been used in between.
 */
function withNewest(
  loaded: readonly StoredConversation[],
  newest: readonly StoredConversation[],
): readonly StoredConversation[] {
  const from = newest.at(-1)?.usedAt ?? 0;
  if ((loaded[0]?.usedAt ?? 0) < from) return newest;
  const inBatch = new Set(newest.map(({ id }) => id));
  return [...newest, ...loaded.filter(({ id, usedAt }) => usedAt <= from && !inBatch.has(id))];
}
