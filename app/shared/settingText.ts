/** Reads the values of settings from texts: fields of the window, environment variables, the command line. */
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

/** The same, with the message beside the field in place of an error: a sentence that says which values are valid. */
export function checkSettingText<N extends SettingName>(name: N, input: string): CheckedValue<SettingsValues[N]> {
  try {
    return { value: parseSettingText(name, input) };
  } catch {
    return { fault: `Enter ${SETTINGS[name].expected}.` };
  }
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
