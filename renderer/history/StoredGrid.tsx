/** The list of stored conversations, and older ones as its end comes into view. */
import { type RefObject, useCallback, useMemo } from 'react';
import type { StoredConversation } from '../../app/shared/contract';
import { useApp, useStoredConversations, useStoredState } from '../state/services';
import { type Column, type GridPosition, RowGrid } from '../ui/list/RowGrid';
import { StoredCells } from './StoredCells';
import { storedRows } from './storedSearch';

export interface StoredGridProps {
  ref: RefObject<HTMLDivElement | null>;
  /** Another array whenever they change. */
  shown: readonly StoredConversation[];
  searched: boolean;
  position: GridPosition;
  selected: string | null;
  onSelect: (id: string) => void;
  onOpen: () => void;
  onClose: () => void;
  onDelete: (row: StoredConversation) => void;
}

export function StoredGrid({ shown, searched, ...grid }: StoredGridProps) {
  const storedConversations = useStoredConversations();
  const older = useStoredState((state) => state.older);
  const failure = useStoredState((state) => state.failure);
  const active = useApp((app) => app.conversations);
  const live = useMemo(() => new Set(active.map(({ id }) => id)), [active]);
  const rows = useMemo(() => storedRows(shown), [shown]);
  const loadOlder = useCallback(() => {
    // With a search the end may always be in view, and every older conversation would be loaded; the user asks for them
    // instead, as after a failure.
    if (!searched && older === 'more' && !failure) void storedConversations.loadOlder();
  }, [storedConversations, searched, older, failure]);
  return (
    <RowGrid
      {...grid}
      label="Stored conversations"
      noun="conversation"
      className="stored-grid"
      rows={rows}
      version={shown}
      columns={COLUMNS}
      cells={(row) => <StoredCells row={row} live={live.has(row.id)} />}
      foot={<Foot searched={searched} />}
      onNearEnd={loadOlder}
    />
  );
}

const COLUMNS: readonly Column[] = [
  { className: 's-title', name: 'Conversation', title: 'The start of its first question' },
  { className: 's-client', name: 'Client' },
  { className: 's-model', name: 'Model' },
  { className: 's-turns', name: 'Turns', title: 'Questions that were answered' },
  { className: 's-tokens', name: 'Tokens', title: 'Tokens sent and written, cached ones included' },
  { className: 's-cost', name: 'Cost', title: 'At the API’s list prices: what your plan covers is not billed' },
  { className: 's-used', name: 'Last used' },
];

function Foot({ searched }: { searched: boolean }) {
  const storedConversations = useStoredConversations();
  const { older, failure } = useStoredState((state) => state);
  if (older === 'loading') return 'Loading older conversations…';
  if (older !== 'more' || (!searched && !failure)) return null;
  return (
    <button type="button" className="link" onClick={() => void storedConversations.loadOlder()}>
      {failure ? 'Older ones could not be loaded. Try again' : 'Search older conversations'}
    </button>
  );
}
