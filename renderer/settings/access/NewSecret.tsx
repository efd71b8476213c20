/** Shows the secret of a key that was just made, for the only time, and how a program uses it. */
import type { CreatedKey } from '../../../app/shared/access/keys';
import { CopyButton } from '../../ui/CopyButton';
import { Dialog } from '../../ui/Dialog';

export interface NewSecretProps {
  readonly created: CreatedKey;
  /** The server's address on this computer. */
  readonly url: string;
  readonly onClose: () => void;
}

export function NewSecret({ created: { apiKey, secret }, url, onClose }: NewSecretProps) {
  const { host } = new URL(url);
  return (
    <Dialog title={`Key “${apiKey.name}”`} onClose={onClose}>
      <div className="dialog-text">
        <p>Copy it now: it is not stored here and cannot be shown again.</p>
        <div className="secret">
          <code>{secret}</code>
          <CopyButton text={secret} label="Copy key" wide />
        </div>
        <dl className="secret-uses">
          <dt>Programs with a field for an API key</dt>
          <dd>paste it there. It is sent as a bearer token or as x-api-key.</dd>
          <dt>Programs that take a URL alone</dt>
          <dd>
            <Use text={`http://key:${secret}@${host}`} shown={`http://key:${apiKey.prefix}…@${host}`} />
          </dd>
          {apiKey.inUrl && (
            <>
              <dt>Programs that take no user name in the URL</dt>
              <dd>
                <Use text={`${url}/k/${secret}`} shown={`${url}/k/${apiKey.prefix}…`} />
              </dd>
            </>
          )}
        </dl>
        <p>From another computer, use this computer’s name or address in place of {new URL(url).hostname}.</p>
      </div>
      <footer className="dialog-actions">
        <button type="button" className="button button-main" onClick={onClose}>
          Done
        </button>
      </footer>
    </Dialog>
  );
}

function Use({ text, shown }: { text: string; shown: string }) {
  return (
    <span className="secret-use">
      <code>{shown}</code>
      <CopyButton text={text} label="Copy URL" />
    </span>
  );
}
