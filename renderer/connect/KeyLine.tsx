/** The key of the guide: makes one, and shows its secret for as long as the window is open. */
import { CopyButton } from '../ui/CopyButton';
import type { MadeKey } from './connectStore';
import type { MakeKey } from './useMakeKey';

export interface KeyLineProps {
  /** The key that was made; undefined where none was. */
  readonly made: MadeKey | undefined;
  /** Whether the program is refused without one. */
  readonly isNeeded: boolean;
  readonly makeKey: MakeKey;
}

export function KeyLine({ made, isNeeded, makeKey: { run, pending, failure, problem } }: KeyLineProps) {
  return (
    <div className="guide-key">
      {made ? (
        <>
          <p>The key “{made.name}” is in the texts below. It is shown until the window is closed, and never again.</p>
          <div className="guide-secret">
            <code>{made.secret}</code>
            <CopyButton text={made.secret} label="Copy key" />
          </div>
        </>
      ) : (
        // Where one is needed, the notice below offers it.
        !isNeeded && (
          <p>
            It needs no key here. With one of its own, its use is counted and can be limited.{' '}
            <button type="button" className="link" disabled={pending || problem !== null} onClick={run}>
              Make a key
            </button>
          </p>
        )
      )}
      {failure !== null && (
        <p className="note fault" role="alert">
          {failure}
        </p>
      )}
    </div>
  );
}
