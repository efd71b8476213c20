/** What the request log is filtered by, how much of it is left, and the button that clears it. */
import type { Ref } from 'react';
import { usePageState, useStore } from '../../state/page';
import { formatCount, plural } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { keyName } from '../../ui/keys';
import type { RequestFilter } from './requestFilter';

export interface FilterBarProps {
  ref: Ref<HTMLInputElement>;
  filter: RequestFilter;
  onFilter: (filter: RequestFilter) => void;
  onClear: () => void;
}

export function FilterBar({ ref, filter, onFilter, onClear }: FilterBarProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: Chrome 114 does not know the search element
    <div className="filter-bar" role="search">
      <h2>Requests</h2>
      <label className="filter-box">
        <Icon name="search" />
        <input
          ref={ref}
          type="search"
          spellCheck={false}
          aria-label="Filter by client, model, status or path"
          placeholder="Filter by client, model, status, path"
          title={keyName('f')}
          value={filter.words}
          onChange={(event) => onFilter({ ...filter, words: event.target.value })}
        />
      </label>
      <Toggle
        label="Errors only"
        on={filter.errorsOnly}
        onChange={(errorsOnly) => onFilter({ ...filter, errorsOnly })}
      />
      <Toggle
        label="Hide listings"
        title="Hides what programs ask for without asking a model: model lists, versions and the like"
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
  const { log } = useStore();
  usePageState((state) => state.logVersion);
  const [shown, total] = [log.count(), log.total()];
  const text = shown === total ? plural(total, 'request') : `${formatCount(shown)} of ${formatCount(total)}`;
  return <span className="log-count">{text}</span>;
}
