/** Numbers of the demo that look random and are the same each time. */

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const seededRandom = seeded(7);

export const random = (): number => seededRandom();
export const pick = <T>(items: readonly [T, ...(readonly T[])]): T =>
  items[Math.floor(random() * items.length)] ?? items[0];
export const between = (low: number, high: number) => Math.round(low + random() * (high - low));
