/** Lets in what was refused, by a change of the settings. */
import type { Knocks } from '../api/http/access/knocks';
import type { Settings } from '../settings/settings';
import type { RemedySetting } from '../shared/access/knocks';

/**
 * Changes the setting as the knock offers, and forgets the knock. The value is the knock's own: the caller names only what to change.
 * @throws Error if the knock is gone, does not offer this, or the setting cannot be changed.
 */
export function allowKnock(parts: { knocks: Knocks; settings: Settings }, id: string, setting: RemedySetting): void {
  const { knocks, settings } = parts;
  const remedy = knocks.find(id)?.remedies.find((offered) => offered.setting === setting);
  if (remedy === undefined) throw new Error('This request is not listed any more.');
  if (remedy.value === true) settings.change({ [remedy.setting]: true });
  else settings.change({ [remedy.setting]: [...new Set([...settings.value[remedy.setting], remedy.value])] });
  knocks.dismiss(id);
}
