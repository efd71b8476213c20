/** The list of requests, and older ones as its end comes into view. */
import { type RefObject, useCallback } from 'react';
import { useAppStore, useAppStoreState } from '../../state/services';
import { type Column, type GridPosition, RowGrid } from '../../ui/list/RowGrid';
import { RequestCells } from './RequestCells';

export interface RequestGridProps {
  ref: RefObject<HTMLDivElement | null>;
  /** Another value whenever the log has changed. */
  version: number;
  position: GridPosition;
  filtered: boolean;
  selected: string | null;
  onSelect: (id: string) => void;
  onOpen: () => void;
  onClose: () => void;
}

export function RequestGrid({ filtered, ...grid }: RequestGridProps) {
  const appStore = useAppStore();
  const older = useAppStoreState((state) => state.older);
  const loadOlder = useCallback(() => {
    // With a filter the end may always be in view, and every older request would be loaded; the user asks for them instead.
    if (!filtered && older === 'more') void appStore.loadOlder();
  }, [appStore, filtered, older]);
  return (
    <RowGrid
      {...grid}
      label="Request log"
      noun="request"
      className="request-grid"
      rows={appStore.log}
      columns={COLUMNS}
      cells={(row) => <RequestCells row={row} />}
      foot={<Foot filtered={filtered} />}
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
  const appStore = useAppStore();
  const older = useAppStoreState((state) => state.older);
  if (older === 'loading') return 'Loading older requests…';
  if (older !== 'more' || !filtered) return null;
  return (
    <button type="button" className="link" onClick={() => void appStore.loadOlder()}>
      Search older requests
    </button>
  );
}
