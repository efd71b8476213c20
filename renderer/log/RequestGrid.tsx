/**
 * The list of requests, newest on top, of which only the rows in view exist. It stays at the top while requests come in; once the user has
 * scrolled away, the rows they look at stay where they are.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { usePageState, useStore } from '../state/page';
import { plural } from '../ui/format';
import { Icon } from '../ui/Icon';
import { RequestCells } from './RequestCells';
import { selectionAfter } from './selectionAfter';

const ROW_HEIGHT = 28;
/** The column names, which stick to the top of the list and cover that much of it. */
const HEAD_HEIGHT = 28;
/** How near to the end older rows are asked for. */
const AHEAD = 30;

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
  const { log } = store;
  const older = usePageState((state) => state.older);
  const count = log.count();
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => ref.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => log.row(index)?.id ?? index,
    scrollMargin: HEAD_HEIGHT,
    overscan: 8,
  });
  const { following, toTop, unseen, onScroll } = useFollowing(ref, version);

  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useLayoutEffect(() => {
    // With a filter the end may be near all the time; then it is the user who asks for more.
    if (!filtered && older === 'more' && last >= count - AHEAD) void store.loadOlder();
  }, [store, filtered, older, last, count]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !ref.current) return;
    const current = selected === null ? -1 : log.indexOf(selected);
    const page = Math.floor((ref.current.clientHeight - HEAD_HEIGHT) / ROW_HEIGHT) - 1;
    const opens = event.key === 'Enter' || event.key === ' ';
    const next = opens && current < 0 ? 0 : selectionAfter(event.key, current, count, Math.max(1, page));
    if (next === null && !opens && event.key !== 'Escape') return;
    event.preventDefault();
    if (event.key === 'Escape') onClose();
    const row = next === null ? undefined : log.row(next);
    if (row && next !== null) {
      onSelect(row.id);
      reveal(ref.current, next);
    }
    if (opens) onOpen();
  };

  return (
    <div className="grid-place">
      {/* biome-ignore lint/a11y/useSemanticElements: a table cannot hold rows that exist only in view */}
      <div
        ref={ref}
        className="grid"
        role="grid"
        tabIndex={0}
        aria-label="Request log"
        aria-rowcount={count + 1}
        aria-activedescendant={selected !== null && log.indexOf(selected) >= 0 ? rowId(selected) : undefined}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
      >
        <Head />
        <div className="grid-rows" style={{ height: virtualizer.getTotalSize() }}>
          {items.map(({ index, key, start }) => {
            const row = log.row(index);
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
                  <RequestCells row={row} />
                </div>
              )
            );
          })}
        </div>
        <Foot filtered={filtered} />
      </div>
      {!following && (
        <button type="button" className="to-top" onClick={toTop}>
          <Icon name="up" />
          {unseen > 0 ? plural(unseen, 'new request') : 'Newest'}
        </button>
      )}
    </div>
  );
}

const COLUMNS: [className: string, name: string, title?: string][] = [
  ['c-time', 'Time'],
  ['c-client', 'Client'],
  ['c-dialect', 'Dialect'],
  ['c-model', 'Model'],
  ['c-status', 'Status'],
  ['c-in', 'In', 'Tokens sent to the model, cached ones included'],
  ['c-out', 'Out', 'Tokens that the model wrote'],
  ['c-first', 'First', 'Time to the first token'],
  ['c-duration', 'Duration'],
];

function Head() {
  return (
    // biome-ignore lint/a11y/useSemanticElements: part of the grid above
    // biome-ignore lint/a11y/useFocusableInteractive: column names are read, not used
    <div className="row row-head" role="row" aria-rowindex={1}>
      {COLUMNS.map(([className, name, title = '']) => (
        // biome-ignore lint/a11y/useSemanticElements: part of the grid above
        // biome-ignore lint/a11y/useFocusableInteractive: as above
        <span key={name} className={className} role="columnheader" title={title}>
          {name}
        </span>
      ))}
    </div>
  );
}

function Foot({ filtered }: { filtered: boolean }) {
  const store = useStore();
  const older = usePageState((state) => state.older);
  return (
    <div className="grid-foot">
      {older === 'loading' && 'Loading older requests…'}
      {older === 'more' && filtered && (
        <button type="button" className="link" onClick={() => void store.loadOlder()}>
          Look further back
        </button>
      )}
    </div>
  );
}

function rowId(id: string): string {
  return `request-${id}`;
}

function reveal(grid: HTMLElement, index: number): void {
  const top = index * ROW_HEIGHT;
  const bottom = top + ROW_HEIGHT - (grid.clientHeight - HEAD_HEIGHT);
  if (grid.scrollTop > top) grid.scrollTop = top;
  else if (grid.scrollTop < bottom) grid.scrollTop = bottom;
}

/** Keeps the newest row in view, or else the row that was on top of the view when the user scrolled. */
function useFollowing(ref: RefObject<HTMLDivElement | null>, version: number) {
  const { log } = useStore();
  const [following, setFollowing] = useState(true);
  const anchor = useRef<{ id: string; offset: number } | null>(null);
  /** The newest row there was when the user left the top. */
  const newestSeen = useRef<string | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the log is changed in place, and its version tells when
  useLayoutEffect(() => {
    const grid = ref.current;
    if (!grid || !anchor.current) return;
    const index = log.indexOf(anchor.current.id);
    if (index >= 0) grid.scrollTop = index * ROW_HEIGHT + anchor.current.offset;
  }, [version]);

  const onScroll = () => {
    const grid = ref.current;
    if (!grid) return;
    const index = Math.floor(grid.scrollTop / ROW_HEIGHT);
    const row = log.row(index);
    const atTop = grid.scrollTop < ROW_HEIGHT / 2;
    anchor.current = atTop || !row ? null : { id: row.id, offset: grid.scrollTop - index * ROW_HEIGHT };
    newestSeen.current = atTop ? null : (newestSeen.current ?? log.row(0)?.id ?? null);
    setFollowing(atTop);
  };
  const toTop = () => ref.current?.scrollTo({ top: 0 });
  const unseen = newestSeen.current === null ? 0 : Math.max(0, log.indexOf(newestSeen.current));
  return { following, toTop, unseen, onScroll };
}
