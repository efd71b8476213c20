/** The variables of the environment that the app reads, for the command's help and the README: those of settings, and a few others. */

import { settingText } from '../settingKinds';
import { SETTING_NAMES, SETTINGS, type Setting } from '../settings';

export interface EnvironmentVariable {
  name: string;
  /** A phrase without a full stop. */
  description: string;
  /** In Markdown. */
  defaultText: string;
}

/** In the order of the settings; the variables that are no settings come last. */
export const ENVIRONMENT_VARIABLES: readonly EnvironmentVariable[] = [
  ...SETTING_NAMES.flatMap((name) => variablesOf(SETTINGS[name])),
  // Read before the settings file can be opened.
  {
    name: 'CLAUDACITY_HOME',
    description: 'folder of settings, database and log',
    defaultText: "the system's folder for application data",
  },
  { name: 'CLAUDACITY_LOG', description: '`error`, `warn`, `info` or `debug`', defaultText: '`info`' },
];

/** Further variables of one setting are named in the description of its first. */
function variablesOf(setting: Setting): EnvironmentVariable[] {
  const [name, ...others] = setting.variables;
  if (name === undefined) return [];
  const also = others.map((other) => `; \`${other}\` is read too`).join('');
  const defaultText = setting.defaultText ?? `\`${settingText(setting.default)}\``;
  return [{ name, description: setting.description + also, defaultText }];
}
