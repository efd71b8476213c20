/** The default settings, with those that a test or the demo changes. */
import type { AppSettings } from '../../../app/shared/contract';
import { SETTINGS, SHOWN_SETTING_NAMES } from '../../../app/shared/settings';

export function appSettings(settings: Partial<AppSettings> = {}): AppSettings {
  const defaults = SHOWN_SETTING_NAMES.map((name) => [name, SETTINGS[name].default]);
  return { ...Object.fromEntries(defaults), ...settings };
}
