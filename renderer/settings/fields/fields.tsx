/** The fields of the settings page, by the kind of setting. */
import type { Setting, ShownSettingName } from '../../../app/shared/settings';

export interface FieldProps {
  id: string;
  name: ShownSettingName;
  setting: Setting;
  /** As edited. */
  text: string;
  faulty: boolean;
  /** The id of the notes below the field. */
  describedBy: string;
  /** The accessible name where the label belongs to another field. */
  ariaLabel?: string;
  onChange: (text: string) => void;
}

/** Not a number field: Chrome's turns what it does not understand into nothing, and a turn of the wheel into another number. */
export function NumberField({ id, name, setting, text, faulty, describedBy, onChange }: FieldProps) {
  const unit = `${id}-unit`;
  return (
    <span className="number-box">
      <input
        id={id}
        name={name}
        type="text"
        className="field field-short"
        inputMode="decimal"
        spellCheck={false}
        autoComplete="off"
        placeholder={setting.placeholder}
        value={text}
        aria-invalid={faulty}
        aria-describedby={setting.unit ? `${unit} ${describedBy}` : describedBy}
        onChange={(event) => onChange(event.target.value)}
      />
      {setting.unit && <span id={unit}>{setting.unit}</span>}
    </span>
  );
}

export function TextField({ id, name, setting, text, faulty, describedBy, ariaLabel, onChange }: FieldProps) {
  return (
    <input
      id={id}
      name={name}
      type="text"
      className="field"
      spellCheck={false}
      autoComplete="off"
      placeholder={setting.placeholder}
      value={text}
      aria-label={ariaLabel}
      aria-invalid={faulty}
      aria-describedby={describedBy}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

export function ChoiceField({ id, name, setting, text, describedBy, onChange }: FieldProps) {
  const choices = setting.kind === 'choice' ? Object.entries(setting.choices) : [];
  return (
    <select
      id={id}
      name={name}
      className="field field-short"
      value={text}
      aria-describedby={describedBy}
      onChange={(event) => onChange(event.target.value)}
    >
      {choices.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}
