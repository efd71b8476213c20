/** Converts between the values of settings and texts: fields of the window, environment variables, the command line. */
import type { CheckedValue } from './settingKinds';
import { SETTINGS, type Setting, type SettingName, type SettingsValues } from './settings';

/**
 * Reads a value as a user types it. Toggles accept on/off, true/false, yes/no and 1/0; lists are separated by commas; an empty text is
 * null for an optional number.
 * @throws Error whose message continues "The value …": `must be a whole number from 1 to 256`.
 */
export function parseSettingText<N extends SettingName>(name: N, input: string): SettingsValues[N] {
  return parsed<SettingsValues[N]>(SETTINGS[name], input, SETTINGS[name].check);
}

/** Reads a value from a variable or the command line, which may allow more: port 0. @throws as `parseSettingText`. */
export function parsePinnedText<N extends SettingName>(name: N, input: string): SettingsValues[N] {
  const setting: Setting = SETTINGS[name];
  const pinnedCheck = setting.kind === 'number' ? setting.pinnedCheck : undefined;
  return parsed<SettingsValues[N]>(setting, input, pinnedCheck ?? setting.check);
}

/** The message beside a field: a sentence that says which values are valid; undefined where the text is valid. */
export function settingFault(name: SettingName, input: string): string | undefined {
  try {
    parseSettingText(name, input);
    return undefined;
  } catch {
    return `Enter ${SETTINGS[name].expected}.`;
  }
}

/** The text of a value, which `parseSettingText` turns into the value again. */
export function settingText(value: SettingsValues[SettingName]): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return value === null ? '' : String(value);
}

function parsed<Value>(setting: Setting, input: string, check: (value: unknown) => CheckedValue<unknown>): Value {
  const result = check(valueOfText(setting, input.trim()));
  if ('fault' in result) throw new Error(result.fault);
  // The check of a setting has the type of the table's default.
  return result.value as Value;
}

/** Returns something that the check refuses where the text does not have the form of the setting's kind. */
function valueOfText(setting: Setting, input: string): unknown {
  switch (setting.kind) {
    case 'toggle':
      return TOGGLE_WORDS[input.toLowerCase()];
    case 'number':
      if (input === '' && setting.optional) return null;
      // Number() would also take 0x50 and 1e3, and 0 for nothing.
      return /^[+-]?\d+(\.\d+)?$/.test(input) ? Number(input) : Number.NaN;
    case 'text':
    case 'choice':
      return input;
    case 'list':
      return input
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
  }
}

const TOGGLE_WORDS: Readonly<Record<string, boolean>> = {
  on: true,
  true: true,
  yes: true,
  1: true,
  off: false,
  false: false,
  no: false,
  0: false,
};
