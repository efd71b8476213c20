/** Changes a body in one of the ways in which programs get one wrong, and in some in which only somebody who means harm does. */
import type { Random } from '../support/random';
import { isObject, members, type Path, places, read, replaced, Verbatim, write } from './json';
import { ODD_NAMES, oddValue } from './oddValues';

/** @param others bodies of other routes, whose fields may turn up in this one. */
export function mutate(body: unknown, others: readonly unknown[], chance: Random): unknown {
  const at = chance.pick(places(body));
  return chance.pick(WAYS)({ body, at, others, chance });
}

interface Change {
  readonly body: unknown;
  readonly at: Path;
  readonly others: readonly unknown[];
  readonly chance: Random;
}

type Way = (change: Change) => unknown;

const odd: Way = ({ body, at, chance }) => replaced(body, at, () => oddValue(chance));

const removed: Way = ({ body, at }) => (at.length === 0 ? {} : replaced(body, at, () => undefined));

const oddMember: Way = ({ body, at, chance }) =>
  replaced(body, at, (old) =>
    isObject(old) ? { ...old, ...member(chance.pick(ODD_NAMES), oddValue(chance)) } : [old],
  );

/** A field of some other place, or of another dialect. */
const strayMember: Way = ({ body, at, others, chance }) => {
  const other = chance.pick(others);
  const from = chance.pick(places(other).filter((place) => typeof place.at(-1) === 'string'));
  const stray = member(String(from.at(-1)), chance.chance(0.5) ? read(other, from) : oddValue(chance));
  return replaced(body, at, (old) => (isObject(old) ? { ...old, ...stray } : old));
};

const doubled: Way = ({ body, at, chance }) =>
  replaced(body, at, (old) => {
    if (Array.isArray(old)) return old.flatMap((one) => Array.from({ length: chance.pick([2, 3, 40]) }, () => one));
    if (!isObject(old) || Object.keys(old).length === 0) return old;
    const name = chance.pick(Object.keys(old));
    return new Verbatim(`{${[...members(old), `${JSON.stringify(name)}:${write(oddValue(chance))}`].join(',')}}`);
  });

const wrapped: Way = ({ body, at, chance }) =>
  replaced(body, at, (old) => chance.pick<unknown>([[old], { value: old }, { ...[old] }, write(old)]));

const unwrapped: Way = ({ body, at }) =>
  replaced(body, at, (old) => (typeof old === 'object' && old !== null ? (Object.values(old)[0] ?? null) : old));

const turned: Way = ({ body, at, chance }) =>
  replaced(body, at, (old) => (Array.isArray(old) ? [...old].reverse().slice(chance.below(old.length + 1)) : old));

const exchanged: Way = ({ body, at, chance }) => {
  const other = chance.pick(places(body));
  const [one, two] = [read(body, at), read(body, other)];
  return replaced(
    replaced(body, other, () => one),
    at,
    () => two,
  );
};

const renamed: Way = ({ body, at }) =>
  replaced(body, at, (old) =>
    isObject(old) ? Object.fromEntries(Object.entries(old).map(([name, one]) => [name.toUpperCase(), one])) : old,
  );

const WAYS: readonly Way[] = [
  odd,
  odd,
  odd,
  odd,
  removed,
  oddMember,
  strayMember,
  doubled,
  wrapped,
  unwrapped,
  turned,
  exchanged,
  renamed,
];

/** `__proto__` too is to be a member, and not the object's prototype. */
function member(name: string, value: unknown): Readonly<Record<string, unknown>> {
  return Object.fromEntries([[name, value]]);
}
