/** Whether the app opens at login: a property of the system rather than a setting of the table. */
import { useApp } from '../../state/services';
import { useStoreState } from '../../state/store';
import { Highlighted } from '../Highlighted';
import { LOGIN_ITEM_LABEL } from '../settingFacts';
import type { SettingsStore } from '../settingsStore';
import { FieldStatus } from './FieldStatus';
import { ToggleRow } from './rows';

export interface LoginItemFieldProps {
  readonly words: readonly string[];
  readonly highlighted: boolean;
  readonly store: SettingsStore;
}

export function LoginItemField({ words, highlighted, store }: LoginItemFieldProps) {
  const { supported, enabled, needsApproval = false } = useApp((app) => app.loginItem);
  const refusal = useStoreState(store, (state) => state.refusals.openAtLogin);
  return (
    <ToggleRow
      name="openAtLogin"
      label={<Highlighted text={LOGIN_ITEM_LABEL} words={words} />}
      checked={enabled}
      disabled={!supported}
      faulty={refusal !== undefined}
      highlighted={highlighted}
      describedBy="openAtLogin-note"
      status={<FieldStatus name="openAtLogin" store={store} />}
      notes={
        <p id="openAtLogin-note" className={refusal ? 'note fault' : 'note'} role={refusal ? 'alert' : undefined}>
          {refusal ?? noteOf(supported, needsApproval)}
        </p>
      }
      onChange={(checked) => void store.setOpenAtLogin(checked)}
    />
  );
}

function noteOf(supported: boolean, needsApproval: boolean): string {
  if (!supported) return 'Not available on this system.';
  if (needsApproval) return 'macOS waits for you: allow Claudacity in System Settings › General › Login Items.';
  return 'In the tray, without the window.';
}
