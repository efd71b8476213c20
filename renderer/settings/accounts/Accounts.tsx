/** The accounts that can answer: the CLI's own sign-in and those that were added, and what can be done with each. */
import type { CliAccount } from '../../../app/shared/cli/accounts';
import { useCommands } from '../../state/services';
import { CopyButton } from '../../ui/CopyButton';

export interface AccountsProps {
  readonly accounts: readonly CliAccount[];
  /** The id of the account that cannot be removed. */
  readonly mainId: string | undefined;
  readonly onAsk: (kind: 'rename' | 'remove', account: CliAccount) => void;
}

export function Accounts({ accounts, mainId, onAsk }: AccountsProps) {
  const commands = useCommands();
  return (
    <ul className="access-list">
      {accounts.map((account) => {
        const { id, name, isDefault, phase, signIn } = account;
        return (
          <li key={id} className="account" aria-label={name}>
            <div className="key-head">
              <span className="key-name">{name}</span>
              {isDefault && <span className="account-default">default</span>}
              <span className="key-actions">
                {phase === 'signed_out' && !signIn && (
                  <button type="button" className="link" onClick={() => void commands.run('accounts.signIn', id)}>
                    Sign in
                  </button>
                )}
                {!isDefault && (
                  <button type="button" className="link" onClick={() => void commands.run('accounts.makeDefault', id)}>
                    Make default
                  </button>
                )}
                <button type="button" className="link" onClick={() => onAsk('rename', account)}>
                  Rename
                </button>
                {id !== mainId && !isDefault && (
                  <button type="button" className="link" onClick={() => onAsk('remove', account)}>
                    Remove
                  </button>
                )}
              </span>
            </div>
            {signIn ? <SignIn id={id} url={signIn.url} /> : <div className="key-facts">{factsOf(account)}</div>}
          </li>
        );
      })}
    </ul>
  );
}

/** A sign-in that is under way. The address is for a computer on which no browser has opened. */
function SignIn({ id, url }: { id: string; url: string | null }) {
  const commands = useCommands();
  return (
    <div className="account-sign-in" role="status">
      <span>Continue in your browser to sign in.</span>
      {url !== null && (
        <span className="account-link">
          <code title={url}>{url}</code>
          <CopyButton text={url} label="Copy link" />
        </span>
      )}
      <button type="button" className="link" onClick={() => void commands.run('accounts.cancelSignIn', id)}>
        Cancel
      </button>
    </div>
  );
}

function factsOf({ phase, payer, isExhausted }: CliAccount): string {
  if (phase === 'checking') return 'checking the sign-in…';
  if (phase === 'signed_out') return 'nobody is signed in';
  return [payer ?? 'signed in', ...(isExhausted ? ['its plan is used up'] : [])].join(' · ');
}
