/** The whole page: header, problems, the day and the conversations at one side, the request log or the history at the other. */
import { useCallback, useEffect, useState } from 'react';
import { HistoryPane, type HistorySelection } from '../history/HistoryPane';
import { ActiveConversations } from '../requests/activeConversations/ActiveConversations';
import { ClearLog } from '../requests/ClearLog';
import { RequestPane } from '../requests/log/RequestPane';
import { Today } from '../requests/today/Today';
import { Settings, type SettingsField } from '../settings/Settings';
import { type Page, PageContext, usePageState, useStore, useStoredConversations } from '../state/page';
import { isShortcut } from '../ui/keys';
import { useNarrow } from '../ui/useNarrow';
import { Header, type View } from './Header';
import { Notice } from './Notice';
import { Problems } from './Problems';
import { Shortcuts } from './Shortcuts';
import { StatusBar } from './StatusBar';
import { useTheme } from './useTheme';

type OpenDialog = { name: 'settings'; field?: SettingsField } | { name: 'shortcuts' } | { name: 'clear' };

export function App({ page }: { page: Page }) {
  return (
    <PageContext value={page}>
      <Loaded />
      <Notice />
    </PageContext>
  );
}

function Loaded() {
  const store = useStore();
  const known = usePageState((state) => state.app !== null);
  const failure = usePageState((state) => state.failure);
  if (known) return <Window />;
  if (failure === null) return null;
  return (
    <main className="unreachable" role="alert">
      <h1>Claudacity does not answer</h1>
      <p>{failure}</p>
      <button type="button" className="button button-main" onClick={() => void store.connect()}>
        Try again
      </button>
    </main>
  );
}

function Window() {
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const [wanted, setView] = useState<View>('requests');
  const [selection, setSelection] = useState<HistorySelection>({ id: null, open: false });
  const storedConversations = useStoredConversations();
  // In a wide window the overview stands beside the others.
  const narrow = useNarrow();
  const view = wanted === 'overview' && !narrow ? 'requests' : wanted;
  const close = () => setDialog(null);
  const showRequests = useCallback(() => setView('requests'), []);
  const showConversation = useCallback(
    (id: string, since: number) => {
      setSelection({ id, open: true });
      setView('history');
      void storedConversations.find(id, since);
    },
    [storedConversations],
  );
  useTheme();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (document.querySelector('dialog[open]')) return;
      const asked = dialogFor(event);
      const turnedTo = viewFor(event);
      if (!asked && !turnedTo) return;
      event.preventDefault();
      if (asked) setDialog(asked);
      if (turnedTo) setView(turnedTo);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  return (
    <div className="window" data-view={view}>
      <Header view={view} narrow={narrow} onView={setView} onSettings={() => setDialog({ name: 'settings' })} />
      <Problems onSettings={(field) => setDialog({ name: 'settings', field })} />
      <div className="columns">
        <aside className="overview" aria-label="Today and conversations">
          <Today />
          <ActiveConversations onConversation={showConversation} />
        </aside>
        <RequestPane
          onClear={() => setDialog({ name: 'clear' })}
          onShow={showRequests}
          hasFindKey={view !== 'history'}
          onConversation={showConversation}
        />
        {view === 'history' && (
          <HistoryPane
            selection={selection}
            onSelection={setSelection}
            onSettings={() => setDialog({ name: 'settings', field: 'keepTexts' })}
          />
        )}
      </div>
      <StatusBar onShortcuts={() => setDialog({ name: 'shortcuts' })} />
      {dialog?.name === 'settings' && <Settings focus={dialog.field ?? 'host'} onClose={close} />}
      {dialog?.name === 'shortcuts' && <Shortcuts onClose={close} />}
      {dialog?.name === 'clear' && <ClearLog onClose={close} />}
    </div>
  );
}

function viewFor(event: KeyboardEvent): View | null {
  if (isShortcut(event, '1')) return 'requests';
  return isShortcut(event, '2') ? 'history' : null;
}

function dialogFor(event: KeyboardEvent): OpenDialog | null {
  if (isShortcut(event, ',')) return { name: 'settings' };
  if (isShortcut(event, 'k')) return { name: 'clear' };
  const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
  return event.key === '?' && !typing ? { name: 'shortcuts' } : null;
}
