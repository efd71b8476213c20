/** Which settings and which other parts of the page contain what the user searches for. */
import { SETTING_GROUPS, type SettingGroup } from '../../app/shared/settingKinds';
import type { ShownSettingName, ShownSettings } from '../../app/shared/settings';
import { GROUPS } from './settingFacts';

/** What a group shows of the settings of the table, and of a part of its own. */
export interface ShownGroup {
  readonly group: SettingGroup;
  readonly title: string;
  readonly names: readonly ShownSettingName[];
  /** Whether the group's own part is shown. */
  readonly showsPart: boolean;
}

/** The words of what a group has besides settings of the table, for the search. */
const PART_WORDS: Partial<Record<SettingGroup, string>> = {
  keys: 'API keys, new key, change, revoke, delete, expires, limits. Refused lately: who was refused, allow, dismiss',
  accounts: 'Accounts: add an account, sign in, sign out, default, rename, remove',
  startUp: 'Open Claudacity when I log in: launch at login, autostart',
  updates: 'Updates: look for a later version, download, install, restart',
  about: 'About: version, licences of the packages, MIT, copy a report for a bug',
};

/** The words of a search, in lower case. */
export function searchWords(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

/** All groups; with words, what contains all of them, and no group without any. The title of a group stands for all that is in it. */
export function shownGroups(table: ShownSettings, words: readonly string[]): ShownGroup[] {
  const settings = Object.keys(table) as ShownSettingName[];
  const groups = GROUPS.map((group) => {
    const title = SETTING_GROUPS[group];
    const isMatch = (text: string) => words.every((word) => `${title} ${text}`.toLowerCase().includes(word));
    const names = settings.filter((name) => table[name].group === group && isMatch(textOf(table, name)));
    const part = PART_WORDS[group];
    return { group, title, names, showsPart: part !== undefined && isMatch(part) };
  });
  return groups.filter(({ names, showsPart }) => names.length > 0 || showsPart);
}

/** How many settings and parts they show. */
export function countShown(groups: readonly ShownGroup[]): number {
  return groups.reduce((count, { names, showsPart }) => count + names.length + (showsPart ? 1 : 0), 0);
}

/** All that is said of a setting, its name in the file included: users search for what a document names. */
function textOf(table: ShownSettings, name: ShownSettingName): string {
  const setting = table[name];
  const { label, description, note = '', unit = '', variables, flag = '' } = setting;
  const choices = setting.kind === 'choice' ? Object.values(setting.choices) : [];
  return [name, label, description, note, unit, flag, ...variables, ...choices].join(' ');
}
