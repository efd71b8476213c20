/** The settings dialog. Where the environment sets a value, the value and the variable are shown instead of a field. */
import { type FormEvent, type ReactNode, useState } from 'react';
import type { AppSettings } from '../../app/shared/contract';
import { errorText } from '../state/errorText';
import { useApp, useCommands } from '../state/page';
import { Dialog } from '../ui/Dialog';
import { changedSettings, type SettingsDraft, settingsDraft } from './settingsDraft';

export type SettingsField = 'host' | 'port' | 'cliPath';

export function Settings({ focus, onClose }: { focus: SettingsField; onClose: () => void }) {
  const app = useApp((state) => state);
  const commands = useCommands();
  const [draft, setDraft] = useState<SettingsDraft>(() => settingsDraft(app.settings, app.loginItem));
  const [saving, setSaving] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const change = (part: Partial<SettingsDraft>) => setDraft((before) => ({ ...before, ...part }));

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const { settings, openAtLogin } = changedSettings(draft, app.settings, app.loginItem);
    setSaving(true);
    try {
      await commands.saveSettings(settings, openAtLogin);
      onClose();
    } catch (error) {
      setRefusal(errorText(error));
      setSaving(false);
    }
  };

  return (
    <Dialog title="Settings" onClose={onClose}>
      <form className="settings" onSubmit={save}>
        <Group title="Server">
          <Row name="host" label="Listen on" note="Other computers need an API key.">
            <HostChoice host={draft.host} focus={focus === 'host'} onChange={(host) => change({ host })} />
          </Row>
          <Row name="port" label="Port">
            <input
              id="port"
              type="number"
              min={1}
              max={65535}
              required
              value={draft.port}
              data-autofocus={focus === 'port'}
              onChange={(event) => change({ port: event.target.value })}
            />
          </Row>
          <Check
            name="startServer"
            label="Start the server when the app starts"
            checked={draft.startServer}
            onChange={(startServer) => change({ startServer })}
          />
        </Group>
        <Group title="Claude CLI">
          <Row name="cliPath" label="Path" note="Leave empty to look in the usual places.">
            <input
              id="cliPath"
              type="text"
              spellCheck={false}
              placeholder={app.cli.path ?? 'not found'}
              value={draft.cliPath}
              data-autofocus={focus === 'cliPath'}
              onChange={(event) => change({ cliPath: event.target.value })}
            />
          </Row>
        </Group>
        <Group title="This computer">
          <Check
            name="openAtLogin"
            label="Open Claudacity when I log in"
            checked={draft.openAtLogin}
            disabled={!app.loginItem.supported}
            note={app.loginItem.supported ? '' : 'Not available on this system.'}
            onChange={(openAtLogin) => change({ openAtLogin })}
          />
        </Group>
        {refusal && (
          <p className="refusal" role="alert">
            {refusal}
          </p>
        )}
        <footer className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button button-main" disabled={saving}>
            {saving ? 'Saving…' : 'Save'}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="settings-group">
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}

interface RowProps {
  name: keyof AppSettings;
  label: string;
  note?: string;
  children: ReactNode;
}

function Row({ name, label, note, children }: RowProps) {
  const value = useApp((app) => app.settings[name]);
  const pinnedBy = useApp((app) => app.pinned[name]);
  if (pinnedBy) {
    return (
      <div className="settings-row">
        <span>{label}</span>
        <div>
          <span className="pinned-value">{String(value)}</span>
          <Pinned by={pinnedBy} />
        </div>
      </div>
    );
  }
  return (
    <div className="settings-row">
      <label htmlFor={name}>{label}</label>
      <div>
        {children}
        {note && <p className="note">{note}</p>}
      </div>
    </div>
  );
}

function Pinned({ by }: { by: string }) {
  return (
    <p className="note">
      Set by <code>{by}</code> in the environment
    </p>
  );
}

interface CheckProps {
  name: 'startServer' | 'openAtLogin';
  label: string;
  checked: boolean;
  disabled?: boolean;
  note?: string;
  onChange: (checked: boolean) => void;
}

function Check({ name, label, checked, disabled = false, note, onChange }: CheckProps) {
  const pinnedBy = useApp((app) => (name === 'startServer' ? app.pinned.startServer : undefined));
  return (
    <div className="settings-check">
      <label>
        <input
          type="checkbox"
          checked={checked}
          disabled={disabled || pinnedBy !== undefined}
          onChange={(event) => onChange(event.target.checked)}
        />
        {label}
      </label>
      {pinnedBy && <Pinned by={pinnedBy} />}
      {note && <p className="note">{note}</p>}
    </div>
  );
}

const COMMON_HOSTS = [
  { host: '0.0.0.0', name: 'Every network of this computer' },
  { host: '127.0.0.1', name: 'This computer only' },
];

function HostChoice({ host, focus, onChange }: { host: string; focus: boolean; onChange: (host: string) => void }) {
  const [other, setOther] = useState(() => !COMMON_HOSTS.some((common) => common.host === host));
  return (
    <>
      <select
        id="host"
        value={other ? 'other' : host}
        data-autofocus={focus}
        onChange={(event) => {
          const chosen = event.target.value;
          setOther(chosen === 'other');
          if (chosen !== 'other') onChange(chosen);
        }}
      >
        {COMMON_HOSTS.map((common) => (
          <option key={common.host} value={common.host}>
            {common.name} ({common.host})
          </option>
        ))}
        <option value="other">Another address…</option>
      </select>
      {other && (
        <input
          type="text"
          aria-label="Address to listen on"
          required
          spellCheck={false}
          value={host}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </>
  );
}
