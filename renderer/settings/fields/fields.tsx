/** The fields of the settings page, by the kind of setting. */
import type { KeyboardEvent } from 'react';
import type { SettingData, ShownSettingName } from '../../../app/shared/settings';
import type { SettingsStore } from '../settingsStore';

export interface FieldProps {
  id: string;
  name: ShownSettingName;
  setting: SettingData;
  /** What the field shows: what holds, or what the user has typed. */
  text: string;
  faulty: boolean;
  /** The ids of the notes about the field. */
  describedBy: string;
  /** The accessible name where the label belongs to another field. */
  ariaLabel?: string;
  /** The id of a `datalist` with texts to choose from. */
  suggestions?: string;
  /** For fields that need to know more than their text. */
  store: SettingsStore;
  /** Remembers what is typed. */
  onEdit: (text: string) => void;
  /** Drops what was typed. */
  onRevert: () => void;
  /** Sends what was typed, or the text, to the app. */
  onCommit: (text?: string) => void;
}

/** Not a number field: Chrome's turns what it does not understand into nothing, and a turn of the wheel into another number. */
export function NumberField(props: FieldProps) {
  const { id, setting, describedBy } = props;
  const unit = `${id}-unit`;
  return (
    <span className="number-box">
      <TextField
        {...props}
        describedBy={setting.unit ? `${unit} ${describedBy}` : describedBy}
        className="field field-number"
        inputMode="decimal"
      />
      {setting.unit && <span id={unit}>{setting.unit}</span>}
    </span>
  );
}

interface TextFieldProps extends FieldProps {
  className?: string;
  inputMode?: 'decimal';
}

/** Enter and leaving the field send its text, unless that was refused just before; Escape drops it. */
export function TextField(props: TextFieldProps) {
  const { id, name, setting, text, faulty, describedBy, ariaLabel, suggestions } = props;
  const { className = 'field', inputMode, onEdit, onRevert, onCommit } = props;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) onCommit();
    if (event.key === 'Escape') onRevert();
  };
  return (
    <input
      id={id}
      name={name}
      type="text"
      className={className}
      inputMode={inputMode}
      list={suggestions}
      spellCheck={false}
      autoComplete="off"
      placeholder={setting.placeholder}
      value={text}
      aria-label={ariaLabel}
      aria-invalid={faulty}
      aria-describedby={describedBy}
      onChange={(event) => onEdit(event.target.value)}
      onKeyDown={onKeyDown}
      onBlur={() => !faulty && onCommit()}
    />
  );
}

export function ChoiceField({ id, name, setting, text, faulty, describedBy, onCommit }: FieldProps) {
  const choices = setting.kind === 'choice' ? Object.entries(setting.choices) : [];
  return (
    <select
      id={id}
      name={name}
      className="field field-choice"
      value={text}
      aria-invalid={faulty}
      aria-describedby={describedBy}
      onChange={(event) => onCommit(event.target.value)}
    >
      {choices.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}
