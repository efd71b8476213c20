/** The chips of the filter, each with the button that removes it. */
import { Icon } from '../../ui/Icon';
import type { FilterChip } from './filterParts';

export interface FilterChipsProps {
  chips: readonly FilterChip[];
  onRemove: (chip: FilterChip) => void;
  onClear: () => void;
  /** The button that has the focus goes, and no chip is left that could get it. */
  onLeave: () => void;
}

export function FilterChips({ chips, onRemove, onClear, onLeave }: FilterChipsProps) {
  return (
    <ul className="filter-chips" aria-label="Filters">
      {chips.map((chip) => (
        <li key={`${chip.field} ${chip.value}`} className="filter-chip" title={`${chip.name}: ${chip.label}`}>
          <span className="filter-chip-name">{chip.name}</span>
          <span className="filter-chip-value">{chip.label}</span>
          <button
            type="button"
            aria-label={`Remove the filter ${chip.name}: ${chip.label}`}
            onClick={({ currentTarget }) => {
              if (chips.length > 1) chipBeside(currentTarget)?.focus();
              else onLeave();
              onRemove(chip);
            }}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
      <li>
        <button
          type="button"
          className="link"
          onClick={() => {
            onLeave();
            onClear();
          }}
        >
          Clear filters
        </button>
      </li>
    </ul>
  );
}

/** The button of the next chip, or of the one before the last. */
function chipBeside(button: HTMLElement): HTMLElement | undefined {
  const buttons = [...(button.closest('ul')?.querySelectorAll<HTMLElement>('.filter-chip > button') ?? [])];
  const at = buttons.indexOf(button);
  return buttons[at + 1] ?? buttons[at - 1];
}
