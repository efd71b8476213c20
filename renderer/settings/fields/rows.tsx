/** The rows of the settings page: a label with a field behind it, or a check box with its label; what has become of a change, and notes below. */
import type { ReactNode } from 'react';

interface RowProps {
  name: string;
  label: ReactNode;
  notes: ReactNode;
  /** Stands beside the field. */
  status: ReactNode;
  /** Whether the page was opened for this setting. */
  highlighted: boolean;
  /** Whether the value is another than the default. */
  modified?: boolean;
}

export interface FieldRowProps extends RowProps {
  /** The id of the field that the label belongs to; absent where there is none. */
  fieldId?: string;
  children: ReactNode;
}

export function FieldRow({
  name,
  label,
  notes,
  status,
  highlighted,
  modified = false,
  fieldId,
  children,
}: FieldRowProps) {
  return (
    <div
      className="settings-row"
      data-setting={name}
      data-highlighted={highlighted}
      data-modified={modified}
      tabIndex={-1}
    >
      {fieldId === undefined ? (
        <span className="settings-label">{label}</span>
      ) : (
        <label className="settings-label" htmlFor={fieldId}>
          {label}
          {modified && <Modified />}
        </label>
      )}
      <div className="settings-value">
        <div className="settings-field">{children}</div>
        {status}
        <div className="notes">{notes}</div>
      </div>
    </div>
  );
}

export interface ToggleRowProps extends RowProps {
  checked: boolean;
  disabled: boolean;
  faulty?: boolean;
  /** The ids of the notes. */
  describedBy: string;
  onChange: (checked: boolean) => void;
}

export function ToggleRow(props: ToggleRowProps) {
  const { name, label, checked, disabled, faulty = false, highlighted, modified = false } = props;
  const { notes, status, describedBy, onChange } = props;
  return (
    <div
      className="settings-toggle"
      data-setting={name}
      data-highlighted={highlighted}
      data-modified={modified}
      tabIndex={-1}
    >
      <div className="settings-switch">
        <label>
          <input
            type="checkbox"
            name={name}
            checked={checked}
            disabled={disabled}
            aria-invalid={faulty}
            aria-describedby={describedBy}
            onChange={(event) => onChange(event.target.checked)}
          />
          <span>
            {label}
            {modified && <Modified />}
          </span>
        </label>
        {status}
      </div>
      <div className="notes">{notes}</div>
    </div>
  );
}

/** The mark of a value that is not the default. Not a part of the field's name. */
function Modified() {
  return <span className="modified" title="Changed from the default" aria-hidden="true" />;
}
