/** Which rows of a list stay in view while others come in above them. */
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { type GridPosition, type GridRow, ROW_HEIGHT, type Rows } from './gridRows';

/** Keeps the newest row in view, or else the row at the top of the view when the user scrolled. */
export function useFollowing<T extends GridRow>(
  ref: RefObject<HTMLDivElement | null>,
  rows: Rows<T>,
  version: unknown,
  position: GridPosition,
) {
  const [following, setFollowing] = useState(position.top === null);

  const hold = useRef<{ until: number; timer?: ReturnType<typeof setTimeout> }>({ until: 0 });
  const firstShown = useRef<string | null>(null);
  /** Where the list was scrolled to by itself; anywhere else, the user has scrolled. */
  const scrolledTo = useRef(0);
  /** Whether the list would be at its top but for the pointer. */
  const heldTop = useRef(false);

  const stayAt = (id: string | undefined) => {
    if (position.top !== null || id === undefined) return;
    position.top = { id, offset: 0 };
    position.newestSeen = id;
  };
  const toTop = () => {
    position.top = null;
    position.newestSeen = null;
    ref.current?.scrollTo({ top: 0 });
    setFollowing(true);
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows may be changed in place, and their version tells when
  useLayoutEffect(() => {
    const isHeld = performance.now() < hold.current.until;
    // Of rows that were replaced, as by a filter, none is to stay in its place.
    if (isHeld && firstShown.current !== null && rows.indexOf(firstShown.current) > 0) stayAt(firstShown.current);
    const offset = topOffset(position, rows);
    if (ref.current && offset !== null) {
      ref.current.scrollTop = offset;
      scrolledTo.current = ref.current.scrollTop;
      // All rows have room in the view, and nothing will scroll.
      if (isAtTop(ref.current)) setFollowing(true);
    }
    firstShown.current = rows.row(0)?.id ?? null;
  }, [version]);
  useEffect(() => () => clearTimeout(hold.current.timer), []);

  const onScroll = () => {
    const grid = ref.current;
    if (!grid) return;
    if (Math.abs(grid.scrollTop - scrolledTo.current) > 1) heldTop.current = false;
    const index = Math.floor(grid.scrollTop / ROW_HEIGHT);
    const row = rows.row(index);
    const atTop = isAtTop(grid);
    position.top = atTop || !row ? null : { id: row.id, offset: grid.scrollTop - index * ROW_HEIGHT };
    position.newestSeen = atTop ? null : (position.newestSeen ?? rows.row(0)?.id ?? null);
    setFollowing(atTop);
  };
  const release = () => {
    const { timer, until } = hold.current;
    clearTimeout(timer);
    hold.current = { until: 0 };
    // Only what the pointer has held back goes on by itself.
    if (until > 0 && heldTop.current) toTop();
    heldTop.current = false;
  };
  const holdFor = (ms: number) => {
    const { timer } = hold.current;
    if (position.top === null) heldTop.current = true;
    if (!heldTop.current) return;
    clearTimeout(timer);
    hold.current = { until: performance.now() + ms, timer: setTimeout(release, ms) };
  };
  const stay = () => {
    heldTop.current = false;
    stayAt(rows.row(0)?.id);
  };
  const unseen = position.newestSeen === null ? 0 : Math.max(0, rows.indexOf(position.newestSeen));
  return { following, toTop, unseen, onScroll, stay, holdFor, release };
}

function isAtTop(grid: HTMLElement): boolean {
  return grid.scrollTop < ROW_HEIGHT / 2;
}

/** In pixels; null where the list follows its newest row, or the row at the top of the view is not listed any more. */
export function topOffset<T extends GridRow>({ top }: GridPosition, rows: Rows<T>): number | null {
  const index = top ? rows.indexOf(top.id) : -1;
  return top && index >= 0 ? index * ROW_HEIGHT + top.offset : null;
}
