/** The history page: stored conversations are searched, read and deleted here. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { StoredConversation } from '../../app/shared/contract';
import { usePageStore, usePageTarget } from '../state/pageStores';
import { useApp, useCommands, useStoredConversations, useStoredState } from '../state/services';
import { useStoreState } from '../state/store';
import { useShortcut } from '../ui/useShortcut';
import { ConversationReader } from './ConversationReader';
import { DeleteAll, DeleteOne } from './DeleteStored';
import { NoConversations, NoMatchingConversation, StorageOff } from './EmptyHistory';
import { createHistoryStore } from './historyStore';
import { SearchBar } from './SearchBar';
import { StoredGrid } from './StoredGrid';
import { searchStored } from './storedSearch';
import './history.css';

export default function HistoryPage() {
  const store = usePageStore(createHistoryStore);
  const { words, selected, open } = useStoreState(store, (state) => state);
  const storedConversations = useStoredConversations();
  const rows = useStoredState((state) => state.rows);
  const commands = useCommands();
  /** The user is asked to confirm its deletion. */
  const [deleting, setDeleting] = useState<StoredConversation | 'all' | null>(null);
  const searchBox = useRef<HTMLInputElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => searchStored(rows, words), [rows, words]);
  useFreshRows();
  useShortcut(
    'f',
    useCallback(() => searchBox.current?.select(), []),
  );
  usePageTarget(useCallback((id) => store.set({ selected: id, open: true, words: '' }), [store]));

  const search = (typed: string) => {
    // Another search makes another list, which begins at its top.
    store.position.top = null;
    grid.current?.scrollTo({ top: 0 });
    store.set({ words: typed });
  };
  const close = useCallback(() => {
    store.set({ open: false });
    grid.current?.focus();
  }, [store]);
  const deleteOne = async (conversation: StoredConversation) => {
    const index = shown.indexOf(conversation);
    const next = shown[index + 1] ?? shown[index - 1];
    if (!(await commands.run('conversations.delete', conversation.id))) return;
    store.set({ selected: next?.id ?? null, open: open && next !== undefined });
    grid.current?.focus();
  };
  const deleteAll = () => {
    store.set({ selected: null, open: false });
    void commands.run('conversations.deleteAll');
  };
  const row = open && selected !== null ? storedConversations.byId(selected) : undefined;

  return (
    <div className="pane history">
      <SearchBar
        ref={searchBox}
        words={words}
        shown={shown.length}
        onSearch={search}
        onDeleteAll={() => setDeleting('all')}
      />
      {rows.length > 0 && <StorageOff />}
      <div className="pane-body" data-reading={row !== undefined}>
        {rows.length === 0 ? (
          <NoConversations />
        ) : shown.length === 0 ? (
          <NoMatchingConversation onShowAll={() => search('')} />
        ) : (
          <StoredGrid
            ref={grid}
            shown={shown}
            searched={shown !== rows}
            position={store.position}
            selected={selected}
            onSelect={(id) => store.set({ selected: id })}
            onOpen={() => store.set({ open: true })}
            onClose={close}
            onDelete={setDeleting}
          />
        )}
        {row && <ConversationReader row={row} store={store} onClose={close} onDelete={() => setDeleting(row)} />}
      </div>
      {deleting === 'all' && <DeleteAll onConfirm={deleteAll} onClose={() => setDeleting(null)} />}
      {deleting !== null && deleting !== 'all' && (
        <DeleteOne row={deleting} onConfirm={() => void deleteOne(deleting)} onClose={() => setDeleting(null)} />
      )}
    </div>
  );
}

/** Loads the newest conversations when the page is opened, and whenever an active one has changed. */
function useFreshRows(): void {
  const storedConversations = useStoredConversations();
  const active = useApp((app) => app.conversations);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the active conversations is a change of the stored ones
  useEffect(() => {
    void storedConversations.refresh();
  }, [storedConversations, active]);
}
