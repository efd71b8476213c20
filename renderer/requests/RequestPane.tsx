/** The request log with its filter on top and the details of the selected request beside it. */
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { RequestRow } from '../../app/shared/contract';
import { useDialectTitle } from '../state/dialectTitles';
import { useAppStore, useAppStoreState } from '../state/services';
import { useStoreState } from '../state/store';
import type { MenuPlace } from '../ui/list/RowGrid';
import { type MenuItem, MenuPopup } from '../ui/menu/MenuPopup';
import { useShortcut } from '../ui/useShortcut';
import { RequestDetailsPane } from './details/RequestDetailsPane';
import { tabBeside } from './details/tabs';
import { useRequestActions } from './details/useRequestActions';
import { FilterBar } from './filter/FilterBar';
import { addValue, type FilterField } from './filter/filterParts';
import { wordsOf } from './filter/rowFilter';
import { cellFilter, filterEntries } from './filter/rowValues';
import { NoMatchingRequest, OnlyPolls } from './list/EmptyList';
import { PollStrip } from './list/PollStrip';
import { RequestGrid } from './list/RequestGrid';
import { Welcome } from './list/Welcome';
import { effectiveFilter, type RequestsState, type RequestsStore } from './requestsStore';
import { useListActions } from './useListActions';

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
  const { list } = store;
  const { filter, words, selected, showsDetails } = useStoreState(store, (state) => state);
  const searchBox = useRef<HTMLInputElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const [menu, setMenu] = useState<{ row: RequestRow; place: MenuPlace } | null>(null);
  const text = effectiveFilter({ filter, words }).text;
  const searched = useMemo(() => wordsOf(text), [text]);

  const find = useCallback(() => {
    onShow();
    // A hidden pane can take the focus only once it is drawn.
    requestAnimationFrame(() => searchBox.current?.select());
  }, [onShow]);
  useShortcut('f', find);
  useSlash(find);

  const setFilter = useCallback(
    (change: Partial<Pick<RequestsState, 'filter' | 'words'>>) => {
      // Another filter makes another list, which begins at its top.
      store.position.top = null;
      store.position.newestSeen = null;
      grid.current?.scrollTo({ top: 0 });
      store.set(change);
    },
    [store],
  );
  const addFilter = useCallback(
    (field: FilterField, value: string) => setFilter({ filter: addValue(store.state().filter, field, value) }),
    [store, setFilter],
  );
  const closeDetails = useCallback(() => {
    store.set({ showsDetails: false });
    grid.current?.focus();
  }, [store]);
  const open = useCallback((id: string) => store.set({ selected: id, showsDetails: true }), [store]);
  /** What was pressed for it goes with the details of the other request, so the focus goes to the list. */
  const openInstead = useCallback(
    (id: string) => {
      open(id);
      grid.current?.focus();
    },
    [open],
  );
  const pause = () => (list.state().isPaused ? list.resume() : list.pause());
  const listMenu = useListActions(store, onClear);
  const closeMenu = useCallback(() => {
    setMenu(null);
    grid.current?.focus();
  }, []);

  if (hidden) return null;
  return (
    <section className="pane requests" aria-label="Requests">
      <FilterBar
        ref={searchBox}
        heading={heading}
        store={store}
        menu={listMenu}
        onFilter={setFilter}
        onPause={pause}
        onLeave={() => (grid.current ?? searchBox.current)?.focus()}
      />
      <div className="pane-body" data-details={showsDetails && selected !== null}>
        <div className="request-list">
          <Rows store={store} onClearFilters={() => setFilter({ filter: {}, words: '' })}>
            <RequestGrid
              ref={grid}
              list={list}
              position={store.position}
              words={searched}
              selected={selected}
              onSelect={(id) => store.set({ selected: id })}
              onOpen={() => store.set({ showsDetails: true })}
              onClose={closeDetails}
              onPause={pause}
              onTab={
                showsDetails
                  ? (step) => store.set({ detailsTab: tabBeside(store.state().detailsTab, step) })
                  : undefined
              }
              onMenu={(row, column, place, isAlt) => {
                const value = isAlt ? cellFilter(row, column) : null;
                if (value) addFilter(value.field, value.value);
                else setMenu({ row, place });
              }}
            />
          </Rows>
          <FoldedPolls store={store} onOpen={open} />
        </div>
        {showsDetails && selected !== null && (
          <RequestDetailsPane
            key={selected}
            id={selected}
            store={store}
            onOpen={openInstead}
            onFilter={addFilter}
            onClose={closeDetails}
          />
        )}
      </div>
      {menu && <RowMenu {...menu} store={store} onOpen={open} onFilter={addFilter} onClose={closeMenu} />}
    </section>
  );
}

interface RowsProps {
  store: RequestsStore;
  onClearFilters: () => void;
  children: ReactNode;
}

/** The list, or what is shown in its place where it is empty. */
function Rows({ store, onClearFilters, children }: RowsProps) {
  const { list } = store;
  const { log } = useAppStore();
  const isEmpty = useStoreState(list, () => list.rows.count() === 0);
  const hasPolls = useStoreState(list, () => list.polls().length > 0);
  const hasNone = useAppStoreState(() => log.total() === 0);
  const isFiltered = useStoreState(store, (state) => Object.keys(effectiveFilter(state)).length > 0);
  if (!isEmpty) return children;
  if (isFiltered) return <NoMatchingRequest list={list} onClear={onClearFilters} />;
  return hasNone || !hasPolls ? <Welcome /> : <OnlyPolls />;
}

function FoldedPolls({ store, onOpen }: { store: RequestsStore; onOpen: (id: string) => void }) {
  const { foldsPolls, selected } = useStoreState(store, (state) => state);
  return foldsPolls && <PollStrip list={store.list} selected={selected} onOpen={onOpen} />;
}

interface RowMenuProps {
  row: RequestRow;
  place: MenuPlace;
  store: RequestsStore;
  onOpen: (id: string) => void;
  onFilter: (field: FilterField, value: string) => void;
  onClose: () => void;
}

/** The menu of a row: filters by its values, and what can be done with the request. */
function RowMenu({ row, place, store, onOpen, onFilter, onClose }: RowMenuProps) {
  const actions = useRequestActions(row, store, onOpen);
  const dialectTitle = useDialectTitle(row.dialect);
  const items: MenuItem[] = [
    ...filterEntries(row, dialectTitle).map(({ field, value, label }) => ({
      id: `filter ${field}`,
      label,
      icon: 'filter' as const,
      onSelect: () => onFilter(field, value),
    })),
    ...actions.map((action, index) => ({ ...action, isFirstOfGroup: index === 0 })),
  ];
  return <MenuPopup label="Request" items={items} place={place} onClose={onClose} />;
}

/** `/` opens the search, as in many programs. */
function useSlash(action: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof Element && event.target.matches('input, select, textarea');
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
      if (document.querySelector('dialog[open], .menu')) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [action]);
}
