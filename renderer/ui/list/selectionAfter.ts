/** Moves the selection of a list by keys. */

/**
 * The index that is selected after a key, or null where the key does not move the selection.
 * `current` is -1 where nothing is selected; `page` is the number of rows in view.
 */
export function selectionAfter(key: string, current: number, count: number, page: number): number | null {
  const target = unboundedTarget(key, current, count, page);
  return target === null || count === 0 ? null : Math.max(0, Math.min(count - 1, target));
}

function unboundedTarget(key: string, current: number, count: number, page: number): number | null {
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return current + 1;
    case 'ArrowUp':
    case 'k':
      return current - 1;
    case 'PageDown':
      return current + page;
    case 'PageUp':
      return current - page;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
