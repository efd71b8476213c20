/** The state of the requests page. */
import { createStore, type Store } from '../state/store';
import { type GridPosition, topPosition } from '../ui/list/RowGrid';
import { NO_FILTER, type RequestFilter } from './log/requestFilter';

export interface RequestsState {
  filter: RequestFilter;
  /** The id of the selected request. */
  selected: string | null;
  /** Whether the details of the selected request are shown. */
  showsDetails: boolean;
  /** What a narrow window shows; a wide one has room for both. */
  tab: 'log' | 'overview';
}

export interface RequestsStore extends Store<RequestsState> {
  readonly position: GridPosition;
}

const HIDES_LISTINGS = 'request-switches';

export function createRequestsStore(): RequestsStore {
  const hideListings = localStorage.getItem(HIDES_LISTINGS) === 'hideListings';
  const store = createStore<RequestsState>({
    filter: { ...NO_FILTER, hideListings },
    selected: null,
    showsDetails: false,
    tab: 'log',
  });
  return { ...store, position: topPosition() };
}

/** The listings stay hidden after a restart; the typed words do not outlive the window. */
export function rememberFilter({ hideListings }: RequestFilter): void {
  if (hideListings) localStorage.setItem(HIDES_LISTINGS, 'hideListings');
  else localStorage.removeItem(HIDES_LISTINGS);
}
