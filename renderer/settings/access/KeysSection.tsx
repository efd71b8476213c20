/** The part of the settings page about access: who was refused lately, and the API keys. */
import { useState } from 'react';
import type { ApiKey, CreatedKey } from '../../../app/shared/access/keys';
import { useSeconds } from '../../state/now';
import { useApp, useCommands, useNavigation } from '../../state/services';
import { Confirm } from '../../ui/Confirm';
import { Icon } from '../../ui/Icon';
import { KeyDialog } from './KeyDialog';
import { KeyTable } from './KeyTable';
import { Knocks } from './Knocks';
import { NewSecret } from './NewSecret';
import './access.css';

/** The dialog that is open. */
type Asking =
  | { readonly kind: 'new'; readonly name?: string }
  | { readonly kind: 'change' | 'revoke' | 'delete'; readonly apiKey: ApiKey }
  | { readonly kind: 'created'; readonly created: CreatedKey };

export function KeysSection() {
  const { keys, problem } = useApp((app) => app.keys);
  const { accounts } = useApp((app) => app.accounts);
  const knocks = useApp((app) => app.knocks);
  const { url, host } = useApp((app) => app.server);
  const commands = useCommands();
  const navigation = useNavigation();
  const now = useSeconds();
  const [asking, setAsking] = useState<Asking | null>(null);
  const close = () => setAsking(null);

  return (
    <>
      {knocks.length > 0 && (
        <section className="access-section" aria-labelledby="knocks-title">
          <h4 id="knocks-title" data-part="refused" tabIndex={-1}>
            Refused lately
          </h4>
          <p className="access-note">Nobody gets in unless you say so.</p>
          <Knocks knocks={knocks} now={now} onMakeKey={(name) => setAsking({ kind: 'new', name })} />
        </section>
      )}
      <section className="access-section" aria-labelledby="keys-title">
        <header className="access-head">
          <h4 id="keys-title">API keys</h4>
          <button
            type="button"
            className="button button-main"
            disabled={problem !== null}
            onClick={() => setAsking({ kind: 'new' })}
          >
            New key
          </button>
        </header>
        <p className="access-note">
          Programs on this computer need no key. Give one to each program elsewhere: in a container, on a phone or on
          another computer. {host === '127.0.0.1' && 'The server is reached from this computer alone now. '}
          <button type="button" className="link" onClick={() => navigation.open('settings', 'trustContainers')}>
            Containers, networks and host names
          </button>
        </p>
        {problem !== null && (
          <p className="access-problem" role="alert">
            <Icon name="warning" /> {problem}
          </p>
        )}
        {keys.length === 0 ? (
          <p className="access-empty">No keys yet.</p>
        ) : (
          <KeyTable keys={keys} accounts={accounts} now={now} onAsk={(kind, apiKey) => setAsking({ kind, apiKey })} />
        )}
      </section>
      {asking?.kind === 'new' && (
        <KeyDialog
          accounts={accounts}
          name={asking.name}
          onClose={close}
          onCreated={(created) => setAsking({ kind: 'created', created })}
        />
      )}
      {asking?.kind === 'change' && <KeyDialog accounts={accounts} apiKey={asking.apiKey} onClose={close} />}
      {asking?.kind === 'created' && <NewSecret created={asking.created} url={url} onClose={close} />}
      {asking?.kind === 'revoke' && (
        <Confirm
          title={`Revoke “${asking.apiKey.name}”?`}
          action="Revoke key"
          careful
          onConfirm={() => void commands.run('keys.revoke', asking.apiKey.id)}
          onClose={close}
        >
          Programs that use it are refused from now on. It cannot be made valid again; its usage stays.
        </Confirm>
      )}
      {asking?.kind === 'delete' && (
        <Confirm
          title={`Delete “${asking.apiKey.name}”?`}
          action="Delete key"
          onConfirm={() => void commands.run('keys.delete', asking.apiKey.id)}
          onClose={close}
        >
          The key disappears from this list. The requests that it made keep its name.
        </Confirm>
      )}
    </>
  );
}
