/** The request log with its filter on top and the details of the selected request beside it. */
import { type ReactNode, useCallback, useEffect, useRef } from 'react';
import { dialectTitle } from '../../state/dialectTitles';
import { useApp, useAppStore, useAppStoreState } from '../../state/services';
import { useStoreState } from '../../state/store';
import { useShortcut } from '../../ui/useShortcut';
import { type RequestsStore, rememberFilter } from '../requestsStore';
import { FilterBar } from './FilterBar';
import { NoMatchingRequest } from './NoMatchingRequest';
import { RequestDetailsPane } from './RequestDetailsPane';
import { RequestGrid } from './RequestGrid';
import { NO_FILTER, type RequestFilter, requestTest } from './requestFilter';
import { Welcome } from './Welcome';

export interface RequestPaneProps {
  store: RequestsStore;
  /** The start of the filter bar. */
  heading: ReactNode;
  /** A narrow window shows something else in its place. */
  hidden: boolean;
  /** Shows this pane in a narrow window. */
  onShow: () => void;
  onClear: () => void;
}

export function RequestPane({ store, heading, hidden, onShow, onClear }: RequestPaneProps) {
  const { log } = useAppStore();
  const version = useAppStoreState((state) => state.logVersion);
  const { filter, selected, showsDetails } = useStoreState(store, (state) => state);
  const filterBox = useRef<HTMLInputElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  useFilter(filter);

  const find = useCallback(() => {
    onShow();
    // A hidden pane can take the focus only once it is drawn.
    requestAnimationFrame(() => filterBox.current?.select());
  }, [onShow]);
  useShortcut('f', find);

  const setFilter = (changed: RequestFilter) => {
    // Another filter makes another list, which begins at its top.
    store.position.top = null;
    grid.current?.scrollTo({ top: 0 });
    store.set({ filter: changed });
  };
  const closeDetails = useCallback(() => {
    store.set({ showsDetails: false });
    grid.current?.focus();
  }, [store]);
  const details = showsDetails && selected ? log.byId(selected) : undefined;

  if (hidden) return null;
  return (
    <section className="pane requests" aria-label="Requests">
      <FilterBar ref={filterBox} heading={heading} filter={filter} onFilter={setFilter} onClear={onClear} />
      <div className="pane-body">
        {log.total() === 0 ? (
          <Welcome />
        ) : log.count() === 0 ? (
          <NoMatchingRequest onShowAll={() => setFilter(NO_FILTER)} />
        ) : (
          <RequestGrid
            ref={grid}
            version={version}
            position={store.position}
            filtered={requestTest(filter) !== null}
            selected={selected}
            onSelect={(id) => store.set({ selected: id })}
            onOpen={() => store.set({ showsDetails: true })}
            onClose={closeDetails}
          />
        )}
        {details && <RequestDetailsPane row={details} onClose={closeDetails} />}
      </div>
    </section>
  );
}

function useFilter(filter: RequestFilter): void {
  const appStore = useAppStore();
  const dialects = useApp(({ app }) => app.dialects);
  useEffect(() => {
    appStore.filterLog(requestTest(filter, (name) => dialectTitle(dialects, name)));
  }, [appStore, filter, dialects]);
  useEffect(() => rememberFilter(filter), [filter]);
}
