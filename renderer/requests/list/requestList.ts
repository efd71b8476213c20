/**
 * The requests that the page lists: those that pass the filter, of all that is stored or running. What the window has is listed at once; the app
 * searches the rest, a page at a time. Rows that arrive meanwhile are tested here.
 */
import type { Bridge, RequestFilter, RequestRow } from '../../../app/shared/contract';
import { isPoll } from '../../../app/shared/requests/isPoll';
import type { AppStore } from '../../state/appStore';
import { callErrorText } from '../../state/callErrorText';
import { createRequestLog, isUnfinished, LOG_CAPACITY, type RowTest } from '../../state/requestLog';
import { createStore, type ReadableStore } from '../../state/store';
import type { Rows } from '../../ui/list/RowGrid';
import { isEmptyFilter, rowTest } from '../filter/rowFilter';
import { createPollGroups, type PollGroup } from './pollGroups';

export interface RequestListState {
  /** Rises with every change of the rows, which are changed in place. */
  version: number;
  /** Whether the app has more rows behind the last one. */
  older: 'more' | 'loading' | 'failed' | 'end';
  /** Why the last search has failed; null where it has not. */
  failure: string | null;
  /** How many requests pass the filter in all; null where the app has not counted them. */
  total: number | null;
  isPaused: boolean;
  /** New requests that wait for the end of the pause. */
  waiting: number;
}

export interface RequestList extends ReadableStore<RequestListState> {
  readonly rows: Rows<RequestRow>;
  byId(id: string): RequestRow | undefined;
  polls(): readonly PollGroup[];
  /** Lists what passes this filter. Words that are being typed are searched for once the typing pauses. */
  setFilter(filter: RequestFilter): void;
  foldPolls(folds: boolean): void;
  /** New requests wait; those that are listed go on changing in their places. */
  pause(): void;
  resume(): void;
  /** Loads the rows behind the last one; does nothing where there are none or a load is under way. */
  loadOlder(): Promise<void>;
  /** The ids of the newest requests that pass the filter, listed or not. Rejects where the app cannot search. */
  newestIds(limit: number): Promise<string[]>;
}

export interface RequestListOptions {
  appStore: Pick<AppStore, 'log' | 'onRows'>;
  call: Bridge['call'];
  /** The id of the row at the top of the view; undefined while the newest is. */
  inView?: () => string | undefined;
  /** How many rows are held before the oldest are dropped, which the app has. */
  capacity?: number;
  /** Rows loaded at a time. */
  pageSize?: number;
  /** How long the typing pauses before the app searches, and how often it searches again for requests that have ended since. */
  searchDelayMs?: number;
  refreshMs?: number;
}

const NEWEST = Number.MAX_SAFE_INTEGER;
/** So many rows the app sends by itself. */
const SNAPSHOT = 500;
/** So many of the window's newest rows are tested at once. The app finds the others, without holding up the page. */
const TESTED_AT_ONCE = 5_000;
/** The app holds as many. */
const KEPT_POLLS = 500;
/** Rows below the one at the top of the view that are not dropped. */
const KEPT_BELOW = 1_000;

