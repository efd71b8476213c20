/** A check box with its label behind it and its notes below. */
import type { ReactNode } from 'react';
import { PinnedBy } from './PinnedBy';

export interface ToggleRowProps {
  name: string;
  label: string;
  checked: boolean;
  disabled: boolean;
  highlighted?: boolean;
  /** What pins the value, so that it cannot be changed here. */
  pinnedBy?: string | undefined;
  notes: ReactNode;
  /** The id of the notes. */
  describedBy: string;
  onChange: (checked: boolean) => void;
}

export function ToggleRow(props: ToggleRowProps) {
  const { name, label, checked, disabled, highlighted = false, pinnedBy, notes, describedBy, onChange } = props;
  return (
    <div className="settings-toggle" data-setting={name} data-highlighted={highlighted} tabIndex={-1}>
      <label>
        <input
          type="checkbox"
          name={name}
          checked={checked}
          disabled={disabled}
          aria-describedby={describedBy}
          onChange={(event) => onChange(event.target.checked)}
        />
        {label}
      </label>
      {pinnedBy !== undefined && <PinnedBy source={pinnedBy} />}
      {notes}
    </div>
  );
}
