/** Makes an API key, or changes what one may do. */
import { type ReactNode, type SubmitEvent, useId, useState } from 'react';
import type { ApiKey, CreatedKey } from '../../../app/shared/access/keys';
import type { CliAccount } from '../../../app/shared/cli/accounts';
import { callErrorText } from '../../state/callErrorText';
import { useCommands } from '../../state/services';
import { Dialog } from '../../ui/Dialog';
import { EXPIRIES, type KeyDraft, keyDraft, keyFaults, keyFields } from './keyDraft';

export interface KeyDialogProps {
  /** The key to change; absent for a new one. */
  readonly apiKey?: ApiKey;
  /** The name that is proposed for a new key. */
  readonly name?: string | undefined;
  /** Those that the key can name. */
  readonly accounts: readonly CliAccount[];
  readonly onCreated?: (created: CreatedKey) => void;
  readonly onClose: () => void;
}

export function KeyDialog({ apiKey, name = '', accounts, onCreated, onClose }: KeyDialogProps) {
  const commands = useCommands();
  const [draft, setDraft] = useState(() => ({ ...keyDraft(apiKey), ...(!apiKey && { name }) }));
  const [showsFaults, setShowsFaults] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const faults = keyFaults(draft);
  const edit = (change: Partial<KeyDraft>) => setDraft({ ...draft, ...change });

  const save = async () => {
    setSaving(true);
    try {
      const fields = keyFields(draft, Date.now());
      if (apiKey) {
        await commands.call('keys.change', apiKey.id, fields);
        onClose();
      } else {
        onCreated?.(await commands.call('keys.create', fields));
      }
    } catch (error) {
      setRefusal(callErrorText(error));
      setSaving(false);
    }
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setShowsFaults(true);
    if (Object.keys(faults).length === 0) void save();
  };
  const shown = showsFaults ? faults : {};

  return (
    <Dialog title={apiKey ? `Change “${apiKey.name}”` : 'New API key'} onClose={onClose}>
      <form className="key-form" noValidate onSubmit={submit}>
        <Field label="Name" fault={shown.name} note="The program or the device that will use it.">
          {(field) => (
            <input
              {...field}
              className="field"
              data-autofocus="true"
              maxLength={60}
              value={draft.name}
              onChange={(event) => edit({ name: event.target.value })}
            />
          )}
        </Field>
        <Field label="Expires">
          {(field) => (
            <select
              {...field}
              className="field"
              value={draft.expires}
              onChange={(event) => edit({ expires: event.target.value })}
            >
              {draft.expires === 'keep' && <option value="keep">As it was</option>}
              {EXPIRIES.map(([value, title]) => (
                <option key={value} value={value}>
                  {title}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Models" note="Separated by commas. Empty for all.">
          {(field) => (
            <input
              {...field}
              className="field"
              value={draft.models}
              placeholder="all"
              onChange={(event) => edit({ models: event.target.value })}
            />
          )}
        </Field>
        {(accounts.length > 1 || draft.account !== '') && (
          <Field label="Account" note="Answers this key’s requests, and no other does.">
            {(field) => (
              <select
                {...field}
                className="field"
                value={draft.account}
                onChange={(event) => edit({ account: event.target.value })}
              >
                <option value="">The default one</option>
                {accounts.map(({ id, name: title }) => (
                  <option key={id} value={id}>
                    {title}
                  </option>
                ))}
                {draft.account !== '' && !accounts.some(({ id }) => id === draft.account) && (
                  <option value={draft.account}>One that was removed</option>
                )}
              </select>
            )}
          </Field>
        )}
        {LIMITS.map(([name, unit, inputMode]) => (
          <Field key={name} label="At most" fault={shown[name]} unit={unit}>
            {(field) => (
              <input
                {...field}
                className="field field-short"
                inputMode={inputMode}
                placeholder="no limit"
                value={draft[name]}
                onChange={(event) => edit({ [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
        <fieldset className="key-rights">
          <legend>May also</legend>
          <Right checked={draft.history} onChange={(history) => edit({ history })} title="read stored conversations" />
          <Right checked={draft.metrics} onChange={(metrics) => edit({ metrics })} title="read /metrics" />
          <Right
            checked={draft.inUrl}
            onChange={(inUrl) => edit({ inUrl })}
            title="be a part of the URL"
            note="For programs that take nothing but an address. Others may see a URL: in histories and logs of proxies."
          />
        </fieldset>
        {refusal && (
          <p className="note fault" role="alert">
            {refusal}
          </p>
        )}
        <footer className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button button-main" disabled={saving}>
            {apiKey ? 'Save' : 'Make key'}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

const LIMITS = [
  ['requestsPerMinute', 'requests a minute', 'numeric'],
  ['tokensPerDay', 'tokens a day', 'numeric'],
  ['usdPerDay', 'US dollars a day, at list prices', 'decimal'],
] as const;

interface FieldProps {
  readonly label: string;
  /** Shown behind the field, and a part of its name. */
  readonly unit?: string;
  readonly note?: string;
  readonly fault?: string | undefined;
  readonly children: (field: {
    id: string;
    'aria-invalid': boolean;
    'aria-describedby': string;
    'aria-label'?: string;
  }) => ReactNode;
}

function Field({ label, unit, note, fault, children }: FieldProps) {
  const id = useId();
  const field = {
    id,
    'aria-invalid': fault !== undefined,
    'aria-describedby': `${id}-note`,
    ...(unit && { 'aria-label': `${label}: ${unit}` }),
  };
  return (
    <div className="settings-row">
      <label htmlFor={id}>{label}</label>
      <div>
        <div className="number-box">
          {children(field)}
          {unit && <span>{unit}</span>}
        </div>
        <p id={`${id}-note`} className={fault ? 'note fault' : 'note'}>
          {fault ?? note}
        </p>
      </div>
    </div>
  );
}

interface RightProps {
  readonly checked: boolean;
  readonly title: string;
  readonly note?: string;
  readonly onChange: (checked: boolean) => void;
}

function Right({ checked, title, note, onChange }: RightProps) {
  return (
    <div className="key-right">
      <label>
        <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} /> {title}
      </label>
      {note && <p className="note">{note}</p>}
    </div>
  );
}
