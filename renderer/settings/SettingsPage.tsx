/** The settings page. Its fields follow from the table in app/shared/settings.ts. */
import { type SubmitEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { SETTING_GROUPS, SETTINGS, type SettingGroup, SHOWN_SETTING_NAMES } from '../../app/shared/settings';
import { usePageStore, usePageTarget } from '../state/pageStores';
import { useApp } from '../state/services';
import { useStoreState } from '../state/store';
import { About } from './About';
import { ConfirmDeletion } from './ConfirmDeletion';
import { LoginItemField } from './fields/LoginItemField';
import { SettingField } from './fields/SettingField';
import { SaveBar } from './SaveBar';
import { changedSettings, settingsDraft, settingsFaults, settingWarning } from './settingsDraft';
import { createSettingsStore, type SettingsStore } from './settingsStore';
import './settings.css';

export default function SettingsPage() {
  const store = usePageStore(createSettingsStore);
  const { edits, showsFaults } = useStoreState(store, (state) => state);
  const { settings, pinned, loginItem } = useApp((app) => app);
  const [confirming, setConfirming] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const highlighted = useTarget(form);
  const place = useScroll(store);

  const draft = { ...settingsDraft(settings, loginItem), ...edits };
  const changed = changedSettings(draft, settings, loginItem);
  const faults = settingsFaults(draft, pinned);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    store.showFaults();
    const faulty = SHOWN_SETTING_NAMES.find((name) => faults[name]);
    if (faulty) fieldIn(form.current, faulty)?.focus();
    else if (changed.settings.keepTexts === false) setConfirming(true);
    else void store.save(changed);
  };

  return (
    <form ref={form} className="settings" noValidate onSubmit={submit}>
      <SaveBar store={store} />
      <div
        ref={place}
        className="settings-body"
        onScroll={(event) => (store.scrollTop = event.currentTarget.scrollTop)}
      >
        <div className="settings-column">
          {GROUPS.map(([group, title]) => (
            <fieldset key={group} className="settings-group">
              <legend>{title}</legend>
              {SHOWN_SETTING_NAMES.filter((name) => SETTINGS[name].group === group).map((name) => (
                <SettingField
                  key={name}
                  name={name}
                  text={draft[name]}
                  fault={showsFaults ? faults[name] : undefined}
                  warning={settingWarning(name, changed, settings)}
                  highlighted={highlighted === name}
                  onChange={(text) => store.edit({ [name]: text })}
                />
              ))}
              {group === 'server' && (
                <LoginItemField checked={draft.openAtLogin} onChange={(openAtLogin) => store.edit({ openAtLogin })} />
              )}
            </fieldset>
          ))}
          <About />
        </div>
      </div>
      {confirming && (
        <ConfirmDeletion onConfirm={() => void store.save(changed)} onClose={() => setConfirming(false)} />
      )}
    </form>
  );
}

const GROUPS = Object.entries(SETTING_GROUPS) as [SettingGroup, string][];

/** The setting that the page was opened for: its field gets the focus. */
function useTarget(form: { current: HTMLFormElement | null }): string | null {
  const [target, setTarget] = useState<string | null>(null);
  usePageTarget(
    useCallback(
      (name) => {
        setTarget(name);
        const field = fieldIn(form.current, name);
        field?.scrollIntoView({ block: 'center' });
        field?.focus();
      },
      [form],
    ),
  );
  return target;
}

/** Scrolls to where the user left the page. */
function useScroll(store: SettingsStore) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (place.current) place.current.scrollTop = store.scrollTop;
  }, [store]);
  useEffect(() => () => store.forgetSaved(), [store]);
  return place;
}

/** The row itself where the setting is pinned and has no field. */
function fieldIn(form: HTMLFormElement | null, name: string): HTMLElement | null {
  const row = form?.querySelector<HTMLElement>(`[data-setting="${CSS.escape(name)}"]`);
  return row?.querySelector<HTMLElement>('input:enabled, select:enabled') ?? row ?? null;
}
