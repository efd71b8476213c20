/** The list of requests, and older ones as its end comes into view. */
import { type RefObject, useCallback } from 'react';
import { usePageState, useStore } from '../../state/page';
import { type Column, RowGrid } from '../../ui/list/RowGrid';
import { RequestCells } from './RequestCells';

export interface RequestGridProps {
  ref: RefObject<HTMLDivElement | null>;
  /** Another value whenever the log has changed. */
  version: number;
  filtered: boolean;
  selected: string | null;
  onSelect: (id: string) => void;
  onOpen: () => void;
  onClose: () => void;
}

export function RequestGrid({ ref, version, filtered, selected, onSelect, onOpen, onClose }: RequestGridProps) {
  const store = useStore();
  const older = usePageState((state) => state.older);
  const loadOlder = useCallback(() => {
    // With a filter the end may be near all the time; then it is the user who asks for more.
    if (!filtered && older === 'more') void store.loadOlder();
  }, [store, filtered, older]);
  return (
    <RowGrid
      ref={ref}
      label="Request log"
      noun="request"
      className="request-grid"
      rows={store.log}
      version={version}
      columns={COLUMNS}
      cells={(row) => <RequestCells row={row} />}
      foot={<Foot filtered={filtered} />}
      selected={selected}
      onSelect={onSelect}
      onOpen={onOpen}
      onClose={onClose}
      onNearEnd={loadOlder}
    />
  );
}

const COLUMNS: readonly Column[] = [
  { className: 'c-time', name: 'Time' },
  { className: 'c-client', name: 'Client' },
  { className: 'c-dialect', name: 'Dialect' },
  { className: 'c-model', name: 'Model' },
  { className: 'c-status', name: 'Status' },
  { className: 'c-in', name: 'In', title: 'Tokens sent to the model, cached ones included' },
  { className: 'c-out', name: 'Out', title: 'Tokens that the model wrote' },
  { className: 'c-first', name: 'First', title: 'Time to the first token' },
  { className: 'c-duration', name: 'Duration' },
];

function Foot({ filtered }: { filtered: boolean }) {
  const store = useStore();
  const older = usePageState((state) => state.older);
  if (older === 'loading') return 'Loading older requests…';
  if (older !== 'more' || !filtered) return null;
  return (
    <button type="button" className="link" onClick={() => void store.loadOlder()}>
      Look further back
    </button>
  );
}
