/**
 * A long list of rows, newest on top, of which only those in view exist. It stays at the top while rows come in; once the user has
 * scrolled away, the rows they look at stay where they are.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, type RefObject, useLayoutEffect, useState } from 'react';
import { plural } from '../format';
import { Icon } from '../Icon';
import { selectionAfter } from './selectionAfter';

const ROW_HEIGHT = 28;
/** The column names, which stick to the top of the list and cover that much of it. */
const HEAD_HEIGHT = 28;
/** `onNearEnd` is called when this many rows are left below the view. */
const AHEAD = 30;

export interface GridRow {
  readonly id: string;
  /** For styles: the row has it as `data-phase`. */
  readonly phase?: string;
}

/** The rows as the grid reads them; they may be changed in place. Indexes count from the top. */
export interface Rows<T extends GridRow> {
  count(): number;
  row(index: number): T | undefined;
  /** -1 where the row is not among them. */
  indexOf(id: string): number;
}

/** Where the list was scrolled to. Its owner keeps it while another page is shown. */
export interface GridPosition {
  /** The row at the top of the view, and how many pixels of it are above the view; null while the list follows its newest row. */
  top: { id: string; offset: number } | null;
  /** The newest row when the user scrolled away from the top. */
  newestSeen: string | null;
  /** The selected row that was last brought into view. */
  revealed: string | null;
}

export function topPosition(): GridPosition {
  return { top: null, newestSeen: null, revealed: null };
}

export interface Column {
  className: string;
  name: string;
  title?: string;
}

export interface RowGridProps<T extends GridRow> {
  ref: RefObject<HTMLDivElement | null>;
  /** The accessible name: `Request log`. */
  label: string;
  /** What one row is: `request`. */
  noun: string;
  className: string;
  rows: Rows<T>;
  /** Another value whenever the rows have changed. */
  version: unknown;
  /** Changed in place as the user scrolls. */
  position: GridPosition;
  columns: readonly Column[];
  cells: (row: T) => ReactNode;
  foot: ReactNode;
  selected: string | null;
  onSelect: (id: string) => void;
  onOpen: () => void;
  onClose: () => void;
  /** The Delete key was pressed on the selected row. */
  onDelete?: (row: T) => void;
  /** The last rows are in view, or nearly so. */
  onNearEnd: () => void;
}

export function RowGrid<T extends GridRow>(props: RowGridProps<T>) {
  const { ref, label, noun, className, rows, version, position, columns, cells, foot } = props;
  const { selected, onSelect, onOpen, onClose, onDelete, onNearEnd } = props;
  const count = rows.count();
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => ref.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows.row(index)?.id ?? index,
    scrollMargin: HEAD_HEIGHT,
    overscan: 8,
    initialOffset: () => topOffset(position, rows) ?? 0,
  });
  const { following, toTop, unseen, onScroll } = useFollowing(ref, rows, version, position);

  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useLayoutEffect(() => {
    if (last >= count - AHEAD) onNearEnd();
  }, [last, count, onNearEnd]);

  const selectedIndex = selected === null ? -1 : rows.indexOf(selected);
  const present = selectedIndex >= 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a row that moves while it is selected does not take the view with it
  useLayoutEffect(() => {
    if (!ref.current || !present || position.revealed === selected) return;
    reveal(ref.current, selectedIndex);
    position.revealed = selected;
  }, [selected, present]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !ref.current) return;
    const page = Math.floor((ref.current.clientHeight - HEAD_HEIGHT) / ROW_HEIGHT) - 1;
    const opens = event.key === 'Enter' || event.key === ' ';
    const deletes = onDelete !== undefined && event.key === 'Delete';
    const next = opens && !present ? 0 : selectionAfter(event.key, selectedIndex, count, Math.max(1, page));
    if (next === null && !opens && !deletes && event.key !== 'Escape') return;
    event.preventDefault();
    if (event.key === 'Escape') onClose();
    const row = next === null ? undefined : rows.row(next);
    if (row && next !== null) {
      onSelect(row.id);
      reveal(ref.current, next);
    }
    if (opens) onOpen();
    const deleted = deletes && present ? rows.row(selectedIndex) : undefined;
    if (deleted) onDelete?.(deleted);
  };

  return (
    <div className={`grid-place ${className}`}>
      {/* biome-ignore lint/a11y/useSemanticElements: a table cannot hold rows that exist only in view */}
      <div
        ref={ref}
        className="grid"
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={count + 1}
        aria-activedescendant={selected !== null && present ? rowId(selected) : undefined}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
      >
        <Head columns={columns} />
        <div className="grid-rows" style={{ height: virtualizer.getTotalSize() }}>
          {items.map(({ index, key, start }) => {
            const row = rows.row(index);
            return (
              row && (
                // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the selected row
                // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keys
                // biome-ignore lint/a11y/useSemanticElements: as above
                <div
                  key={key}
                  id={rowId(row.id)}
                  className="row"
                  role="row"
                  aria-rowindex={index + 2}
                  aria-selected={row.id === selected}
                  data-phase={row.phase}
                  style={{ transform: `translateY(${start - HEAD_HEIGHT}px)` }}
                  onClick={() => {
                    onSelect(row.id);
                    onOpen();
                  }}
                >
                  {cells(row)}
                </div>
              )
            );
          })}
        </div>
        <div className="grid-foot">{foot}</div>
      </div>
      {!following && (
        <button type="button" className="to-top" onClick={toTop}>
          <Icon name="up" />
          {unseen > 0 ? plural(unseen, `new ${noun}`) : 'Newest'}
        </button>
      )}
    </div>
  );
}

