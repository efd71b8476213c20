/**
 * The zod schemas of the settings together, from their table. Not for the page: building a zod object compiles code, which its security
 * policy forbids.
 */
import { z } from 'zod';
import {
  SETTING_NAMES,
  SETTINGS,
  type Setting,
  type SettingName,
  type SettingsValues,
  SHOWN_SETTING_NAMES,
  type ShownSettingName,
} from './settings';

export type SettingsChange<N extends SettingName = SettingName> = { [Name in N]?: SettingsValues[Name] };

/** What the settings file holds: a missing value has its default, and keys of other versions are dropped. */
export const storedSettings: z.ZodType<SettingsValues> = objectOf(SETTING_NAMES, z.object, (schema, name) =>
  schema.default(SETTINGS[name].default),
);

/** A change of any settings; other keys are refused. */
export const settingsChange: z.ZodType<SettingsChange> = objectOf(SETTING_NAMES, z.strictObject, z.exactOptional);

/** A change that the window may make. */
export const shownSettingsChange: z.ZodType<SettingsChange<ShownSettingName>> = objectOf(
  SHOWN_SETTING_NAMES,
  z.strictObject,
  z.exactOptional,
);

/** The schemas have the types of the table's defaults, which the compiler cannot follow through a list of entries. */
function objectOf<Value>(
  names: readonly SettingName[],
  object: (shape: Record<string, z.ZodType>) => z.ZodType,
  property: (schema: z.ZodType, name: SettingName) => z.ZodType,
): z.ZodType<Value> {
  const shape = Object.fromEntries(names.map((name) => [name, property(schemaOf(SETTINGS[name]), name)]));
  return object(shape) as z.ZodType<Value>;
}

function schemaOf({ check }: Setting): z.ZodType {
  return z.unknown().transform((value, context) => {
    const checked = check(value);
    if (!('fault' in checked)) return checked.value;
    context.issues.push({ code: 'custom', message: checked.fault, input: value });
    return z.NEVER;
  });
}
