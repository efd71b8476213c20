/** The settings as the user edits them: all as texts, what is wrong with them, and what saving them would change. */
import type { AppSettings, LoginItemState, PinnedSettings } from '../../app/shared/contract';
import { SETTINGS, type Setting, SHOWN_SETTING_NAMES, type ShownSettingName } from '../../app/shared/settings';
import { parseSettingText, settingFault, settingText } from '../../app/shared/settingText';

/** The text of each field; a toggle's is `on` or `off`. */
export type SettingTexts = Readonly<Record<ShownSettingName, string>>;

export interface SettingsDraft extends SettingTexts {
  readonly openAtLogin: boolean;
}

/** A draft without any edit. */
export function settingsDraft(settings: AppSettings, loginItem: LoginItemState): SettingsDraft {
  const texts = SHOWN_SETTING_NAMES.map((name) => [name, settingText(settings[name])]);
  return { ...Object.fromEntries(texts), openAtLogin: loginItem.enabled };
}

/** What is wrong, by setting, in sentences that say what is valid. */
export type SettingsFaults = Partial<Record<ShownSettingName, string>>;

/** Pinned settings have no faults: the user cannot change them here. */
export function settingsFaults(draft: SettingsDraft, pinned: PinnedSettings): SettingsFaults {
  const faults = SHOWN_SETTING_NAMES.map((name) => [name, pinned[name] ? undefined : settingFault(name, draft[name])]);
  return Object.fromEntries(faults.filter(([, fault]) => fault));
}

export interface ChangedSettings {
  settings: Partial<AppSettings>;
  /** null where it stays as it is. */
  openAtLogin: boolean | null;
}

/** The valid values that differ. The app gets no others: a change of host or port restarts the server. */
export function changedSettings(draft: SettingsDraft, settings: AppSettings, login: LoginItemState): ChangedSettings {
  const changed = SHOWN_SETTING_NAMES.filter((name) => draft[name] !== settingText(settings[name]))
    .filter((name) => settingFault(name, draft[name]) === undefined)
    .map((name) => [name, parseSettingText(name, draft[name])] as const)
    .filter(([name, value]) => value !== settings[name]);
  return {
    settings: Object.fromEntries(changed),
    openAtLogin: draft.openAtLogin === login.enabled ? null : draft.openAtLogin,
  };
}

/** What saving the change does that the user may not expect; undefined where it does nothing of the kind. */
export function settingWarning(name: ShownSettingName, { settings }: ChangedSettings, current: AppSettings) {
  const { warning }: Setting = SETTINGS[name];
  const [before, after] = [current[name], settings[name]];
  if (!warning || after === undefined) return undefined;
  const turnedOff = before === true && after === false;
  const lowered = typeof before === 'number' && typeof after === 'number' && after < before;
  return (warning.on === 'turnedOff' ? turnedOff : lowered) ? warning.text : undefined;
}
