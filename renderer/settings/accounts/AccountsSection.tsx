/** The part of the settings page about accounts, with its dialogs. */
import { useState } from 'react';
import type { ApiKey } from '../../../app/shared/access/keys';
import type { CliAccount } from '../../../app/shared/cli/accounts';
import { useApp, useCommands } from '../../state/services';
import { Confirm } from '../../ui/Confirm';
import { Icon } from '../../ui/Icon';
import { AccountDialog } from './AccountDialog';
import { Accounts } from './Accounts';
import './accounts.css';

type Asking = { readonly kind: 'add' } | { readonly kind: 'rename' | 'remove'; readonly account: CliAccount };

export function AccountsSection() {
  const { accounts, problem } = useApp((app) => app.accounts);
  const { keys } = useApp((app) => app.keys);
  const commands = useCommands();
  const [asking, setAsking] = useState<Asking | null>(null);
  const close = () => setAsking(null);

  return (
    <div className="access-section">
      <p className="access-note">
        {accounts.length > 1
          ? 'The default account answers, unless an API key names another one. No request moves to another account by itself. '
          : 'All requests are answered with this computer’s sign-in. Add another one for the API keys that are to use it. '}
        <button type="button" className="link" onClick={() => setAsking({ kind: 'add' })}>
          Add an account
        </button>
      </p>
      {problem !== null && (
        <p className="access-problem" role="alert">
          <Icon name="warning" /> {problem}
        </p>
      )}
      <Accounts accounts={accounts} mainId={accounts[0]?.id} onAsk={(kind, account) => setAsking({ kind, account })} />
      {asking?.kind === 'add' && <AccountDialog onClose={close} />}
      {asking?.kind === 'rename' && <AccountDialog account={asking.account} onClose={close} />}
      {asking?.kind === 'remove' && (
        <Confirm
          title={`Remove “${asking.account.name}”?`}
          action="Remove account"
          careful
          onConfirm={() => void commands.run('accounts.remove', asking.account.id)}
          onClose={close}
        >
          It is signed out, and its answers end. {keysText(asking.account, keys)}
        </Confirm>
      )}
    </div>
  );
}

/** What becomes of the keys that name the account. */
function keysText({ id }: CliAccount, keys: readonly ApiKey[]): string {
  const names = keys
    .filter(({ accountId, revokedAt }) => accountId === id && revokedAt === null)
    .map(({ name }) => name);
  if (names.length === 0) return 'No API key uses it.';
  const shown = new Intl.ListFormat('en').format(names.map((name) => `“${name}”`));
  return `Requests with the ${names.length === 1 ? 'key' : 'keys'} ${shown} are refused until you choose another account for ${names.length === 1 ? 'it' : 'them'}.`;
}
