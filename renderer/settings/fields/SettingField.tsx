/** One setting of the table with its label, field and notes. */
import { type ComponentType, type ReactNode, useId } from 'react';
import { SETTINGS, type Setting, type ShownSettingName } from '../../../app/shared/settings';
import { settingText } from '../../../app/shared/settingText';
import { useApp } from '../../state/services';
import { CliPathField } from './CliPathField';
import { ChoiceField, type FieldProps, NumberField, TextField } from './fields';
import { HostField } from './HostField';
import { PinnedBy } from './PinnedBy';
import { ToggleRow } from './ToggleRow';

export interface SettingFieldProps {
  name: ShownSettingName;
  /** As edited. */
  text: string;
  /** What is wrong with the text. */
  fault: string | undefined;
  /** What saving it does that the user may not expect. */
  warning: string | undefined;
  /** Whether the page was opened for this setting. */
  highlighted: boolean;
  onChange: (text: string) => void;
}

export function SettingField({ name, text, fault, warning, highlighted, onChange }: SettingFieldProps) {
  const setting: Setting = SETTINGS[name];
  const pinnedBy = useApp((app) => app.pinned[name]);
  const value = useApp((app) => app.settings[name]);
  const id = useId();
  const notes = `${id}-notes`;
  const shared = { name, highlighted, notes: <Notes id={notes} fault={fault} warning={warning} note={setting.note} /> };
  if (setting.kind === 'toggle') {
    return (
      <ToggleRow
        {...shared}
        label={setting.label}
        checked={text === 'on'}
        disabled={pinnedBy !== undefined}
        describedBy={notes}
        pinnedBy={pinnedBy}
        onChange={(checked) => onChange(checked ? 'on' : 'off')}
      />
    );
  }
  if (pinnedBy !== undefined) {
    return (
      <Row {...shared} label={<span>{setting.label}</span>} notes={<PinnedBy source={pinnedBy} />}>
        <span className="pinned-value">{settingText(value)}</span>
      </Row>
    );
  }
  const Field = CUSTOM_FIELDS[name] ?? FIELDS[setting.kind];
  return (
    <Row {...shared} label={<label htmlFor={id}>{setting.label}</label>}>
      <Field
        id={id}
        name={name}
        setting={setting}
        text={text}
        faulty={fault !== undefined}
        describedBy={notes}
        onChange={onChange}
      />
    </Row>
  );
}

const FIELDS: Record<Exclude<Setting['kind'], 'toggle'>, ComponentType<FieldProps>> = {
  number: NumberField,
  text: TextField,
  list: TextField,
  choice: ChoiceField,
};

/** Fields that know more about their setting than the table says. */
const CUSTOM_FIELDS: Partial<Record<ShownSettingName, ComponentType<FieldProps>>> = {
  host: HostField,
  cliPath: CliPathField,
};

interface RowProps {
  name: string;
  label: ReactNode;
  notes: ReactNode;
  highlighted: boolean;
  children: ReactNode;
}

function Row({ name, label, notes, highlighted, children }: RowProps) {
  return (
    <div className="settings-row" data-setting={name} data-highlighted={highlighted} tabIndex={-1}>
      {label}
      <div>
        {children}
        {notes}
      </div>
    </div>
  );
}

interface NotesProps {
  id: string;
  fault: string | undefined;
  warning: string | undefined;
  note: string | undefined;
}

function Notes({ id, fault, warning, note }: NotesProps) {
  return (
    <div id={id} className="notes">
      {fault && (
        <p className="note fault" role="alert">
          {fault}
        </p>
      )}
      {warning && (
        <p className="note fault" role="status">
          {warning}
        </p>
      )}
      {note && <p className="note">{note}</p>}
    </div>
  );
}
