/** Whether the app opens at login: a property of the system rather than a setting of the table. */
import { useApp } from '../../state/services';
import { ToggleRow } from './ToggleRow';

export interface LoginItemFieldProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function LoginItemField({ checked, onChange }: LoginItemFieldProps) {
  const supported = useApp((app) => app.loginItem.supported);
  return (
    <ToggleRow
      name="openAtLogin"
      label="Open Claudacity when I log in"
      checked={checked}
      disabled={!supported}
      describedBy="openAtLogin-note"
      notes={
        <p id="openAtLogin-note" className="note">
          {supported ? '' : 'Not available on this system.'}
        </p>
      }
      onChange={onChange}
    />
  );
}
