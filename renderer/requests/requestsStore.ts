/** The state of the requests page. */
import type { RequestFilter } from '../../app/shared/contract';
import type { Services } from '../state/services';
import { createStore, type Store } from '../state/store';
import { type GridPosition, topPosition } from '../ui/list/RowGrid';
import { createRequestList, type RequestList } from './list/requestList';

export type DetailsTab = 'said' | 'wire' | 'timing' | 'tokens';

export interface RequestsState {
  /** What the chips say. */
  filter: RequestFilter;
  /** The words in the search box. */
  words: string;
  foldsPolls: boolean;
  /** The id of the selected request. */
  selected: string | null;
  /** Whether the details of the selected request are shown. */
  showsDetails: boolean;
  detailsTab: DetailsTab;
  /** In pixels. */
  detailsWidth: number;
  showsOverview: boolean;
  /** What a narrow window shows; a wide one has room for both. */
  tab: 'log' | 'overview';
}

export interface RequestsStore extends Store<RequestsState> {
  readonly position: GridPosition;
  readonly list: RequestList;
}

/** What outlives the window. */
type Remembered = Pick<RequestsState, 'foldsPolls' | 'detailsWidth' | 'showsOverview'>;

const REMEMBERED = 'requests-page';
const DEFAULTS: Remembered = { foldsPolls: true, detailsWidth: 460, showsOverview: true };

export function createRequestsStore({ appStore, commands }: Services): RequestsStore {
  const remembered = readRemembered();
  const store = createStore<RequestsState>({
    ...{ filter: {}, words: '', selected: null, showsDetails: false, detailsTab: 'said', tab: 'log' },
    ...remembered,
  });
  const position = topPosition();
  const inView = () => position.top?.id;
  const list = createRequestList({ appStore, call: commands.call, inView });
  list.foldPolls(remembered.foldsPolls);
  let lastRemembered = JSON.stringify(remembered);
  return {
    ...store,
    set(change) {
      const before = store.state();
      store.set(change);
      const { foldsPolls, detailsWidth, showsOverview, filter, words } = store.state();
      if (foldsPolls !== before.foldsPolls) list.foldPolls(foldsPolls);
      if (filter !== before.filter || words !== before.words) list.setFilter(effectiveFilter(store.state()));
      const remembers = JSON.stringify({ foldsPolls, detailsWidth, showsOverview } satisfies Remembered);
      if (remembers !== lastRemembered) localStorage.setItem(REMEMBERED, remembers);
      lastRemembered = remembers;
    },
    position,
    list,
  };
}

/** The filter of chips and search box together. */
export function effectiveFilter({ filter, words }: Pick<RequestsState, 'filter' | 'words'>): RequestFilter {
  const text = [filter.text, words].map((part) => part?.trim()).filter(Boolean);
  const { text: _chip, ...rest } = filter;
  return text.length > 0 ? { ...rest, text: text.join(' ').slice(0, 500) } : rest;
}

function readRemembered(): Remembered {
  try {
    const { foldsPolls, detailsWidth, showsOverview } = JSON.parse(localStorage.getItem(REMEMBERED) ?? '{}');
    return {
      foldsPolls: typeof foldsPolls === 'boolean' ? foldsPolls : DEFAULTS.foldsPolls,
      detailsWidth: typeof detailsWidth === 'number' ? detailsWidth : DEFAULTS.detailsWidth,
      showsOverview: typeof showsOverview === 'boolean' ? showsOverview : DEFAULTS.showsOverview,
    };
  } catch {
    return DEFAULTS;
  }
}
