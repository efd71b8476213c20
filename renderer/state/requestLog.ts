/**
 * The newest rows of the request log, and older ones that were loaded, and which of them pass the filter. Arrays that are changed in place: the
 * grid reads only the rows in view, so neither an update nor a scroll may cost more than the rows it touches.
 */
import type { RequestRow } from '../../app/shared/contract';

export type RowTest = (row: RequestRow) => boolean;

/** Indexes count from the newest row that passes the filter. */
export interface RequestLog {
  /** How many rows are loaded. */
  total(): number;
  /** How many of them pass the filter. */
  count(): number;
  row(index: number): RequestRow | undefined;
  byId(id: string): RequestRow | undefined;
  /** -1 where the row is not loaded or does not pass the filter. */
  indexOf(id: string): number;
  oldest(): RequestRow | undefined;
  /** The newest rows, the latest first, whether they pass the filter or not. */
  newest(count: number): RequestRow[];
  /**
   * Replaces rows by their ids; the others go on top, except changes of rows that were dropped. Beyond the capacity the oldest rows are dropped.
   */
  upsert(rows: readonly RequestRow[]): void;
  /** Adds rows below the oldest, also beyond the capacity, except those that are loaded already. Returns how many were added. */
  addOlder(rows: readonly RequestRow[]): number;
  /** Drops the oldest rows, as `upsert` does. */
  dropOldest(count: number): void;
  /** Drops the rows that do not pass the test, for good. */
  keep(test: RowTest): void;
  /** Drops the rows whose requests have ended. */
  dropEnded(): void;
  /** Rows whose requests have not ended. */
  unfinished(): RequestRow[];
  /** Drops every row. */
  clear(): void;
  /** Replaces every row, in the order in which they arrived, also beyond the capacity. */
  replaceAll(rows: readonly RequestRow[]): void;
  /** Every row, the oldest first. Changed in place; to read at once. */
  all(): readonly RequestRow[];
  /** null shows every row. */
  filter(test: RowTest | null): void;
}

/** The app stores and finds the others: a window that is open all day must not grow with every request. */
export const LOG_CAPACITY = 5_000;
/** The most rows of a log to which older ones are added. */
const MOST_ROWS = 100_000;

/** An empty log. @param capacity how many rows it holds before it drops the oldest. */
export function createRequestLog(capacity = LOG_CAPACITY): RequestLog {
  // Each row has a number, its place, that never changes: the log grows and shrinks at its ends, so no other row is renumbered.
  let rows: RequestRow[] = [];
  let firstPlace = 0;
  let places = new Map<string, number>();
  let shown: number[] = [];
  let passes: RowTest | null = null;
  /** When the newest of the dropped rows arrived; ms since the epoch. */
  let droppedAt = Number.NEGATIVE_INFINITY;

  const at = (place: number | undefined) => (place === undefined ? undefined : rows[place - firstPlace]);

  return {
    total: () => rows.length,
    count: () => shown.length,
    row: (index) => at(shown[shown.length - 1 - index]),
    byId: (id) => at(places.get(id)),
    indexOf(id) {
      const place = places.get(id);
      if (place === undefined) return -1;
      const position = lowerBound(shown, place);
      return shown[position] === place ? shown.length - 1 - position : -1;
    },
    oldest: () => rows[0],
    newest: (count) => rows.slice(-count).reverse(),
    upsert(changes) {
      const fresh = new Map<string, RequestRow>();
      for (const row of changes) {
        const place = places.get(row.id);
        if (place !== undefined) replace(place, row);
        else if (row.at > droppedAt) fresh.set(row.id, row);
      }
      for (const row of [...fresh.values()].sort((a, b) => a.at - b.at)) append(row);
      dropOldest(rows.length - capacity);
    },
    addOlder(older) {
      const room = Math.max(0, MOST_ROWS - rows.length);
      const added = older
        .filter((row) => !places.has(row.id))
        .sort((a, b) => b.at - a.at)
        .slice(0, room)
        .reverse();
      firstPlace -= added.length;
      rows = [...added, ...rows];
      droppedAt = Math.min(droppedAt, added[0]?.at ?? droppedAt);
      const passing: number[] = [];
      added.forEach((row, index) => {
        const place = firstPlace + index;
        places.set(row.id, place);
        if (!passes || passes(row)) passing.push(place);
      });
      shown = [...passing, ...shown];
      return added.length;
    },
    dropOldest,
    keep(test) {
      const kept = rows.filter(test);
      const until = droppedAt;
      clear();
      for (const row of kept) append(row);
      droppedAt = until;
    },
    dropEnded() {
      const live = rows.filter(isUnfinished);
      clear();
      for (const row of live) append(row);
    },
    unfinished: () => rows.filter(isUnfinished),
    clear,
    replaceAll(all) {
      clear();
      for (const row of all.slice(-MOST_ROWS)) append(row);
    },
    all: () => rows,
    filter(test) {
      passes = test;
      shown = [];
      rows.forEach((row, index) => {
        if (!test || test(row)) shown.push(firstPlace + index);
      });
    },
  };

  function clear(): void {
    rows = [];
    places = new Map();
    shown = [];
    droppedAt = Number.NEGATIVE_INFINITY;
  }

  function append(row: RequestRow): void {
    const place = firstPlace + rows.length;
    rows.push(row);
    places.set(row.id, place);
    if (!passes || passes(row)) shown.push(place);
  }

  function replace(place: number, row: RequestRow): void {
    rows[place - firstPlace] = row;
    if (!passes) return;
    const position = lowerBound(shown, place);
    const wasShown = shown[position] === place;
    const isShown = passes(row);
    if (isShown && !wasShown) shown.splice(position, 0, place);
    if (!isShown && wasShown) shown.splice(position, 1);
  }

  function dropOldest(dropped: number): void {
    if (dropped <= 0) return;
    for (const row of rows.splice(0, dropped)) {
      places.delete(row.id);
      droppedAt = Math.max(droppedAt, row.at);
    }
    firstPlace += dropped;
    shown.splice(0, lowerBound(shown, firstPlace));
  }
}

/** Whether the request is still being answered. */
export function isUnfinished({ phase }: RequestRow): boolean {
  return phase === 'waiting' || phase === 'streaming';
}

/** The first position whose number is not below `least`. */
function lowerBound(ascending: readonly number[], least: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? Number.POSITIVE_INFINITY) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
