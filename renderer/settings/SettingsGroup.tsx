/** A group of the settings page: the fields of its settings, and what else belongs to it. */
import type { ReactNode } from 'react';
import type { SettingGroup } from '../../app/shared/settings';
import { About } from './about/About';
import { UpdateRow } from './about/UpdateRow';
import { KeysSection } from './access/KeysSection';
import { AccountsSection } from './accounts/AccountsSection';
import { LoginItemField } from './fields/LoginItemField';
import { SettingField } from './fields/SettingField';
import { Highlighted } from './Highlighted';
import type { ShownGroup } from './settingSearch';
import type { SettingsStore } from './settingsStore';

export interface SettingsGroupProps extends ShownGroup {
  readonly words: readonly string[];
  /** What the page was opened for. */
  readonly target: string | null;
  readonly store: SettingsStore;
}

export function SettingsGroup({ group, title, names, showsPart, words, target, store }: SettingsGroupProps) {
  const heading = `settings-${group}`;
  return (
    <section className="settings-group" aria-labelledby={heading}>
      <h3 id={heading} data-part={group} tabIndex={-1}>
        <Highlighted text={title} words={words} />
      </h3>
      {showsPart && PARTS[group]}
      {showsPart && group === 'startUp' && (
        <LoginItemField words={words} highlighted={target === 'openAtLogin'} store={store} />
      )}
      {names.map((name) => (
        <SettingField key={name} name={name} words={words} highlighted={target === name} store={store} />
      ))}
    </section>
  );
}

/** What groups have besides settings of the table. */
const PARTS: Partial<Record<SettingGroup, ReactNode>> = {
  keys: <KeysSection />,
  accounts: <AccountsSection />,
  updates: <UpdateRow />,
  about: <About />,
};
