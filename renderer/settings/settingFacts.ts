/** What the page has to know of a setting beyond its entry in the table. */
import type { AppSettings } from '../../app/shared/contract';
import {
  SETTING_GROUPS,
  type SettingData,
  type SettingGroup,
  type SettingWarning,
  settingText,
} from '../../app/shared/settingKinds';
import type { ShownSettingName, ShownSettings } from '../../app/shared/settings';

/** In the order of the page. */
export const GROUPS = Object.keys(SETTING_GROUPS) as readonly SettingGroup[];

/** What the field of the login item is called, which is a property of the system rather than a setting of the table. */
export const LOGIN_ITEM_LABEL = 'Open Claudacity when I log in';

export function settingLabel(table: ShownSettings, name: ShownSettingName | 'openAtLogin'): string {
  return name === 'openAtLogin' ? LOGIN_ITEM_LABEL : table[name].label;
}

/** The group of a target of the page: of a setting, a group itself or a part of one; undefined where there is no such target. */
export function groupOf(table: ShownSettings, target: string): SettingGroup | undefined {
  if (target === 'refused') return 'keys';
  if (target === 'openAtLogin') return 'startUp';
  const entries: Readonly<Record<string, SettingData>> = table;
  return entries[target]?.group ?? GROUPS.find((group) => group === target);
}

/** Whether the setting is typed, not switched or chosen. */
export function isTyped(table: ShownSettings, name: ShownSettingName): boolean {
  const { kind } = table[name];
  return kind !== 'toggle' && kind !== 'choice' && name !== 'unlistedModels';
}

/** What the user has to be asked before the change; undefined where it deletes nothing. */
export function warningOf(
  { warning }: SettingData,
  before: AppSettings[ShownSettingName],
  after: AppSettings[ShownSettingName],
): SettingWarning | undefined {
  const turnedOff = before === true && after === false;
  const lowered = typeof before === 'number' && typeof after === 'number' && after < before;
  return (warning?.on === 'turnedOff' ? turnedOff : lowered) ? warning : undefined;
}

/** Whether the value is another than the default. @param added what a variable adds to a list, which is nobody's change here */
export function isModified(
  setting: SettingData,
  value: AppSettings[ShownSettingName],
  added: readonly string[] = [],
): boolean {
  const own = Array.isArray(value) ? value.filter((item) => !added.includes(item)) : value;
  return settingText(own) !== settingText(setting.default);
}
