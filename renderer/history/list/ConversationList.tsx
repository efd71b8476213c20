/**
 * The list of conversations, of which only those in view exist. The list has the focus and names the selected one. What the user looks at
 * stays where it is while others move to the top.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useLayoutEffect } from 'react';
import { selectionAfter } from '../../ui/list/selectionAfter';
import type { ConversationEntry } from '../conversationEntry';
import { ConversationItem } from './ConversationItem';
import type { ListRows } from './listRows';

/** In pixels, as in list.css. */
const HEADING_HEIGHT = 32;
const ITEM_HEIGHT = 52;
const EXCERPT_HEIGHT = 20;

/** `onNearEnd` is called when this many rows are left below the view. */
const AHEAD = 20;

/** Where the list was scrolled to; its owner keeps it while another page is shown. */
export interface ListPosition {
  /** The conversation at the top of the view and how much of it is above the view, in pixels; null at the top of the list. */
  top: { id: string; offset: number } | null;
  /** The selected conversation that was last brought into view. */
  revealed: string | null;
}

export interface ConversationListProps {
  ref: RefObject<HTMLDivElement | null>;
  list: ListRows;
  position: ListPosition;
  selected: string | null;
  /** What is searched for, to be marked in excerpts. */
  words: string;
  /** The conversation whose title is being edited here. */
  renaming: string | null;
  onSelect: (id: string) => void;
  /** @param byKey Enter, and no click */
  onOpen: (byKey: boolean) => void;
  onClose: () => void;
  onDelete: (entry: ConversationEntry) => void;
  onBeginRename: (entry: ConversationEntry) => void;
  onRename: (entry: ConversationEntry, title: string | null) => void;
  onNearEnd: () => void;
}

/** Letters that move as the arrows do. */
const LETTERS: Readonly<Record<string, string>> = { j: 'ArrowDown', k: 'ArrowUp' };

export function ConversationList(props: ConversationListProps) {
  const { ref, list, position, selected, renaming, onNearEnd } = props;
  const { rows, entries, rowOf } = list;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => ref.current,
    estimateSize: (index) => heightOf(rows[index]),
    getItemKey: (index) => keyOf(rows[index], index),
    overscan: 6,
    paddingEnd: 4,
  });
  // The heights follow from the rows, and are never measured.
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows have other heights
  useLayoutEffect(() => virtualizer.measure(), [rows]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the view moves with its conversation when the rows have changed
  useLayoutEffect(() => {
    const row = position.top ? rowOf.get(position.top.id) : undefined;
    const start = row === undefined ? undefined : startOf(rows, row);
    if (ref.current && position.top && start !== undefined) ref.current.scrollTop = start + position.top.offset;
  }, [rows]);

  const reveal = (id: string) => {
    const row = rowOf.get(id);
    const element = ref.current;
    if (row === undefined || !element || element.clientHeight === 0) return;
    // With the heading above it.
    const start = startOf(rows, rows[row - 1]?.kind === 'heading' ? row - 1 : row);
    const end = startOf(rows, row + 1);
    if (element.scrollTop > start) element.scrollTop = start;
    else if (element.scrollTop + element.clientHeight < end) element.scrollTop = end - element.clientHeight;
  };
  const isListed = selected !== null && rowOf.has(selected);
  // biome-ignore lint/correctness/useExhaustiveDependencies: one that moves while it is selected does not take the view with it
  useLayoutEffect(() => {
    if (!isListed || position.revealed === selected) return;
    reveal(selected);
    position.revealed = selected;
  }, [selected, isListed]);

  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useLayoutEffect(() => {
    if (last >= rows.length - AHEAD) onNearEnd();
  }, [last, rows.length, onNearEnd]);

  const onScroll = () => {
    const element = ref.current;
    if (!element) return;
    position.top = topOf(list, element.scrollTop, virtualizer.getVirtualItems());
  };

  const current = selected === null ? -1 : entries.findIndex(({ id }) => id === selected);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !ref.current) return;
    const page = Math.max(1, Math.floor(ref.current.clientHeight / ITEM_HEIGHT) - 1);
    const opens = event.key === 'Enter' || event.key === ' ';
    const target =
      opens && current < 0 ? 0 : selectionAfter(LETTERS[event.key] ?? event.key, current, entries.length, page);
    const next = target === null ? undefined : entries[target];
    const entry = entries[current];
    if (!next && !opens && !['Escape', 'Delete', 'F2'].includes(event.key)) return;
    event.preventDefault();
    if (next) {
      props.onSelect(next.id);
      reveal(next.id);
    }
    if (opens) props.onOpen(true);
    else if (event.key === 'Escape') props.onClose();
    else if (event.key === 'Delete' && entry) props.onDelete(entry);
    else if (event.key === 'F2' && entry) props.onBeginRename(entry);
  };

  return (
    <div
      ref={ref}
      className="conv-list"
      role="listbox"
      tabIndex={0}
      aria-label="Conversations"
      aria-activedescendant={isListed ? optionId(selected) : undefined}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div className="conv-rows" role="presentation" style={{ height: virtualizer.getTotalSize() }}>
        {items.map(({ index, key, start, size }) => {
          const row = rows[index];
          const style = { height: size, transform: `translateY(${start}px)` };
          if (!row) return null;
          if (row.kind === 'heading') {
            return (
              <div key={key} className="conv-heading" role="presentation" style={style}>
                {row.label}
              </div>
            );
          }
          const { entry } = row;
          return (
            // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus and names the selected one
            // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles the keys
            <div
              key={key}
              id={optionId(entry.id)}
              className="conv-item"
              role="option"
              aria-selected={entry.id === selected}
              aria-posinset={entries.indexOf(entry) + 1}
              aria-setsize={entries.length}
              data-phase={entry.phase}
              style={style}
              onClick={() => {
                props.onSelect(entry.id);
                props.onOpen(false);
              }}
            >
              <ConversationItem
                entry={entry}
                words={props.words}
                renaming={entry.id === renaming}
                onRename={(title) => props.onRename(entry, title)}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

type Row = ListRows['rows'][number];

function heightOf(row: Row | undefined): number {
  if (row?.kind !== 'entry') return HEADING_HEIGHT;
  return row.entry.excerpt === null ? ITEM_HEIGHT : ITEM_HEIGHT + EXCERPT_HEIGHT;
}

function keyOf(row: Row | undefined, index: number): string | number {
  if (!row) return index;
  return row.kind === 'heading' ? `heading ${row.label}` : row.entry.id;
}

/** Where the row begins, in pixels. */
function startOf(rows: readonly Row[], index: number): number {
  let start = 0;
  for (let before = 0; before < index; before++) start += heightOf(rows[before]);
  return start;
}

function topOf(
  { rows }: ListRows,
  scrollTop: number,
  items: readonly { index: number; start: number; end: number }[],
): ListPosition['top'] {
  if (scrollTop < HEADING_HEIGHT) return null;
  for (const { index, start, end } of items) {
    const row = rows[index];
    if (end > scrollTop && row?.kind === 'entry') return { id: row.entry.id, offset: scrollTop - start };
  }
  return null;
}

function optionId(id: string): string {
  return `conversation-${id}`;
}
