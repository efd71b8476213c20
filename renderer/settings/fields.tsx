/** What the settings dialog is made of: groups, rows with a label, checks and fields. */
import { type ReactNode, useState } from 'react';
import type { AppSettings } from '../../app/shared/contract';
import { useApp } from '../state/page';

export function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="settings-group">
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}

export interface RowProps {
  /** Also the id of the field inside. */
  name: keyof AppSettings;
  label: string;
  note?: string;
  /** What saving would do that one may not expect. */
  warning?: string;
  /** What is wrong with the value. */
  fault?: string | undefined;
  children: ReactNode;
}

export function Row({ name, label, note, warning, fault, children }: RowProps) {
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
        {fault && (
          <p className="note fault" id={`${name}-fault`} role="alert">
            {fault}
          </p>
        )}
        {warning && <p className="note fault">{warning}</p>}
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

export interface CheckProps {
  name: 'startServer' | 'openAtLogin' | 'keepTexts' | 'usersAreIds' | 'sendSampling' | 'fetchImages';
  label: string;
  checked: boolean;
  disabled?: boolean;
  focus?: boolean;
  note?: string;
  warning?: string;
  onChange: (checked: boolean) => void;
}

export function Check({ name, label, checked, disabled = false, focus = false, note, warning, onChange }: CheckProps) {
  const pinnedBy = useApp((app) => (name === 'openAtLogin' ? undefined : app.pinned[name]));
  return (
    <div className="settings-check">
      <label>
        <input
          type="checkbox"
          name={name}
          checked={checked}
          disabled={disabled || pinnedBy !== undefined}
          data-autofocus={focus}
          onChange={(event) => onChange(event.target.checked)}
        />
        {label}
      </label>
      {pinnedBy && <Pinned by={pinnedBy} />}
      {warning && (
        <p className="note fault" role="status">
          {warning}
        </p>
      )}
      {note && <p className="note">{note}</p>}
    </div>
  );
}

export interface NumberBoxProps {
  name: keyof AppSettings;
  /** As typed. */
  value: string;
  /** What stands behind it: `minutes without use`. */
  unit?: string;
  placeholder?: string;
  faulty: boolean;
  focus?: boolean;
  onChange: (value: string) => void;
}

/** No number field: that of Chrome turns what it does not understand into nothing, and a turn of the wheel into another number. */
export function NumberBox({ name, value, unit, placeholder, faulty, focus = false, onChange }: NumberBoxProps) {
  return (
    <span className="number-box">
      <input
        id={name}
        name={name}
        type="text"
        inputMode="decimal"
        spellCheck={false}
        autoComplete="off"
        placeholder={placeholder}
        value={value}
        aria-invalid={faulty}
        aria-describedby={[unit && `${name}-unit`, faulty && `${name}-fault`].filter(Boolean).join(' ')}
        data-autofocus={focus}
        onChange={(event) => onChange(event.target.value)}
      />
      {unit && <span id={`${name}-unit`}>{unit}</span>}
    </span>
  );
}

const COMMON_HOSTS = [
  { host: '0.0.0.0', name: 'Every network of this computer' },
  { host: '127.0.0.1', name: 'This computer only' },
];

export interface HostChoiceProps {
  host: string;
  focus: boolean;
  onChange: (host: string) => void;
}

export function HostChoice({ host, focus, onChange }: HostChoiceProps) {
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
          name="host"
          aria-label="Address to listen on"
          spellCheck={false}
          value={host}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </>
  );
}
