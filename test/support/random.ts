/** Chance that can be repeated: the same seed gives the same numbers. */

export interface Random {
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number;
  /** @throws where the list is empty */
  pick<T>(list: readonly T[]): T;
  /** True in so many of all cases, 0 to 1. */
  chance(share: number): boolean;
}

/** Mulberry32. */
export function random(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    pick: (list) => {
      if (list.length === 0) throw new Error('there is nothing to pick from');
      return list[below(list.length)] as (typeof list)[number];
    },
    chance: (share) => next() < share,
  };
}
