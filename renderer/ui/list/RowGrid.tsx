/**
 * A long list of rows, newest on top, of which only those in view exist. It stays at the top while rows come in; once the user has
 * scrolled away, the rows they look at stay where they are.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, memo, type ReactNode, type RefObject, useLayoutEffect } from 'react';
import { plural } from '../format';
import { Icon } from '../Icon';
import { type GridPosition, type GridRow, ROW_HEIGHT, type Rows } from './gridRows';
import { NewRowsAnnouncement } from './NewRowsAnnouncement';
import { selectionAfter } from './selectionAfter';
import { topOffset, useFollowing } from './useFollowing';

export { type GridPosition, type GridRow, type Rows, topPosition } from './gridRows';

/** The column names, which stick to the top of the list and cover that much of it. */
const HEAD_HEIGHT = 28;
/** How long the rows stay where they are once the pointer has moved over them. */
const HOLD_MS = 2_500;
/** `onNearEnd` is called when this many rows are left below the view. */
const AHEAD = 30;

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
  /** The same function as long as it draws the same: rows are drawn again when it is another. */
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
  /** The row in one sentence, for screen readers; else they read its cells. */
  rowLabel?: (row: T) => string;
  /** Takes keys before the grid does. Returns whether it has taken one. */
  onKey?: (key: string) => boolean;
  /** The row's menu is asked for: by the right button, or with Alt by the left one. `column` is the class of the cell. */
  onMenu?: (row: T, column: string, place: MenuPlace, isAlt: boolean) => void;
  /** Rows do not move while the pointer moves over them, nor once one was opened; else those at the top do whenever a row comes in. */
  holdsStill?: boolean;
}

/** Of the pointer, or of a row's lower edge where the menu was asked for by a key. In pixels of the window. */
export interface MenuPlace {
  x: number;
  y: number;
}

export function RowGrid<T extends GridRow>(props: RowGridProps<T>) {
  const { ref, label, noun, className, rows, version, position, columns, cells, foot } = props;
  const {
    selected,
    onSelect,
    onOpen,
    onClose,
    onDelete,
    onNearEnd,
    rowLabel,
    onKey,
    onMenu,
    holdsStill = false,
  } = props;
  const count = rows.count();
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => ref.current,
    estimateSize: () => ROW_HEIGHT,
    scrollMargin: HEAD_HEIGHT,
    overscan: 8,
    initialOffset: () => topOffset(position, rows) ?? 0,
  });
  const { following, toTop, unseen, onScroll, stay, holdFor, release } = useFollowing(ref, rows, version, position);
  const open = () => {
    if (holdsStill) stay();
    onOpen();
  };

  const rowOf = (event: MouseEvent) => {
    const line = event.target instanceof Element ? event.target.closest('[role="row"]') : null;
    return line ? rows.row(Number(line.getAttribute('aria-rowindex')) - 2) : undefined;
  };

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
    if (event.target === ref.current && onKey?.(event.key)) return event.preventDefault();
    const asksForMenu = event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10');
    const menuRow = asksForMenu && present ? rows.row(selectedIndex) : undefined;
    if (menuRow && onMenu) {
      event.preventDefault();
      const box = document.getElementById(rowId(menuRow.id))?.getBoundingClientRect();
      return onMenu(menuRow, '', { x: (box?.left ?? 0) + 24, y: box?.bottom ?? 0 }, false);
    }
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
    if (opens) open();
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
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the grid has the focus and handles the keys */}
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
        <div
          className="grid-rows"
          style={{ height: virtualizer.getTotalSize() }}
          onPointerMove={holdsStill ? () => holdFor(HOLD_MS) : undefined}
          onPointerLeave={release}
          onClick={(event) => {
            const row = rowOf(event);
            if (!row) return;
            if (event.altKey && onMenu) return onMenu(row, columnOf(event), placeOf(event), true);
            onSelect(row.id);
            open();
          }}
          onContextMenu={(event) => {
            const row = rowOf(event);
            if (!onMenu || !row) return;
            event.preventDefault();
            onSelect(row.id);
            onMenu(row, columnOf(event), placeOf(event), false);
          }}
        >
          {/* The rows in view follow each other in it: when the list is scrolled, only this element moves. */}
          <div style={{ transform: `translateY(${(items[0]?.start ?? 0) - HEAD_HEIGHT}px)` }}>
            {items.map(({ index }) => {
              const row = rows.row(index);
              return (
                row && <GridLine key={row.id} {...{ row, index, cells, rowLabel }} isSelected={row.id === selected} />
              );
            })}
          </div>
        </div>
        <div className="grid-foot">{foot}</div>
      </div>
      {!following && (
        <button type="button" className="to-top" onClick={toTop}>
          <Icon name="up" />
          {unseen > 0 ? plural(unseen, `new ${noun}`) : 'Newest'}
        </button>
      )}
      <NewRowsAnnouncement text={!following && unseen > 0 ? plural(unseen, `new ${noun}`) : ''} />
    </div>
  );
}

interface GridLineProps<T extends GridRow> {
  row: T;
  index: number;
  isSelected: boolean;
  cells: (row: T) => ReactNode;
  rowLabel: ((row: T) => string) | undefined;
}

/** A row. Drawn again only when it has changed: the list draws many times a second while requests come in. */
const GridLine = memo(function GridLine<T extends GridRow>({
  row,
  index,
  isSelected,
  cells,
  rowLabel,
}: GridLineProps<T>) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the selected row
    // biome-ignore lint/a11y/useSemanticElements: part of a grid whose rows exist only in view
    <div
      id={rowId(row.id)}
      className="row"
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-phase={row.phase}
      aria-label={rowLabel?.(row)}
    >
      {cells(row)}
    </div>
  );
}) as <T extends GridRow>(props: GridLineProps<T>) => ReactNode;

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

/** The class of the cell in which the event has happened. */
function columnOf({ target }: MouseEvent): string {
  return (target instanceof Element && target.closest('[role="gridcell"]')?.className) || '';
}

function placeOf({ clientX, clientY }: MouseEvent): MenuPlace {
  return { x: clientX, y: clientY };
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
