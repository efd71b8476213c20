/**
 * Settings that the environment or the command line sets. A single value replaces the stored one and cannot be changed while the app runs;
 * a list is added to the stored one.
 */
import { errorText } from '../shared/errorText';
import { SETTING_NAMES, SETTINGS, type Setting, type SettingName, type SettingsValues } from '../shared/settings';
import { parsePinnedText } from '../shared/settingText';

export interface PinnedValue {
  /** The variable or option: `PORT`, `--port`. */
  readonly source: string;
  readonly value: SettingsValues[SettingName];
}

export interface PinnedValues {
  readonly replaced: Readonly<Partial<Record<SettingName, PinnedValue>>>;
  readonly added: Readonly<Partial<Record<SettingName, readonly string[]>>>;
  /** Items of lists that are left out because they are not valid. */
  readonly ignored: readonly { readonly source: string; readonly item: string }[];
}

type Texts<Name extends string> = Readonly<Partial<Record<Name, string | undefined>>>;

/** @throws Error that names the variable or option whose value is invalid. */
export function readPinnedValues(env: Texts<string>, commandLine: Texts<SettingName>): PinnedValues {
  const replaced: Partial<Record<SettingName, PinnedValue>> = {};
  const added: Partial<Record<SettingName, readonly string[]>> = {};
  const ignored: { source: string; item: string }[] = [];
  for (const name of SETTING_NAMES) {
    const texts = textsOf(name, env, commandLine);
    const setting: Setting = SETTINGS[name];
    if (setting.kind === 'list') {
      added[name] = texts.flatMap(({ source, text }) => {
        if (!setting.ignoresPinnedItems) return parsed(name, source, text) as string[];
        const items = text.split(',').map((item) => item.trim());
        ignored.push(...items.filter((item) => item !== '' && !setting.isItem(item)).map((item) => ({ source, item })));
        return items.filter((item) => item !== '' && setting.isItem(item));
      });
    } else if (texts[0]) {
      const { source, text } = texts[0];
      replaced[name] = { source, value: parsed(name, source, text) };
    }
  }
  return { replaced, added, ignored };
}

/** The stored values with the pinned ones in their place. */
export function withPinned(stored: SettingsValues, { replaced, added }: PinnedValues): SettingsValues {
  const values = Object.entries(replaced).map(([name, { value }]) => [name, value]);
  const lists = Object.entries(added).map(([name, items]) => [
    name,
    [...new Set([...(stored[name as SettingName] as readonly string[]), ...items])],
  ]);
  return { ...stored, ...Object.fromEntries([...values, ...lists]) };
}

/** A change without the items of lists that the environment adds anyway, which are not to be stored. */
export function withoutAdded<Change extends object>(change: Change, { added }: PinnedValues): Change {
  const entries = Object.entries(change).map(([name, value]) => {
    const items = added[name as SettingName];
    return [name, items ? (value as readonly string[]).filter((item) => !items.includes(item)) : value];
  });
  return Object.fromEntries(entries);
}

/** What sets the setting, strongest first. A variable that is set to nothing counts as not set. */
function textsOf(name: SettingName, env: Texts<string>, commandLine: Texts<SettingName>) {
  const { flag, variables }: Setting = SETTINGS[name];
  const sources = [
    ...(flag === undefined ? [] : [{ source: flag, text: commandLine[name] }]),
    ...variables.map((variable) => ({ source: variable, text: env[variable] })),
  ];
  return sources.flatMap(({ source, text = '' }) => (text.trim() === '' ? [] : [{ source, text: text.trim() }]));
}

function parsed<N extends SettingName>(name: N, source: string, text: string): SettingsValues[N] {
  try {
    return parsePinnedText(name, text);
  } catch (error) {
    throw new Error(`${source} is "${text}", but it ${errorText(error)}`);
  }
}
