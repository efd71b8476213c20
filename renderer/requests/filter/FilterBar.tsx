/** The bar above the request log: search, filter menu, pause, how many requests pass, and the chips of the filter below. */
import { type KeyboardEvent, type ReactNode, type Ref, useState } from 'react';
import type { RequestFilter } from '../../../app/shared/contract';
import { useStoreState } from '../../state/store';
import { formatCount, plural } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { SearchBox } from '../../ui/list/SearchBox';
import { MenuButton } from '../../ui/menu/MenuButton';
import type { MenuItem } from '../../ui/menu/MenuPopup';
import type { RequestsStore } from '../requestsStore';
import { FilterChips } from './FilterChips';
import { FilterMenu } from './FilterMenu';
import { ANY_FAILURE, addValue, filterChips, hasValue, removeValue } from './filterParts';
import { takeTypedFilters } from './filterSyntax';
import { isEmptyFilter } from './rowFilter';
import { useFilterValues } from './useFilterValues';

export interface FilterBarProps {
  ref: Ref<HTMLInputElement>;
  heading: ReactNode;
  store: RequestsStore;
  /** More than the filter: what can be done with the whole list. */
  menu: readonly MenuItem[];
  onFilter: (change: { filter: RequestFilter; words: string }) => void;
  onPause: () => void;
  /** The focus is to go to the list. */
  onLeave: () => void;
}

export function FilterBar({ ref, heading, store, menu, onFilter, onPause, onLeave }: FilterBarProps) {
  const { filter, words } = useStoreState(store, (state) => state);
  const [known, refreshKnown] = useFilterValues();
  const [fault, setFault] = useState<string | null>(null);
  const chips = filterChips(filter, known, Date.now());
  const failuresOnly = hasValue(filter, 'outcome', ANY_FAILURE);

  const type = (text: string, entered: boolean) => {
    const typed = takeTypedFilters(text, filter, known, { entered, now: Date.now() });
    setFault(typed.fault);
    if (entered && typed.fault === null && typed.words.trim() !== '')
      return onFilter({ filter: addValue(typed.filter, 'text', typed.words.trim()), words: '' });
    onFilter({ filter: typed.filter, words: typed.words });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const last = chips.at(-1);
    if (event.key === 'Enter') type(words, true);
    else if (event.key === 'Backspace' && words === '' && last)
      onFilter({ filter: removeValue(filter, last.field, last.value), words });
    else if (event.key === 'ArrowDown') onLeave();
    else if (event.key === 'Escape' && words === '') onLeave();
    else return;
    event.preventDefault();
  };
  const toggleFailures = () =>
    onFilter({ filter: (failuresOnly ? removeValue : addValue)(filter, 'outcome', ANY_FAILURE), words });

  return (
    <div>
      {/* biome-ignore lint/a11y/useSemanticElements: Chrome 114 does not know the search element */}
      <div className="filter-bar" role="search">
        {heading}
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the box inside */}
        <span className="filter-keys" onKeyDown={onKeyDown}>
          <SearchBox
            ref={ref}
            label="Search all requests"
            placeholder="Search questions, answers, clients…"
            words={words}
            onSearch={(text) => type(text, false)}
          />
        </span>
        <FilterMenu
          filter={filter}
          known={known}
          onOpen={refreshKnown}
          onFilter={(next) => onFilter({ filter: next, words })}
        />
        <button type="button" className="toggle filter-failures" aria-pressed={failuresOnly} onClick={toggleFailures}>
          Failures
        </button>
        <Count store={store} />
        <PauseButton store={store} onPause={onPause} />
        <MenuButton label="More actions" items={menu} className="icon-button" alignsRight>
          <Icon name="more" />
        </MenuButton>
      </div>
      {fault !== null && (
        <p className="filter-fault" role="alert">
          {fault}
        </p>
      )}
      {chips.length > 0 && (
        <FilterChips
          chips={chips}
          onRemove={({ field, value }) => onFilter({ filter: removeValue(filter, field, value), words })}
          onClear={() => onFilter({ filter: {}, words: '' })}
          onLeave={onLeave}
        />
      )}
    </div>
  );
}

function PauseButton({ store, onPause }: { store: RequestsStore; onPause: () => void }) {
  const { isPaused, waiting } = useStoreState(store.list, (state) => state);
  const label = isPaused ? 'Go on listing new requests (P)' : 'Pause: new requests wait (P)';
  return (
    <button
      type="button"
      className={isPaused ? 'toggle pause' : 'icon-button pause'}
      title={label}
      aria-label={isPaused ? 'Resume' : 'Pause'}
      aria-pressed={isPaused}
      onClick={onPause}
    >
      <Icon name={isPaused ? 'play' : 'pause'} />
      {isPaused && <span>{waiting > 0 ? `${formatCount(waiting)} waiting` : 'Paused'}</span>}
    </button>
  );
}

/** The app counts no further. */
const MOST_COUNTED = 10_000;

function Count({ store }: { store: RequestsStore }) {
  const { list } = store;
  const { older, total } = useStoreState(list, (state) => state);
  useStoreState(list, (state) => state.version);
  const isFiltered = useStoreState(store, ({ filter, words }) => !isEmptyFilter(filter) || words.trim() !== '');
  return <span className="log-count">{countText(list.rows.count(), total, older, isFiltered)}</span>;
}

function countText(listed: number, total: number | null, older: string, isFiltered: boolean): string {
  if (older === 'loading' && total === null && isFiltered) return 'Searching…';
  const count = Math.max(listed, total ?? 0);
  const more = (total === null && older !== 'end') || (total !== null && total >= MOST_COUNTED) ? '+' : '';
  const text = plural(count, isFiltered ? 'match' : 'request', isFiltered ? 'matches' : 'requests');
  return text.replace(' ', `${more} `);
}
