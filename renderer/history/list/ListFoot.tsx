/** What stands below the list: whether there are more conversations. */
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
    if (!isFull) return null;
    return <p className="conv-foot">The {SEARCH_LIMIT} newest are listed. Search for more words to find others.</p>;
  }
  if (older === 'loading') return <p className="conv-foot">Loading older conversations…</p>;
  if (older !== 'more' || !failure) return null;
  return (
    <p className="conv-foot">
      <button type="button" className="link" onClick={() => void storedConversations.loadOlder()}>
        Older ones could not be loaded. Try again
      </button>
    </p>
  );
}
