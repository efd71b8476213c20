/**
 * The app's state as the window shows it: the topics' values, brought up to date once a frame however many updates arrive, and the
 * request log. Components subscribe to the part they draw.
 */
import type { Bridge, RequestRow, TopicUpdate, TopicValues } from '../../app/shared/contract';
import { callErrorText } from './callErrorText';
import { createRequestLog, type RequestLog } from './requestLog';
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
  'asks',
  'update',
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
}

/** Its listeners are called at most once a frame. */
export interface AppStore extends ReadableStore<AppStoreState> {
  readonly log: RequestLog;
  /** Subscribes to the app's topics. Resolves when the first snapshot has arrived or the subscription has failed. */
  connect(): Promise<void>;
  /** Applies the result of a call without waiting for the app's next update. */
  apply(change: AppChange): void;
  /**
   * Calls the listener whenever the log has changed: with the rows that are new or have changed, or with null where rows were removed.
   * Returns the function that ends this.
   */
  onRows(listener: (rows: readonly RequestRow[] | null) => void): () => void;
  dropEndedRequests(): void;
}

export interface AppStoreOptions {
  /** Runs the function when the next frame is drawn. */
  nextFrame?: (run: () => void) => void;
}

export function createAppStore(bridge: Bridge, options: AppStoreOptions = {}): AppStore {
  const { nextFrame = nextFrameOrSoon } = options;
  const log = createRequestLog();
  const { state, subscribe, set } = createStore<AppStoreState>({
    app: null,
    failure: null,
    logVersion: 0,
  });
  let pending: PendingUpdate | null = null;
  const rowListeners = new Set<(rows: readonly RequestRow[] | null) => void>();
  const tellRows = (rows: readonly RequestRow[] | null) => {
    for (const listener of rowListeners) listener(rows);
  };

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
    onRows(listener) {
      rowListeners.add(listener);
      return () => rowListeners.delete(listener);
    },
    dropEndedRequests() {
      log.dropEnded();
      tellRows(null);
      set({ logVersion: state().logVersion + 1 });
    },
  };

  /** Replaces the state. The first snapshot after the window was hidden may leave out changes of the log that came in between. */
  function applySnapshot({ requests, ...app }: TopicValues): void {
    pending = null;
    const oldest = requests.at(-1);
    const hasGap = log.total() > 0 && !(oldest && log.byId(oldest.id));
    if (hasGap) log.clear();
    log.upsert(requests);
    tellRows(hasGap ? null : requests);
    set({ app, logVersion: state().logVersion + 1 });
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
    if (rows.size > 0) {
      const changed = [...rows.values()];
      log.upsert(changed);
      tellRows(changed);
    }
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
