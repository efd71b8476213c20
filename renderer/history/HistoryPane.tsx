/** The stored conversations: found, read and deleted. */
import { type Dispatch, type SetStateAction, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { StoredConversation } from '../../app/shared/contract';
import { useApp, useCommands, useStoredConversations, useStoredState } from '../state/page';
import { formatCount, plural } from '../ui/format';
import { Icon } from '../ui/Icon';
import { keyName } from '../ui/keys';
import { useFindKey } from '../ui/useFindKey';
import { ConversationReader } from './ConversationReader';
import { DeleteAll, DeleteOne } from './DeleteStored';
import { StoredGrid } from './StoredGrid';
import { searchStored } from './storedSearch';

export interface HistorySelection {
  id: string | null;
  /** It is shown beside the list. */
  open: boolean;
}

export interface HistoryPaneProps {
  selection: HistorySelection;
  onSelection: Dispatch<SetStateAction<HistorySelection>>;
  /** Leads to the settings of what is storedConversations. */
  onSettings: () => void;
}

export function HistoryPane({ selection, onSelection, onSettings }: HistoryPaneProps) {
  const storedConversations = useStoredConversations();
  const commands = useCommands();
  const { rows, older, failure } = useStoredState((state) => state);
  const [words, setWords] = useState('');
  const [asking, setAsking] = useState<StoredConversation | 'all' | null>(null);
  const searchBox = useRef<HTMLInputElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => searchStored(rows, words), [rows, words]);
  useFreshRows();
  useFindKey(useCallback(() => searchBox.current?.select(), []));

  useEffect(() => {
    // Another search makes another list, which begins at its top.
    if (words) grid.current?.scrollTo({ top: 0 });
  }, [words]);

  const { id, open } = selection;
  const row = open && id !== null ? storedConversations.byId(id) : undefined;
  const close = useCallback(() => {
    onSelection((before) => ({ ...before, open: false }));
    grid.current?.focus();
  }, [onSelection]);
  const remove = async (doomed: StoredConversation) => {
    const index = shown.indexOf(doomed);
    const next = shown[index + 1] ?? shown[index - 1];
    await commands.deleteConversation(doomed.id);
    if (storedConversations.byId(doomed.id)) return;
    onSelection({ id: next?.id ?? null, open: open && next !== undefined });
    grid.current?.focus();
  };

  return (
    <main className="pane history" aria-label="History">
      {/* biome-ignore lint/a11y/useSemanticElements: Chrome 114 does not know the search element */}
      <div className="filter-bar" role="search">
        <h2>History</h2>
        <label className="filter-box">
          <Icon name="search" />
          <input
            ref={searchBox}
            type="search"
            spellCheck={false}
            aria-label="Search by title, client or model"
            placeholder="Search by title, client, model"
            title={keyName('f')}
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        </label>
        <Count shown={shown.length} />
        <button
          type="button"
          className="icon-button"
          title="Delete all conversations"
          aria-label="Delete all conversations"
          disabled={rows.length === 0}
          onClick={() => setAsking('all')}
        >
          <Icon name="trash" />
        </button>
      </div>
      {rows.length > 0 && <StorageOff onSettings={onSettings} />}
      <div className="pane-body" data-reading={row !== undefined}>
        {rows.length === 0 ? (
          <NoRows failure={failure} known={older !== 'new'} onSettings={onSettings} />
        ) : shown.length === 0 ? (
          <NoMatch onShowAll={() => setWords('')} />
        ) : (
          <StoredGrid
            ref={grid}
            shown={shown}
            searched={shown !== rows}
            selected={id}
            onSelect={(selected) => onSelection((before) => ({ ...before, id: selected }))}
            onOpen={() => onSelection((before) => ({ ...before, open: true }))}
            onClose={close}
            onDelete={setAsking}
          />
        )}
        {row && <ConversationReader row={row} onClose={close} onDelete={() => setAsking(row)} />}
      </div>
      {asking === 'all' && (
        <DeleteAll
          onConfirm={() => {
            onSelection({ id: null, open: false });
            void commands.deleteConversations();
          }}
          onClose={() => setAsking(null)}
        />
      )}
      {asking !== null && asking !== 'all' && (
        <DeleteOne row={asking} onConfirm={() => void remove(asking)} onClose={() => setAsking(null)} />
      )}
    </main>
  );
}

/** Asks for the newest conversations on opening, and whenever an active one has changed. */
function useFreshRows(): void {
  const storedConversations = useStoredConversations();
  const active = useApp((app) => app.conversations);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what has changed among the active has changed among the kept
  useEffect(() => {
    void storedConversations.refresh();
  }, [storedConversations, active]);
}

function Count({ shown }: { shown: number }) {
  const { rows, older } = useStoredState((state) => state);
  if (rows.length === 0) return <span className="log-count" />;
  const more = older === 'end' ? '' : '+';
  const text =
    shown === rows.length
      ? plural(rows.length, 'conversation').replace(' ', `${more} `)
      : `${formatCount(shown)} of ${formatCount(rows.length)}${more}`;
  return <span className="log-count">{text}</span>;
}

function StorageOff({ onSettings }: { onSettings: () => void }) {
  const keepTexts = useApp((app) => app.settings.keepTexts);
  if (keepTexts) return null;
  return (
    <p className="history-note">
      What is said is not storedConversations, only what is listed here.
      <button type="button" className="link" onClick={onSettings}>
        Change in Settings
      </button>
    </p>
  );
}

interface NoRowsProps {
  failure: string | null;
  /** The app has answered that there are none. */
  known: boolean;
  onSettings: () => void;
}

function NoRows({ failure, known, onSettings }: NoRowsProps) {
  const storedConversations = useStoredConversations();
  const { keepTexts, keepDays } = useApp((app) => app.settings);
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
  if (!known) return <div className="empty" />;
  return (
    <div className="empty">
      <h3>No conversations yet</h3>
      {keepTexts ? (
        <p>
          What programs and Claude say to each other through this app is kept here, on this computer only, until it has
          not been used for {plural(keepDays, 'day')}. A program can go on with a conversation after a restart.
        </p>
      ) : (
        <p>
          Conversations will be listed here by client, model and use. What is said in them is not storedConversations,
          as the settings say.
        </p>
      )}
      <button type="button" className="button" onClick={onSettings}>
        What is kept…
      </button>
    </div>
  );
}

function NoMatch({ onShowAll }: { onShowAll: () => void }) {
  const storedConversations = useStoredConversations();
  const { rows, older } = useStoredState((state) => state);
  return (
    <div className="empty">
      <h3>No conversation matches the search</h3>
      <p>{plural(rows.length, 'conversation')} looked at, by title, client and model.</p>
      <span className="empty-actions">
        {older !== 'end' && (
          <button
            type="button"
            className="button"
            disabled={older === 'loading'}
            onClick={() => void storedConversations.loadOlder()}
          >
            Look further back
          </button>
        )}
        <button type="button" className="button" onClick={onShowAll}>
          Show all
        </button>
      </span>
    </div>
  );
}
