/** One setting of the table with its label, its field, what has become of a change, and its notes. */
import { type ComponentType, type ReactNode, useId } from 'react';
import { type SettingData, settingText } from '../../../app/shared/settingKinds';
import type { ShownSettingName } from '../../../app/shared/settings';
import { useApp } from '../../state/services';
import { useStoreState } from '../../state/store';
import { Highlighted } from '../Highlighted';
import { isModified } from '../settingFacts';
import type { SettingsStore } from '../settingsStore';
import { CliPathField } from './CliPathField';
import { FieldStatus } from './FieldStatus';
import { ChoiceField, type FieldProps, NumberField, TextField } from './fields';
import { HostField } from './HostField';
import { ListedModelsField, ModelField } from './ModelFields';
import { PinnedNote } from './PinnedNote';
import { FieldRow, ToggleRow } from './rows';

export interface SettingFieldProps {
  name: ShownSettingName;
  /** What is searched for, in lower case. */
  words: readonly string[];
  /** Whether the page was opened for this setting. */
  highlighted: boolean;
  store: SettingsStore;
}

export function SettingField({ name, words, highlighted, store }: SettingFieldProps) {
  const setting = store.table[name];
  const id = useId();
  const source = useApp((app) => app.pinned[name]);
  const value = useApp((app) => app.settings[name]);
  const added = useApp((app) => app.runSettings.added[name]);
  const changedForRun = useApp((app) => app.runSettings.changed.includes(name));
  const draft = useStoreState(store, (state) => state.drafts[name]);
  const refusal = useStoreState(store, (state) => state.refusals[name]);
  const unlocked = useStoreState(store, (state) => state.unlocked[name] === true);
  const text = draft ?? settingText(value);
  const locked = source !== undefined && !unlocked && !changedForRun;
  const modified = source === undefined && isModified(setting, value, added);
  const ids = { note: `${id}-note`, fault: `${id}-fault`, pinned: `${id}-pinned` };
  const describedBy = [refusal && ids.fault, source && ids.pinned, ids.note].filter(Boolean).join(' ');

  const notes = (
    <>
      {refusal && (
        <p id={ids.fault} className="note fault" role="alert">
          {refusal}
        </p>
      )}
      {source !== undefined && (
        <PinnedNote
          {...{ id: ids.pinned, name, label: setting.label, source, unlocked, changed: changedForRun, store }}
        />
      )}
      <p id={ids.note} className="note">
        <Highlighted text={noteOf(setting)} words={words} />
        {added && ` Added by a variable: ${added.join(', ')}.`}
      </p>
    </>
  );
  const row = {
    ...{ name, highlighted, notes, modified },
    label: <Highlighted text={setting.label} words={words} />,
    status: <FieldStatus name={name} store={store} onReset={modified ? () => void store.reset(name) : undefined} />,
  };
  if (setting.kind === 'toggle') {
    return (
      <ToggleRow
        {...row}
        checked={text === 'on'}
        disabled={locked}
        faulty={refusal !== undefined}
        describedBy={describedBy}
        onChange={(checked) => void store.commit(name, checked ? 'on' : 'off')}
      />
    );
  }
  if (locked) {
    return (
      <FieldRow {...row}>
        <span className="pinned-value">{pinnedText(setting, settingText(value))}</span>
      </FieldRow>
    );
  }
  const Field = CUSTOM_FIELDS[name] ?? FIELDS[setting.kind];
  return (
    <FieldRow {...row} fieldId={id}>
      <Field
        {...{ id, name, setting, text, describedBy, store }}
        faulty={refusal !== undefined}
        onEdit={(typed) => store.edit(name, typed)}
        onRevert={() => store.revert(name)}
        onCommit={(typed) => void store.commit(name, typed)}
      />
    </FieldRow>
  );
}

const FIELDS: Record<Exclude<SettingData['kind'], 'toggle'>, ComponentType<FieldProps>> = {
  number: NumberField,
  text: TextField,
  list: TextField,
  choice: ChoiceField,
};

/** Fields that know more about their setting than the table says. */
const CUSTOM_FIELDS: Partial<Record<ShownSettingName, ComponentType<FieldProps>>> = {
  host: HostField,
  cliPath: CliPathField,
  taskModel: ModelField,
  defaultModel: ModelField,
  unlistedModels: ListedModelsField,
};

function noteOf({ note = '', applies }: SettingData): string {
  return applies === 'at next start' ? `${note} Takes effect when the app is started again.`.trim() : note;
}

function pinnedText(setting: SettingData, text: string): ReactNode {
  if (setting.kind === 'choice') return setting.choices[text] ?? text;
  return [text || (setting.placeholder ?? 'none'), setting.unit].filter(Boolean).join(' ');
}
