/** The conversations that the page lists now: live ones and stored ones, or those that a search has found. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { localDay, nextMidnight } from '../../../app/shared/localDay';
import { useApp, useStoredConversations, useStoredState } from '../../state/services';
import { useStoreState } from '../../state/store';
import { type ConversationEntry, conversationEntries, conversationEntry } from '../conversationEntry';
import { type HistoryStore, isSearched } from '../historyStore';
import { passesSearch, useSearch } from '../search/useSearch';
import { type ListRows, listRows } from './listRows';

export interface ShownConversations {
  readonly list: ListRows;
  /** The selected conversation, also where the search does not list it; null where it is gone. */
  readonly entry: ConversationEntry | null;
  readonly searched: boolean;
  /** There is no conversation at all, whatever is searched. */
  readonly isEmpty: boolean;
  /** Loads older ones. */
  readonly onNearEnd: () => void;
}

export function useConversationList(store: HistoryStore): ShownConversations {
  const storedConversations = useStoredConversations();
  const { rows: stored, older, failure } = useStoredState((state) => state);
  const live = useApp((app) => app.conversations);
  const { words, client, model, found, selected } = useStoreState(store, (state) => state);
  const searched = isSearched({ words, client, model });
  const today = useToday();
  const isFresh = useFreshRows();
  useSearch(store, stored);

  const entries = useMemo(() => {
    if (!searched) return conversationEntries(live, stored);
    const hits = new Set(found?.map(({ id }) => id));
    const liveHits = live.filter((row) => hits.has(row.id) || passesSearch(row, { words, client, model }));
    return conversationEntries(liveHits, found ?? []);
  }, [live, stored, found, searched, words, client, model]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the groups change at midnight
  const list = useMemo(() => listRows(entries, Date.now()), [entries, today]);

  const lastEntry = useRef<ConversationEntry | null>(null);
  const entry = useMemo(() => {
    if (selected === null) return null;
    const liveRow = live.find(({ id }) => id === selected) ?? null;
    const storedRow = stored.find(({ id }) => id === selected) ?? found?.find(({ id }) => id === selected) ?? null;
    const current = conversationEntry(liveRow, storedRow);
    if (current !== null || isFresh || lastEntry.current?.id !== selected) return current;
    // It is not live any more, and whether it is stored is being asked: its reader stays open meanwhile.
    return { ...lastEntry.current, phase: null, live: null };
  }, [selected, live, stored, found, isFresh]);
  lastEntry.current = entry;

  const onNearEnd = useCallback(() => {
    // A failed load is repeated by the user.
    if (!searched && older === 'more' && !failure) void storedConversations.loadOlder();
  }, [storedConversations, searched, older, failure]);

  return { list, entry, searched, isEmpty: stored.length === 0 && live.length === 0, onNearEnd };
}

function useToday(): string {
  const [day, setDay] = useState(() => localDay(Date.now()));
  // biome-ignore lint/correctness/useExhaustiveDependencies: each day has a midnight of its own
  useEffect(() => {
    const timer = setTimeout(() => setDay(localDay(Date.now())), nextMidnight(Date.now()) - Date.now() + 50);
    return () => clearTimeout(timer);
  }, [day]);
  return day;
}

/**
 * Loads the newest conversations when the page is opened, and whenever a live one has begun, ended or answered.
 * @returns whether they are loaded as they are now
 */
function useFreshRows(): boolean {
  const storedConversations = useStoredConversations();
  const state = useApp((app) => app.conversations.map(({ id, phase, turns }) => `${id} ${phase} ${turns}`).join('\n'));
  const [loaded, setLoaded] = useState<string | null>(null);
  useEffect(() => {
    let isCurrent = true;
    void storedConversations.refresh().then(() => isCurrent && setLoaded(state));
    return () => {
      isCurrent = false;
    };
  }, [storedConversations, state]);
  return loaded === state;
}
