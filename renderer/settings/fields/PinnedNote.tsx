/** What pins a setting (a variable of the environment or an option of the command line), and what the user can do about it. */
import type { ShownSettingName } from '../../../app/shared/settings';
import type { SettingsStore } from '../settingsStore';

export interface PinnedNoteProps {
  readonly id: string;
  readonly name: ShownSettingName;
  readonly label: string;
  /** `PORT`, `--port`. */
  readonly source: string;
  /** Whether the user changes it for this run. */
  readonly unlocked: boolean;
  /** Whether it has another value in this run. */
  readonly changed: boolean;
  readonly store: SettingsStore;
}

export function PinnedNote({ id, name, label, source, unlocked, changed, store }: PinnedNoteProps) {
  const place = source.startsWith('-') ? 'on the command line' : 'in the environment';
  return (
    <p className="note pinned-note">
      <span id={id}>
        {changed && <strong>For this run. </strong>}
        {!changed && unlocked && <strong>Changes for this run only. </strong>}
        {changed ? 'The next one has what ' : 'Set by '}
        <code>{source}</code> {changed ? `says ${place}.` : `${place}.`}
      </span>
      {unlocked || changed ? (
        <button type="button" className="link" onClick={() => void store.lock(name)}>
          Back to {source}
        </button>
      ) : (
        <button
          type="button"
          className="link"
          aria-label={`Change for this run: ${label}`}
          onClick={() => store.unlock(name)}
        >
          Change for this run
        </button>
      )}
    </p>
  );
}
