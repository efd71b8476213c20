/** The list of kept conversations, and older ones as its end comes into view. */
import { type RefObject, useCallback, useMemo } from 'react';
import type { StoredConversation } from '../../app/shared/contract';
import { useApp, useKept, useKeptConversations } from '../state/page';
import { type Column, RowGrid } from '../ui/list/RowGrid';
import { KeptCells } from './KeptCells';
import { keptRows } from './keptSearch';

export interface KeptGridProps {
  ref: RefObject<HTMLDivElement | null>;
  /** Another array whenever they change. */
  shown: readonly StoredConversation[];
  searched: boolean;
  selected: string | null;
  onSelect: (id: string) => void;
  onOpen: () => void;
  onClose: () => void;
  onDelete: (row: StoredConversation) => void;
}

export function KeptGrid({ shown, searched, ...grid }: KeptGridProps) {
  const kept = useKeptConversations();
  const older = useKept((state) => state.older);
  const failure = useKept((state) => state.failure);
  const active = useApp((app) => app.conversations);
  const live = useMemo(() => new Set(active.map(({ id }) => id)), [active]);
  const rows = useMemo(() => keptRows(shown), [shown]);
  const loadOlder = useCallback(() => {
    // With a search the end may be near all the time; then it is the user who asks for more, as they do after a fault.
    if (!searched && older === 'more' && !failure) void kept.loadOlder();
  }, [kept, searched, older, failure]);
  return (
    <RowGrid
      {...grid}
      label="Kept conversations"
      noun="conversation"
      className="kept-grid"
      rows={rows}
      version={shown}
      columns={COLUMNS}
      cells={(row) => <KeptCells row={row} live={live.has(row.id)} />}
      foot={<Foot searched={searched} />}
      onNearEnd={loadOlder}
    />
  );
}

const COLUMNS: readonly Column[] = [
  { className: 'k-title', name: 'Conversation', title: 'The start of its first question' },
  { className: 'k-client', name: 'Client' },
  { className: 'k-model', name: 'Model' },
  { className: 'k-turns', name: 'Turns', title: 'Questions that were answered' },
  { className: 'k-tokens', name: 'Tokens', title: 'Tokens sent and written, cached ones included' },
  { className: 'k-cost', name: 'Cost', title: 'What it would cost at the API’s list prices' },
  { className: 'k-used', name: 'Last used' },
];

function Foot({ searched }: { searched: boolean }) {
  const kept = useKeptConversations();
  const { older, failure } = useKept((state) => state);
  if (older === 'loading') return 'Loading older conversations…';
  if (older !== 'more' || (!searched && !failure)) return null;
  return (
    <button type="button" className="link" onClick={() => void kept.loadOlder()}>
      {failure ? 'Older ones could not be loaded. Try again' : 'Look further back'}
    </button>
  );
}