export function createRequestList(options: RequestListOptions): RequestList {
  const {
    appStore,
    call,
    inView,
    capacity = LOG_CAPACITY,
    pageSize = 200,
    searchDelayMs = 150,
    refreshMs = 2_000,
  } = options;
  const log = createRequestLog(Number.POSITIVE_INFINITY);
  const polls = createPollGroups();
  const store = createStore<RequestListState>({
    ...{ version: 0, older: 'end', failure: null, total: null, isPaused: false, waiting: 0 },
  });
  const { state } = store;
  const waiting = new Map<string, RequestRow>();
  /** Whether more rows wait than are held. */
  let overflows = false;
  /** The rows whose stored texts have the words, which the rows themselves may not show. */
  let found = new Set<string>();
  let filter: RequestFilter = {};
  let folds = true;
  let passes: RowTest = () => true;
  /** The next page begins behind this time. */
  let cursor = NEWEST;
  /** Which search the answers belong to that are on their way. */
  let search = 0;
  let searchTimer: ReturnType<typeof setTimeout> | undefined;
  let refreshTimer: ReturnType<typeof setTimeout> | undefined;

  const changed = (change: Partial<RequestListState> = {}) => store.set({ ...change, version: state().version + 1 });
  const isShown = (row: RequestRow) => passes(row) && !(folds && isPoll(row));
  appStore.onRows((rows) => (rows === null ? restart() : addLive(rows)));
  restart();

  return {
    state,
    subscribe: store.subscribe,
    rows: { count: log.count, row: log.row, indexOf: log.indexOf },
    byId: log.byId,
    polls: polls.all,
    setFilter(next) {
      const onlyText = isSameBut(next, filter, 'text');
      if (onlyText && next.text === filter.text) return;
      filter = next;
      restart(onlyText ? searchDelayMs : 0);
    },
    foldPolls(next) {
      if (next === folds) return;
      folds = next;
      log.filter(isShown);
      changed();
    },
    pause() {
      if (!state().isPaused) store.set({ isPaused: true, waiting: 0 });
    },
    resume() {
      if (!state().isPaused) return;
      const rows = [...waiting.values()];
      waiting.clear();
      store.set({ isPaused: false, waiting: 0 });
      if (overflows) restart();
      else addLive(rows);
    },
    loadOlder: () => (state().older === 'more' || state().older === 'failed' ? loadPage() : Promise.resolve()),
    async newestIds(limit) {
      const { rows } = await call('requests.search', filter, NEWEST, limit);
      return rows.map(({ id }) => id);
    },
  };

  /** Lists what the window has, then asks the app for the rest. */
  function restart(delayMs = 0): void {
    search++;
    clearTimeout(searchTimer);
    clearTimeout(refreshTimer);
    refreshTimer = undefined;
    waiting.clear();
    overflows = false;
    found = new Set();
    passes = rowTest(filter, (id) => found.has(id));
    log.clear();
    log.filter(isShown);
    const loaded = appStore.log.all();
    const all = loaded.slice(-TESTED_AT_ONCE);
    if (isEmptyFilter(filter)) {
      replaceAll(all);
      cursor = all[0] ? all[0].at + 1 : NEWEST;
      changed({ older: loaded.length < SNAPSHOT ? 'end' : 'more', total: null, failure: null, waiting: 0 });
      return;
    }
    replaceAll(all.filter((row) => isUnfinished(row) || passes(row)));
    cursor = NEWEST;
    changed({ older: 'loading', total: null, failure: null, waiting: 0 });
    searchTimer = setTimeout(() => void loadPage(), delayMs);
  }

  async function loadPage(): Promise<void> {
    const current = search;
    store.set({ older: 'loading', failure: null });
    try {
      const isFirst = cursor === NEWEST;
      const page = await call('requests.search', filter, cursor, pageSize);
      if (current !== search) return;
      const added = merge(page.rows);
      const last = page.rows.at(-1);
      const moved = last !== undefined && last.at + 1 !== cursor;
      // One millisecond later than the last row: others may share its millisecond.
      if (last) cursor = last.at + 1;
      const more = page.more && (added > 0 || moved);
      changed({ older: more ? 'more' : 'end', ...(isFirst ? { total: page.total } : {}) });
    } catch (error) {
      if (current === search) store.set({ older: 'failed', failure: callErrorText(error) });
    }
  }

  /** Adds what the app has found. Returns how many rows are new. */
  function merge(rows: readonly RequestRow[]): number {
    for (const { id } of rows) found.add(id);
    const fresh = rows.filter(({ id }) => !log.byId(id)).sort((a, b) => a.at - b.at);
    const oldest = log.oldest();
    const newestFresh = fresh.at(-1);
    // Rows that are listed may pass the filter only now that the app has found them.
    if (!newestFresh || !oldest || newestFresh.at > oldest.at || filter.text) {
      if (fresh.length > 0) replaceAll([...log.all(), ...fresh].sort((a, b) => a.at - b.at));
      else log.filter(isShown);
      return fresh.length;
    }
    for (const row of fresh) count(row);
    return log.addOlder(fresh);
  }

  function addLive(rows: readonly RequestRow[]): void {
    const listed: RequestRow[] = [];
    const { isPaused, total } = state();
    let matching = 0;
    let nowWaiting = state().waiting;
    for (const row of rows) {
      const before = log.byId(row.id);
      if (before) {
        if (isFolded(before) !== isFolded(row)) (isFolded(row) ? polls.add : polls.remove)(row);
        listed.push(row);
        if (row.phase !== before.phase && !isUnfinished(row)) refreshSoon();
      } else if (isUnfinished(row) || passes(row)) {
        if (isPaused) {
          const known = waiting.get(row.id);
          nowWaiting += Number(isShown(row)) - Number(known !== undefined && isShown(known));
          waiting.set(row.id, row);
          dropWaiting();
          continue;
        }
        count(row);
        listed.push(row);
        if (passes(row)) matching++;
      }
    }
    log.upsert(listed);
    if (log.total() > capacity * 1.2) compact();
    if (listed.length > 0) changed({ waiting: nowWaiting, total: total === null ? null : total + matching });
    else if (nowWaiting !== state().waiting) store.set({ waiting: nowWaiting });
  }

  /** Makes room for new rows. Polls go first, which the app does not store either: they must not take the place of what can be read again. */
  function compact(): void {
    const all = log.all();
    let spare = all.reduce((sum, row) => sum + Number(isPoll(row)), 0) - KEPT_POLLS;
    if (spare > 0) {
      log.keep((row) => {
        const isKept = !isPoll(row) || isUnfinished(row) || spare <= 0;
        if (!isKept) spare--;
        return isKept;
      });
    }
    const top = inView?.();
    const index = top === undefined ? -1 : log.indexOf(top);
    const isAt = index < 0 ? 0 : index + KEPT_BELOW;
    const excess = log.total() - Math.max(capacity, isAt);
    if (excess <= 0) return;
    log.dropOldest(excess);
    // A page that is on its way would leave a gap.
    search++;
    clearTimeout(searchTimer);
    clearTimeout(refreshTimer);
    refreshTimer = undefined;
    cursor = (log.oldest()?.at ?? NEWEST - 1) + 1;
    store.set({ older: 'more' });
  }

  function dropWaiting(): void {
    if (waiting.size <= capacity) return;
    overflows = true;
    for (const id of waiting.keys()) {
      waiting.delete(id);
      return;
    }
  }

  /** A request that has ended may have the words in its answer. */
  function refreshSoon(): void {
    if (!filter.text || refreshTimer !== undefined || state().isPaused) return;
    const current = search;
    refreshTimer = setTimeout(async () => {
      refreshTimer = undefined;
      const page = await call('requests.search', filter, NEWEST, pageSize).catch(() => null);
      if (!page || current !== search || state().isPaused) return;
      merge(page.rows);
      changed({ total: page.total });
    }, refreshMs);
  }

  function replaceAll(rows: readonly RequestRow[]): void {
    polls.clear();
    for (const row of rows) count(row);
    log.replaceAll(rows);
  }

  function count(row: RequestRow): void {
    if (isFolded(row)) polls.add(row);
  }

  /** Whether the row belongs into its client's line of polls. */
  function isFolded(row: RequestRow): boolean {
    return isPoll(row) && passes(row);
  }
}

function isSameBut(a: RequestFilter, b: RequestFilter, part: keyof RequestFilter): boolean {
  const rest = (filter: RequestFilter) => JSON.stringify({ ...filter, [part]: undefined });
  return rest(a) === rest(b);
}
