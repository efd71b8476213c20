/** The request log with its filter on top and the details of the selected request beside it. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { dialectTitle } from '../../state/dialectTitles';
import { useApp, usePageState, useStore } from '../../state/page';
import { useFindKey } from '../../ui/useFindKey';
import { FilterBar } from './FilterBar';
import { RequestDetailsPane } from './RequestDetailsPane';
import { RequestGrid } from './RequestGrid';
import { NO_FILTER, type RequestFilter, requestTest } from './requestFilter';
import { NoMatch, Welcome } from './Welcome';

export interface RequestPaneProps {
  onClear: () => void;
  /** Asks for this pane to be the one that a narrow window shows. */
  onShow: () => void;
  /** The shortcut for finding is this pane's. */
  hasFindKey: boolean;
  /** Shows a stored conversation, which was used at `since` or later. */
  onConversation: (id: string, since: number) => void;
}

export function RequestPane({ onClear, onShow, hasFindKey, onConversation }: RequestPaneProps) {
  const store = useStore();
  const version = usePageState((state) => state.logVersion);
  const [filter, setFilter] = useRequestFilter();
  const [selected, setSelected] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const filterBox = useRef<HTMLInputElement>(null);
  const grid = useRef<HTMLDivElement>(null);

  const find = useCallback(() => {
    onShow();
    // A pane that was hidden takes the focus only once it is drawn.
    requestAnimationFrame(() => filterBox.current?.select());
  }, [onShow]);
  useFindKey(hasFindKey ? find : null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter makes another list, which begins at its top
  useEffect(() => {
    // Newer Chromes answer scrollTo with a promise, which must not become the effect's cleanup.
    grid.current?.scrollTo({ top: 0 });
  }, [filter]);

  const close = useCallback(() => {
    setOpen(false);
    grid.current?.focus();
  }, []);
  const details = open && selected ? store.log.byId(selected) : undefined;

  return (
    <main className="pane requests" aria-label="Requests">
      <FilterBar ref={filterBox} filter={filter} onFilter={setFilter} onClear={onClear} />
      <div className="pane-body">
        {store.log.total() === 0 ? (
          <Welcome />
        ) : store.log.count() === 0 ? (
          <NoMatch onShowAll={() => setFilter(NO_FILTER)} />
        ) : (
          <RequestGrid
            ref={grid}
            version={version}
            filtered={requestTest(filter) !== null}
            selected={selected}
            onSelect={setSelected}
            onOpen={() => setOpen(true)}
            onClose={close}
          />
        )}
        {details && <RequestDetailsPane row={details} onClose={close} onConversation={onConversation} />}
      </div>
    </main>
  );
}

const SWITCHES = 'request-switches';

/** The filter in use. The switches outlive the window, the words do not. */
function useRequestFilter(): [RequestFilter, (filter: RequestFilter) => void] {
  const store = useStore();
  const dialects = useApp(({ app }) => app.dialects);
  const [filter, setFilter] = useState<RequestFilter>(() => ({
    ...NO_FILTER,
    hideListings: localStorage.getItem(SWITCHES) === 'hideListings',
  }));
  useEffect(() => {
    store.filterLog(requestTest(filter, (name) => dialectTitle(dialects, name)));
    if (filter.hideListings) localStorage.setItem(SWITCHES, 'hideListings');
    else localStorage.removeItem(SWITCHES);
  }, [store, filter, dialects]);
  return [filter, setFilter];
}
