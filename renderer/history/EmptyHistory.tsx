/** Shown in place of the list where there is none, and the note above it where texts are not stored. */
import { useApp, useNavigation, useStoredConversations, useStoredState } from '../state/services';
import { plural } from '../ui/format';

/** Opens the settings page at the conversation history. */
function useStorageSettings(): () => void {
  const navigation = useNavigation();
  return () => navigation.open('settings', 'keepTexts');
}

export function StorageOff() {
  const storesTexts = useApp((app) => app.settings.keepTexts);
  const openSettings = useStorageSettings();
  if (storesTexts) return null;
  return (
    <p className="history-note">
      New conversations are listed here without their texts, which are not stored.
      <button type="button" className="link" onClick={openSettings}>
        Change in Settings
      </button>
    </p>
  );
}

export function NoConversations() {
  const storedConversations = useStoredConversations();
  const { failure, older } = useStoredState((state) => state);
  const { keepTexts, keepDays } = useApp((app) => app.settings);
  const openSettings = useStorageSettings();
  if (failure !== null) {
    return (
      <div className="empty" role="alert">
        <h3>The conversations could not be loaded</h3>
        <p>{failure}</p>
        <button type="button" className="button" onClick={() => void storedConversations.refresh()}>
          Try again
        </button>
      </div>
    );
  }
  // The app has not answered yet.
  if (older === 'new') return <div className="empty" />;
  return (
    <div className="empty">
      <h3>No conversations yet</h3>
      {keepTexts ? (
        <p>
          Conversations between programs and Claude are stored on this computer only, and deleted after{' '}
          {plural(keepDays, 'day')} without use. A program can continue its conversation after a restart.
        </p>
      ) : (
        <p>
          Conversations will be listed here by client, model and usage. Their texts are not stored, as chosen in
          Settings.
        </p>
      )}
      <button type="button" className="button" onClick={openSettings}>
        Settings of the history…
      </button>
    </div>
  );
}

export interface NothingFoundProps {
  /** Why the search has failed; null where it has not. */
  failure: string | null;
  /** The app has not answered yet. */
  searching: boolean;
  onShowAll: () => void;
}

export function NothingFound({ failure, searching, onShowAll }: NothingFoundProps) {
  if (failure === null && searching) return <div className="empty" />;
  return (
    <div className="empty" role={failure === null ? undefined : 'alert'}>
      <h3>{failure === null ? 'No conversation matches' : 'The conversations could not be searched'}</h3>
      <p>{failure ?? 'Titles, clients, models and the stored texts were searched.'}</p>
      <button type="button" className="button" onClick={onShowAll}>
        Show all
      </button>
    </div>
  );
}
