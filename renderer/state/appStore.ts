/**
 * The app's state as the window shows it: the topics' values, brought up to date once a frame however many updates arrive, and the
 * request log. Components subscribe to the part they draw.
 */
import type { Bridge, RequestRow, TopicUpdate, TopicValues } from '../../app/shared/contract';
import { callErrorText } from './callErrorText';
import { createRequestLog, type RequestLog, type RowTest } from './requestLog';
import { createStore, type ReadableStore } from './store';

/** The topics that the page follows. */
const PAGE_TOPICS = [
  'app',
  'server',
  'cli',
  'planWindows',
  'requests',
  'conversations',
  'spares',
  'usage',
  'storage',
  'settings',
  'pinned',
  'runSettings',
  'knocks',
  'keys',
  'accounts',
  'loginItem',
  'desktop',
] as const;

export type AppState = Omit<TopicValues, 'requests'>;
export type AppChange = TopicUpdate['values'];

export interface AppStoreState {
  /** null until the app has answered for the first time. */
  app: AppState | null;
  /** Why it has not answered. */
  failure: string | null;
  /** Rises with every change of the log, which is changed in place. */
  logVersion: number;
  /** Whether the app may have rows older than the loaded ones. */
  older: 'more' | 'loading' | 'end';
}

/** Its listeners are called at most once a frame. */
export interface AppStore extends ReadableStore<AppStoreState> {
  readonly log: RequestLog;
  /** Subscribes to the app's topics. Resolves when the first snapshot has arrived or the subscription has failed. */
  connect(): Promise<void>;
  /** Applies the result of a call without waiting for the app's next update. */
  apply(change: AppChange): void;
  filterLog(test: RowTest | null): void;
  /** Loads rows older than the loaded ones; does nothing where there are none or a load is under way. */
  loadOlder(): Promise<void>;
  dropEndedRequests(): void;
}

export interface AppStoreOptions {
  /** Runs the function when the next frame is drawn. */
  nextFrame?: (run: () => void) => void;
  /** Rows loaded at a time. */
  pageSize?: number;
}

export function createAppStore(bridge: Bridge, options: AppStoreOptions = {}): AppStore {
  const { nextFrame = nextFrameOrSoon, pageSize = 500 } = options;
  const log = createRequestLog();
  const { state, subscribe, set } = createStore<AppStoreState>({
    app: null,
    failure: null,
    logVersion: 0,
    older: 'more',
  });
  let pending: PendingUpdate | null = null;

  return {
    state,
    subscribe,
    log,
    connect: () =>
      new Promise((resolve) => {
        set({ failure: null });
        try {
          bridge.subscribe(PAGE_TOPICS, ({ snapshot, values }) => {
            if (snapshot) applySnapshot(values as TopicValues);
            else apply(values);
            resolve();
          });
        } catch (error) {
          set({ failure: callErrorText(error) });
          resolve();
        }
      }),
    apply,
    filterLog(test) {
      log.filter(test);
      set({ logVersion: state().logVersion + 1 });
    },
    async loadOlder() {
      const oldest = log.oldest();
      if (state().older !== 'more' || !oldest) return;
      if (log.isFull()) return set({ older: 'end' });
      set({ older: 'loading' });
      try {
        // One millisecond later than the oldest row: others may share its millisecond.
        const rows = await bridge.call('requests.older', oldest.at + 1, pageSize);
        const added = log.addOlder(rows);
        set({ older: added > 0 && rows.length === pageSize ? 'more' : 'end', logVersion: state().logVersion + 1 });
      } catch {
        set({ older: 'end' });
      }
    },
    dropEndedRequests() {
      log.dropEnded();
      set({ older: 'end', logVersion: state().logVersion + 1 });
    },
  };

  /** Replaces the state. The first snapshot after the window was hidden may leave out changes of the log that came in between. */
  function applySnapshot({ requests, ...app }: TopicValues): void {
    pending = null;
    const oldest = requests.at(-1);
    const hasGap = log.total() > 0 && !(oldest && log.byId(oldest.id));
    if (hasGap) log.clear();
    log.upsert(requests);
    set({ app, logVersion: state().logVersion + 1, ...(hasGap ? { older: 'more' } : {}) });
    const current = new Set(requests.map(({ id }) => id));
    for (const { id } of log.unfinished()) if (!current.has(id)) void refresh(id);
  }

  /** Reads a row that may have changed while the window was hidden. */
  async function refresh(id: string): Promise<void> {
    const row = await bridge.call('requests.details', id).catch(() => null);
    if (row) apply({ requests: [row] });
  }

  function apply(change: AppChange): void {
    const scheduled = pending !== null;
    pending = merge(pending ?? { rows: new Map(), rest: {} }, change);
    if (!scheduled) nextFrame(flush);
  }

  function flush(): void {
    const { app, logVersion } = state();
    if (!pending || !app) return;
    const { rows, rest } = pending;
    pending = null;
    if (rows.size > 0) log.upsert([...rows.values()]);
    set({ app: { ...app, ...rest }, logVersion: logVersion + (rows.size > 0 ? 1 : 0) });
  }
}

interface PendingUpdate {
  rows: Map<string, RequestRow>;
  rest: Omit<AppChange, 'requests'>;
}

function merge(pending: PendingUpdate, { requests = [], ...rest }: AppChange): PendingUpdate {
  for (const row of requests) pending.rows.set(row.id, row);
  return { rows: pending.rows, rest: { ...pending.rest, ...rest } };
}

/** A hidden window draws no frames, and what arrives must not pile up until it is shown again. */
function nextFrameOrSoon(run: () => void): void {
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, 500);
  function once(): void {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    run();
  }
}
