/** The bar above the request log: the filter, how many requests pass it, and the button that clears the log. */
import type { ReactNode, Ref } from 'react';
import { useAppStore, useAppStoreState } from '../../state/services';
import { formatCount, plural } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { keyName } from '../../ui/keys';
import { SearchBox } from '../../ui/list/SearchBox';
import type { RequestFilter } from './requestFilter';

export interface FilterBarProps {
  ref: Ref<HTMLInputElement>;
  heading: ReactNode;
  filter: RequestFilter;
  onFilter: (filter: RequestFilter) => void;
  onClear: () => void;
}

export function FilterBar({ ref, heading, filter, onFilter, onClear }: FilterBarProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: Chrome 114 does not know the search element
    <div className="filter-bar" role="search">
      {heading}
      <SearchBox
        ref={ref}
        label="Filter by client, model, status or path"
        placeholder="Filter by client, model, status, path"
        words={filter.words}
        onSearch={(words) => onFilter({ ...filter, words })}
      />
      <Toggle
        label="Errors only"
        on={filter.errorsOnly}
        onChange={(errorsOnly) => onFilter({ ...filter, errorsOnly })}
      />
      <Toggle
        label="Hide listings"
        title="Hides successful requests that ask no model: model lists, versions and the like"
        on={filter.hideListings}
        onChange={(hideListings) => onFilter({ ...filter, hideListings })}
      />
      <Count />
      <button
        type="button"
        className="icon-button"
        title={`Clear the log (${keyName('k')})`}
        aria-label="Clear the log"
        onClick={onClear}
      >
        <Icon name="trash" />
      </button>
    </div>
  );
}

interface ToggleProps {
  label: string;
  title?: string;
  on: boolean;
  onChange: (on: boolean) => void;
}

function Toggle({ label, title = '', on, onChange }: ToggleProps) {
  return (
    <button type="button" className="toggle" title={title} aria-pressed={on} onClick={() => onChange(!on)}>
      {label}
    </button>
  );
}

function Count() {
  const { log } = useAppStore();
  useAppStoreState((state) => state.logVersion);
  const [shown, total] = [log.count(), log.total()];
  const text = shown === total ? plural(total, 'request') : `${formatCount(shown)} of ${formatCount(total)}`;
  return <span className="log-count">{text}</span>;
}