function Head({ columns }: { columns: readonly Column[] }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: part of the grid above
    // biome-ignore lint/a11y/useFocusableInteractive: column names are read, not used
    <div className="row row-head" role="row" aria-rowindex={1}>
      {columns.map(({ className, name, title = '' }) => (
        // biome-ignore lint/a11y/useSemanticElements: part of the grid above
        // biome-ignore lint/a11y/useFocusableInteractive: as above
        <span key={name} className={className} role="columnheader" title={title}>
          {name}
        </span>
      ))}
    </div>
  );
}

export interface CellProps {
  name: string;
  title?: string | undefined;
  children: ReactNode;
}

/** `name` is the class of its column. */
export function Cell({ name, title, children }: CellProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: part of a grid whose rows exist only in view
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
    <span className={name} role="gridcell" title={title}>
      {children}
    </span>
  );
}

function rowId(id: string): string {
  return `row-${id}`;
}

function reveal(grid: HTMLElement, index: number): void {
  // A grid that is not laid out has no height.
  if (grid.clientHeight === 0) return;
  const top = index * ROW_HEIGHT;
  const bottom = top + ROW_HEIGHT - (grid.clientHeight - HEAD_HEIGHT);
  if (grid.scrollTop > top) grid.scrollTop = top;
  else if (grid.scrollTop < bottom) grid.scrollTop = bottom;
}

/** Keeps the newest row in view, or else the row at the top of the view when the user scrolled. */
function useFollowing<T extends GridRow>(
  ref: RefObject<HTMLDivElement | null>,
  rows: Rows<T>,
  version: unknown,
  position: GridPosition,
) {
  const [following, setFollowing] = useState(position.top === null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows may be changed in place, and their version tells when
  useLayoutEffect(() => {
    const offset = topOffset(position, rows);
    if (ref.current && offset !== null) ref.current.scrollTop = offset;
  }, [version]);

  const onScroll = () => {
    const grid = ref.current;
    if (!grid) return;
    const index = Math.floor(grid.scrollTop / ROW_HEIGHT);
    const row = rows.row(index);
    const atTop = grid.scrollTop < ROW_HEIGHT / 2;
    position.top = atTop || !row ? null : { id: row.id, offset: grid.scrollTop - index * ROW_HEIGHT };
    position.newestSeen = atTop ? null : (position.newestSeen ?? rows.row(0)?.id ?? null);
    setFollowing(atTop);
  };
  const toTop = () => ref.current?.scrollTo({ top: 0 });
  const unseen = position.newestSeen === null ? 0 : Math.max(0, rows.indexOf(position.newestSeen));
  return { following, toTop, unseen, onScroll };
}

/** In pixels; null where the list follows its newest row, or the row at the top of the view is not listed any more. */
function topOffset<T extends GridRow>({ top }: GridPosition, rows: Rows<T>): number | null {
  const index = top ? rows.indexOf(top.id) : -1;
  return top && index >= 0 ? index * ROW_HEIGHT + top.offset : null;
}
