/** The box above a list in which the user types what to search for. */
import type { Ref } from 'react';
import { Icon } from '../Icon';
import { keyName } from '../keys';

export interface SearchBoxProps {
  ref: Ref<HTMLInputElement>;
  /** What is searched: `Search by title, client or model`. */
  label: string;
  placeholder: string;
  words: string;
  onSearch: (words: string) => void;
}

export function SearchBox({ ref, label, placeholder, words, onSearch }: SearchBoxProps) {
  return (
    <label className="filter-box">
      <Icon name="search" />
      <input
        ref={ref}
        type="search"
        className="field"
        spellCheck={false}
        aria-label={label}
        placeholder={placeholder}
        title={keyName('f')}
        value={words}
        onChange={(event) => onSearch(event.target.value)}
      />
    </label>
  );
}
