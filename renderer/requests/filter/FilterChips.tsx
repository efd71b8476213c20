/** The chips of the filter, each with the button that removes it. */
import { Icon } from '../../ui/Icon';
import type { FilterChip } from './filterParts';

export interface FilterChipsProps {
  chips: readonly FilterChip[];
  onRemove: (chip: FilterChip) => void;
  onClear: () => void;
}

export function FilterChips({ chips, onRemove, onClear }: FilterChipsProps) {
  return (
    <ul className="filter-chips" aria-label="Filters">
      {chips.map((chip) => (
        <li key={`${chip.field} ${chip.value}`} className="filter-chip" title={`${chip.name}: ${chip.label}`}>
          <span className="filter-chip-name">{chip.name}</span>
          <span className="filter-chip-value">{chip.label}</span>
          <button
            type="button"
            aria-label={`Remove the filter ${chip.name}: ${chip.label}`}
            onClick={() => onRemove(chip)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
      <li>
        <button type="button" className="link" onClick={onClear}>
          Clear filters
        </button>
      </li>
    </ul>
  );
}
