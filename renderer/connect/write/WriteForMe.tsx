/** Writes the program's configuration file: the change first, then the write with a backup, then undo. */
import { useRef, useState } from 'react';
import type { ConfigFileState, ConfigPreview, ConfigProgram } from '../../../app/shared/connect/configFiles';
import { callErrorText } from '../../state/callErrorText';
import { useSeconds } from '../../state/now';
import { useCommands } from '../../state/services';
import { formatTime } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import type { ConnectStore } from '../connectStore';
import { DiffBlock } from './DiffBlock';

export interface WriteForMeProps {
  readonly store: ConnectStore;
  readonly program: ConfigProgram;
  readonly title: string;
  /** undefined until the app has answered. */
  readonly file: ConfigFileState | undefined;
  readonly values: { readonly model: string; readonly key: string | null };
}

export function WriteForMe({ store, program, title, file, values }: WriteForMeProps) {
  const commands = useCommands();
  const [preview, setPreview] = useState<ConfigPreview | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  if (!file) return null;

  const attempt = async (work: () => Promise<void>) => {
    setPending(true);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      setPreview(null);
      setFailure(callErrorText(error));
      // What the app says about the file may have changed with it.
      await store.refresh();
    }
    setPending(false);
    // The button that was pressed may be gone, and the focus with it.
    if (document.activeElement === document.body) heading.current?.focus();
  };
  const look = () => attempt(async () => setPreview(await commands.call('connect.preview', program, values)));
  const write = (token: string) =>
    attempt(async () => {
      store.setFile(await commands.call('connect.write', program, values, token));
      setPreview(null);
    });
  const undo = () => attempt(async () => store.setFile(await commands.call('connect.undo', program)));

  return (
    <section className="guide-write" aria-labelledby="write-title">
      <header>
        <h3 id="write-title" ref={heading} tabIndex={-1}>
          Write it for me
        </h3>
        <code>{file.file}</code>
        {!preview && (
          <button type="button" className="button" disabled={pending} onClick={() => void look()}>
            Show the change
          </button>
        )}
      </header>
      <div role="status">{file.written && !preview && <Written file={file} />}</div>
      {file.written?.canUndo && !preview && (
        <button type="button" className="button" disabled={pending} onClick={() => void undo()}>
          Undo
        </button>
      )}
      {preview && preview.diff === '' && (
        <div className="guide-write-same">
          <Icon name="check" />
          <span role="status">{title} is set up like this already.</span>
          <button type="button" className="button" onClick={() => setPreview(null)}>
            Close
          </button>
        </div>
      )}
      {preview && preview.diff !== '' && (
        <>
          <DiffBlock diff={preview.diff} label={`Change of ${preview.file}`} />
          <p className="note">
            {preview.exists
              ? 'The rest of the file stays as it is. A copy is put beside it first.'
              : 'The file does not exist yet and is made; only you can read it.'}
          </p>
          <div className="guide-write-actions">
            <button
              type="button"
              className="button button-main"
              disabled={pending}
              onClick={() => void write(preview.token)}
            >
              {preview.exists ? 'Write it' : 'Make the file'}
            </button>
            <button type="button" className="button" onClick={() => setPreview(null)}>
              Cancel
            </button>
          </div>
        </>
      )}
      {failure !== null && (
        <p className="note fault" role="alert">
          {failure}
        </p>
      )}
    </section>
  );
}

function Written({ file: { written } }: { file: ConfigFileState }) {
  const now = useSeconds();
  if (!written) return null;
  const { at, backup, canUndo } = written;
  return (
    <p className="guide-written" data-can-undo={canUndo}>
      <Icon name="check" />
      <span>
        Written {formatTime(at, now)}.{' '}
        {backup === null ? 'There was no file before.' : <>The copy from before is {<code>{backup}</code>}.</>}
        {!canUndo && ' The file has changed since, so this cannot be undone here.'}
      </span>
    </p>
  );
}
