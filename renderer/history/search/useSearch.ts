/** Has the app search the stored conversations while something is typed or chosen, and the live ones here. */
import { useEffect } from 'react';
import type { ConversationRow } from '../../../app/shared/contract';
import { callErrorText } from '../../state/callErrorText';
import { useCommands } from '../../state/services';
import { useStoreState } from '../../state/store';
import { type HistoryState, type HistoryStore, isSearched } from '../historyStore';

/** Between the last key and the search, in ms. */
const TYPING_MS = 180;

/** Further ones are not listed; the user can search for more words. */
export const SEARCH_LIMIT = 200;

/** @param version another value whenever the stored conversations have changed */
export function useSearch(store: HistoryStore, version: unknown): void {
  const commands = useCommands();
  const words = useStoreState(store, (state) => state.words);
  const client = useStoreState(store, (state) => state.client);
  const model = useStoreState(store, (state) => state.model);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same search finds others after a change
  useEffect(() => {
    if (!isSearched({ words, client, model })) {
      if (store.state().found !== null) store.set({ found: null, searchFailure: null });
      return;
    }
    let current = true;
    const filter = {
      ...(words.trim() && { text: words.trim() }),
      ...(client && { client }),
      ...(model && { model }),
    };
    const search = () =>
      commands.call('conversations.search', filter, SEARCH_LIMIT).then(
        (found) => current && store.set({ found, searchFailure: null }),
        (error) => current && store.set({ searchFailure: callErrorText(error) }),
      );
    const timer = setTimeout(search, TYPING_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [commands, store, words, client, model, version]);
}

/** Whether the live conversation passes the search by what its row shows; the app has found those whose texts do. */
export function passesSearch(
  { title, client, model, keyName }: ConversationRow,
  search: Pick<HistoryState, 'words' | 'client' | 'model'>,
): boolean {
  if (search.client !== '' && client !== search.client) return false;
  if (search.model !== '' && model !== search.model) return false;
  const text = `${title} ${client} ${model} ${keyName}`.toLowerCase();
  return search.words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
