/** What stands at the end of the list: whether there are more conversations. */
import type { FoundConversation } from '../../../app/shared/contract';
import { useStoredConversations, useStoredState } from '../../state/services';
import { SEARCH_LIMIT } from '../search/useSearch';

export interface ListFootProps {
  searched: boolean;
  found: readonly FoundConversation[] | null;
}

export function ListFoot({ searched, found }: ListFootProps) {
  const storedConversations = useStoredConversations();
  const { older, failure } = useStoredState((state) => state);
  if (searched) {
    const isFull = (found?.length ?? 0) >= SEARCH_LIMIT;
    return isFull ? `The ${SEARCH_LIMIT} newest are listed. Search for more words to find others.` : null;
  }
  if (older === 'loading') return 'Loading older conversations…';
  if (older !== 'more' || !failure) return null;
  return (
    <button type="button" className="link" onClick={() => void storedConversations.loadOlder()}>
      Older ones could not be loaded. Try again
    </button>
  );
}
