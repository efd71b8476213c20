/** Names an account: a new one, whose sign-in follows, or one that is there already. */
import { type SubmitEvent, useId, useState } from 'react';
import type { CliAccount } from '../../../app/shared/cli/accounts';
import { callErrorText } from '../../state/callErrorText';
import { useCommands } from '../../state/services';
import { Dialog } from '../../ui/Dialog';

export interface AccountDialogProps {
  /** The account to rename; absent for a new one. */
  readonly account?: CliAccount;
  readonly onClose: () => void;
}

export function AccountDialog({ account, onClose }: AccountDialogProps) {
  const commands = useCommands();
  const id = useId();
  const [name, setName] = useState(account?.name ?? '');
  const [fault, setFault] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);

  const save = async () => {
    setSaving(true);
    try {
      if (account) {
        await commands.call('accounts.rename', account.id, name.trim());
      } else {
        const added = await commands.call('accounts.add', name.trim());
        // Ends when the user has signed in, which may take minutes; the list shows its progress.
        void commands.run('accounts.signIn', added);
      }
      onClose();
    } catch (error) {
      setFault(callErrorText(error));
      setSaving(false);
    }
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (name.trim() === '') setFault('a name, so that you recognise the account');
    else void save();
  };

  return (
    <Dialog title={account ? `Rename “${account.name}”` : 'Add an account'} narrow onClose={onClose}>
      <form className="key-form" noValidate onSubmit={submit}>
        <div className="settings-row">
          <label htmlFor={id}>Name</label>
          <div>
            <input
              id={id}
              className="field"
              data-autofocus="true"
              maxLength={60}
              value={name}
              aria-invalid={fault !== null}
              aria-describedby={`${id}-note`}
              onChange={(event) => setName(event.target.value)}
            />
            <p id={`${id}-note`} className={fault ? 'note fault' : 'note'} role={fault ? 'alert' : undefined}>
              {fault ?? (account ? '' : 'The sign-in opens in your browser next.')}
            </p>
          </div>
        </div>
        <footer className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button button-main" disabled={saving}>
            {account ? 'Rename' : 'Add and sign in'}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
