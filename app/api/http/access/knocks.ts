/**
 * The refused requests of this run, bounded: anybody who reaches the port can add to them. They are counted in memory only, by address,
 * reason and the header's value, and a flood of new ones replaces those that were seen least.
 */
import type { Knock } from '../../../shared/access/knocks';

/** What is known of one refused request. */
export type KnockAttempt = Omit<Knock, 'id' | 'count' | 'firstAt' | 'lastAt'>;

export interface Knocks {
  /** Counts a refused request. Takes microseconds, whatever was counted before. */
  add(attempt: KnockAttempt): void;
  /** The latest first. */
  list(): Knock[];
  find(id: string): Knock | undefined;
  /** Forgets a knock; a further request begins a new one. */
  dismiss(id: string): void;
}

export interface KnocksOptions {
  /** Called after each change. */
  onChange(): void;
  /** Ms since the epoch. */
  now?(): number;
}

/** Knocks in all, and from one address: one page can send any number of host names. */
const MAX_KNOCKS = 60;
const MAX_PER_ADDRESS = 12;
/** The longest value of a header that is kept, in UTF-16 units. */
const MAX_VALUE = 200;

export function createKnocks({ onChange, now = Date.now }: KnocksOptions): Knocks {
  const knocks = new Map<string, Knock>();
  let lastId = 0;

  const makeRoom = (address: string): void => {
    const all = [...knocks];
    const ofAddress = all.filter(([, knock]) => knock.address === address);
    const candidates = ofAddress.length >= MAX_PER_ADDRESS ? ofAddress : all.length >= MAX_KNOCKS ? all : [];
    const [first, ...others] = candidates;
    if (first === undefined) return;
    const [key] = others.reduce((least, other) => (isLess(other[1], least[1]) ? other : least), first);
    knocks.delete(key);
  };

  return {
    add(attempt) {
      const value = attempt.value.slice(0, MAX_VALUE);
      const key = `${attempt.address} ${attempt.reason} ${value}`;
      const at = now();
      const known = knocks.get(key);
      if (known === undefined) {
        makeRoom(attempt.address);
        lastId += 1;
        knocks.set(key, { ...attempt, value, id: `knock-${lastId}`, count: 1, firstAt: at, lastAt: at });
      } else {
        knocks.set(key, { ...known, ...attempt, value, count: known.count + 1, lastAt: at });
      }
      onChange();
    },
    list: () => [...knocks.values()].sort((a, b) => b.lastAt - a.lastAt),
    find: (id) => [...knocks.values()].find((knock) => knock.id === id),
    dismiss(id) {
      for (const [key, knock] of knocks) if (knock.id === id) knocks.delete(key);
      onChange();
    },
  };
}

/** Whether the first knock is the one to give up: seen less often or, as often, longer ago. */
function isLess(a: Knock, b: Knock): boolean {
  return a.count === b.count ? a.lastAt < b.lastAt : a.count < b.count;
}
