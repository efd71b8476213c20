/** The bar above the stored conversations: the search box, how many were found, and the button that deletes all. */
import type { Ref } from 'react';
import { useApp, useStoredState } from '../state/services';
import { formatCount, plural } from '../ui/format';
import { Icon } from '../ui/Icon';
import { SearchBox } from '../ui/list/SearchBox';

export interface SearchBarProps {
  ref: Ref<HTMLInputElement>;
  words: string;
  /** How many of the loaded conversations match. */
  shown: number;
  onSearch: (words: string) => void;
  onDeleteAll: () => void;
}

export function SearchBar({ ref, words, shown, onSearch, onDeleteAll }: SearchBarProps) {
  const isEmpty = useStoredState((state) => state.rows.length === 0);
  return (
    // biome-ignore lint/a11y/useSemanticElements: Chrome 114 does not know the search element
    <div className="filter-bar" role="search">
      <h2>Conversation history</h2>
      <SearchBox
        ref={ref}
        label="Search by title, client or model"
        placeholder="Search by title, client, model"
        words={words}
        onSearch={onSearch}
      />
      <Count shown={shown} />
      <button
        type="button"
        className="icon-button"
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

function Count({ shown }: { shown: number }) {
  const { rows, older } = useStoredState((state) => state);
  const deletion = useApp((app) => app.storage.deletion);
  if (deletion) return <span className="log-count">Deleting… {Math.floor(deletion.done * 100)} %</span>;
  if (rows.length === 0) return <span className="log-count" />;
  const more = older === 'end' ? '' : '+';
  const text =
    shown === rows.length
      ? plural(rows.length, 'conversation').replace(' ', `${more} `)
      : `${formatCount(shown)} of ${formatCount(rows.length)}${more}`;
  return <span className="log-count">{text}</span>;
}
