/** The bar above the conversations: the search box, the menus of clients and models, and the button that deletes all. */
import { type KeyboardEvent, type Ref, useEffect, useState } from 'react';
import type { ConversationFilterValues } from '../../../app/shared/contract';
import { useApp, useCommands, useStoredState } from '../../state/services';
import { useStoreState } from '../../state/store';
import { Icon } from '../../ui/Icon';
import { SearchBox } from '../../ui/list/SearchBox';
import type { HistoryStore } from '../historyStore';

export interface SearchBarProps {
  ref: Ref<HTMLInputElement>;
  store: HistoryStore;
  onSearch: (change: { words?: string; client?: string; model?: string }) => void;
  /** Down from the search box into the list. */
  onDown: () => void;
  onDeleteAll: () => void;
}

export function SearchBar({ ref, store, onSearch, onDown, onDeleteAll }: SearchBarProps) {
  const { words, client, model } = useStoreState(store, (state) => state);
  const isEmpty = useStoredState((state) => state.rows.length === 0);
  const deletion = useApp((app) => app.storage.deletion);
  const { clients, models } = useFilterValues();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && words !== '') onSearch({ words: '' });
    else if (event.key === 'ArrowDown' || event.key === 'Enter' || event.key === 'Escape') onDown();
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: Chrome 114 does not know the search element
    <div className="filter-bar conv-bar" role="search">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys of the box within */}
      <span className="conv-search" onKeyDown={onKeyDown}>
        <SearchBox
          ref={ref}
          label="Search titles and texts"
          placeholder="Search titles and texts"
          words={words}
          onSearch={(typed) => onSearch({ words: typed })}
        />
      </span>
      <Menu
        label="Client"
        all="All clients"
        values={clients}
        value={client}
        onChange={(chosen) => onSearch({ client: chosen })}
      />
      <Menu
        label="Model"
        all="All models"
        values={models}
        value={model}
        onChange={(chosen) => onSearch({ model: chosen })}
      />
      {deletion && <span className="log-count">Deleting… {Math.floor(deletion.done * 100)} %</span>}
      <button
        type="button"
        className="icon-button conv-delete-all"
        title="Delete all conversations"
        aria-label="Delete all conversations"
        disabled={isEmpty}
        onClick={onDeleteAll}
      >
        <Icon name="trash" />
      </button>
    </div>
  );
}

interface MenuProps {
  label: string;
  all: string;
  values: readonly string[];
  value: string;
  onChange: (value: string) => void;
}

function Menu({ label, all, values, value, onChange }: MenuProps) {
  // What is chosen stays in the menu, also where its last conversation was deleted.
  const options = value === '' || values.includes(value) ? values : [value, ...values];
  return (
    <select
      className="field conv-menu"
      aria-label={label}
      data-chosen={value !== ''}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{all}</option>
      {options.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  );
}

/** Of what is stored, with those that are live now. */
function useFilterValues(): ConversationFilterValues {
  const commands = useCommands();
  const stored = useStoredState((state) => state.rows.length);
  const live = useApp((app) => app.conversations);
  const [values, setValues] = useState<ConversationFilterValues>({ clients: [], models: [] });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another number of conversations may have others
  useEffect(() => {
    let current = true;
    // Without them the menus have what is live; the list says what is wrong.
    commands.call('conversations.filterValues').then(
      (answer) => current && setValues(answer),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [commands, stored]);
  return {
    clients: [...new Set([...values.clients, ...live.map(({ client }) => client)])],
    models: [...new Set([...values.models, ...live.map(({ model }) => model)])],
  };
}
