/** The list of requests, and older ones as its end comes into view. */
import { type RefObject, useCallback } from 'react';
import type { RequestRow } from '../../../app/shared/contract';
import { useStoreState } from '../../state/store';
import { type Column, type GridPosition, type MenuPlace, RowGrid } from '../../ui/list/RowGrid';
import { RequestCells, rowLabel } from './RequestCells';
import type { RequestList } from './requestList';

export interface RequestGridProps {
  ref: RefObject<HTMLDivElement | null>;
  list: RequestList;
  position: GridPosition;
  /** As `RequestCellsProps.words`. */
  words: readonly string[];
  selected: string | null;
  onSelect: (id: string) => void;
  onOpen: () => void;
  onClose: () => void;
  onPause: () => void;
  /** Shows the tab at the right or the left of the present one; absent where no details are shown. */
  onTab?: ((step: 1 | -1) => void) | undefined;
  onMenu: (row: RequestRow, column: string, place: MenuPlace, isAlt: boolean) => void;
}

export function RequestGrid({ list, words, onPause, onTab, ...grid }: RequestGridProps) {
  const version = useStoreState(list, (state) => state.version);
  const loadOlder = useCallback(() => {
    // After a failure the user tries again.
    if (list.state().older === 'more') void list.loadOlder();
  }, [list]);
  const cells = useCallback((row: RequestRow) => <RequestCells row={row} words={words} />, [words]);
  const onKey = (key: string) => {
    if (key === 'p' || key === ' ') onPause();
    else if (onTab && key === 'ArrowRight') onTab(1);
    else if (onTab && key === 'ArrowLeft') onTab(-1);
    else return false;
    return true;
  };
  return (
    <RowGrid
      {...grid}
      label="Request log"
      noun="request"
      className="request-grid"
      rows={list.rows}
      version={version}
      columns={COLUMNS}
      cells={cells}
      rowLabel={rowLabel}
      foot={<Foot list={list} />}
      onNearEnd={loadOlder}
      onKey={onKey}
      holdsStill
    />
  );
}

const COLUMNS: readonly Column[] = [
  { className: 'c-time', name: 'Time' },
  { className: 'c-client', name: 'Client' },
  { className: 'c-asked', name: 'Asked', title: 'The first words of the question' },
  { className: 'c-model', name: 'Model' },
  { className: 'c-outcome', name: 'Outcome' },
  { className: 'c-out', name: 'Output', title: 'Tokens that the model wrote' },
  { className: 'c-first', name: 'First token', title: 'From the arrival of the request' },
  { className: 'c-total', name: 'Total', title: 'From the arrival of the request to its end' },
];

function Foot({ list }: { list: RequestList }) {
  const { older, failure } = useStoreState(list, (state) => state);
  if (older === 'loading') return 'Loading older requests…';
  if (older !== 'failed') return null;
  return (
    <span>
      Older requests could not be loaded: {failure}{' '}
      <button type="button" className="link" onClick={() => void list.loadOlder()}>
        Try again
      </button>
    </span>
  );
}
