/** The conversations page: live and stored conversations are searched, read, renamed, exported and deleted here. */
import { useCallback, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { usePageStore, usePageTarget } from '../state/pageStores';
import { useCommands } from '../state/services';
import { useStoreState } from '../state/store';
import { plural } from '../ui/format';
import { useShortcut } from '../ui/useShortcut';
import type { ConversationEntry } from './conversationEntry';
import { DeleteAll, DeleteOne } from './DeleteStored';
import { NoConversations, NothingFound, StorageOff } from './EmptyHistory';
import { createHistoryStore } from './historyStore';
import { ConversationList } from './list/ConversationList';
import { ListFoot } from './list/ListFoot';
import { useConversationList } from './list/useConversationList';
import { ConversationReader } from './reader/ConversationReader';
import { SearchBar } from './search/SearchBar';
import './history.css';

export default function HistoryPage() {
  const store = usePageStore(createHistoryStore);
  const { words, selected, open, found, searchFailure } = useStoreState(store, (state) => state);
  const commands = useCommands();
  const { list, entry, searched, isEmpty, onNearEnd } = useConversationList(store);
  /** The user is asked to confirm its deletion. */
  const [deleting, setDeleting] = useState<ConversationEntry | 'all' | null>(null);
  /** The id of the conversation whose title is being edited. */
  const [renaming, setRenaming] = useState<string | null>(null);
  const searchBox = useRef<HTMLInputElement>(null);
  const listElement = useRef<HTMLDivElement>(null);
  useShortcut(
    'f',
    useCallback(() => searchBox.current?.select(), []),
  );
  usePageTarget(
    useCallback((id) => store.set({ selected: id, open: true, words: '', client: '', model: '' }), [store]),
  );

  const search = (change: { words?: string; client?: string; model?: string }) => {
    // Another search makes another list, which begins at its top.
    store.position.top = null;
    listElement.current?.scrollTo({ top: 0 });
    store.set(change);
  };
  const focusList = useCallback(() => listElement.current?.focus(), []);
  const close = useCallback(() => {
    store.set({ open: false });
    focusList();
  }, [store, focusList]);
  const openReader = (byKey: boolean) => {
    store.set({ open: true });
    if (!byKey) return;
    // Enter goes on into the text, which may still have to be loaded.
    const messages = document.querySelector<HTMLElement>('.reader-body');
    messages?.focus();
    store.focusesMessages = messages === null;
  };
  const rename = ({ id }: ConversationEntry, title: string | null, focus: () => void) => {
    // At once: the next key may come before the next frame, and would go to nothing.
    flushSync(() => setRenaming(null));
    focus();
    if (title !== null) void commands.run('conversations.rename', id, title);
  };
  const deleteOne = async ({ id }: ConversationEntry) => {
    const index = list.entries.findIndex((one) => one.id === id);
    const next = list.entries[index + 1] ?? list.entries[index - 1];
    if (!(await commands.run('conversations.delete', id))) return;
    store.set({ selected: next?.id ?? null, open: open && next !== undefined });
    if (found) store.set({ found: found.filter((one) => one.id !== id) });
    focusList();
  };
  const deleteAll = () => {
    store.set({ selected: null, open: false });
    void commands.run('conversations.deleteAll');
  };
  const shown = open ? entry : null;
  const beginRename = ({ id, stored }: ConversationEntry) => {
    if (stored) setRenaming(id);
  };

  return (
    <div className="pane history" data-reading={shown !== null}>
      <section className="conv-pane" aria-label="List of conversations">
        <h2 className="visually-hidden">Conversations</h2>
        <SearchBar
          ref={searchBox}
          store={store}
          onSearch={search}
          onDown={() => {
            focusList();
            if (!entry && list.entries[0]) store.set({ selected: list.entries[0].id });
          }}
          onDeleteAll={() => setDeleting('all')}
        />
        {!isEmpty && <StorageOff />}
        {list.rows.length > 0 ? (
          <ConversationList
            ref={listElement}
            list={list}
            position={store.position}
            selected={selected}
            renaming={shown ? null : renaming}
            words={words}
            onSelect={(id) => store.set({ selected: id })}
            onOpen={openReader}
            onClose={close}
            onDelete={setDeleting}
            onBeginRename={beginRename}
            onRename={(one, title) => rename(one, title, focusList)}
            onNearEnd={onNearEnd}
          />
        ) : searched && !isEmpty ? (
          <NothingFound
            failure={searchFailure}
            searching={found === null}
            onShowAll={() => search({ words: '', client: '', model: '' })}
          />
        ) : (
          <NoConversations />
        )}
        <ListFoot searched={searched} found={found} />
        <p className="visually-hidden" role="status">
          {searched && found !== null ? `${plural(list.entries.length, 'conversation')} found.` : ''}
        </p>
      </section>
      {shown ? (
        <ConversationReader
          key={shown.id}
          entry={shown}
          store={store}
          renaming={renaming === shown.id}
          onBeginRename={() => beginRename(shown)}
          onRename={(title, focus) => rename(shown, title, focus)}
          onClose={close}
          onDelete={() => setDeleting(shown)}
        />
      ) : (
        list.rows.length > 0 && <NothingOpen />
      )}
      {deleting === 'all' && <DeleteAll onConfirm={deleteAll} onClose={() => setDeleting(null)} />}
      {deleting !== null && deleting !== 'all' && (
        <DeleteOne entry={deleting} onConfirm={() => void deleteOne(deleting)} onClose={() => setDeleting(null)} />
      )}
    </div>
  );
}

/** In place of the reader, where there is room for one. */
function NothingOpen() {
  return (
    <div className="empty conv-nothing-open">
      <p>Select a conversation to read it.</p>
      <p className="quiet conv-keys">
        <kbd>J</kbd> <kbd>K</kbd> move · <kbd>Enter</kbd> read · <kbd>F2</kbd> rename · <kbd>Del</kbd> delete
      </p>
    </div>
  );
}
