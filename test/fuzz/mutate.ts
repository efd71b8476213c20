/** Changes a body in one of the ways in which programs make mistakes, or in which only an attacker would. */
import type { Random } from '../support/random';
import { isObject, members, type Path, pathsOf, replaceAt, Verbatim, valueAt, write } from './json';
import { ODD_NAMES, oddValue } from './oddValues';

/** @param others bodies of other routes, whose fields may be copied into this one. */
export function mutate(body: unknown, others: readonly unknown[], chance: Random): unknown {
  const at = chance.pick(pathsOf(body));
  return chance.pick(MUTATIONS)({ body, at, others, chance });
}

interface Change {
  readonly body: unknown;
  readonly at: Path;
  readonly others: readonly unknown[];
  readonly chance: Random;
}

type Mutation = (change: Change) => unknown;

const replaceByOddValue: Mutation = ({ body, at, chance }) => replaceAt(body, at, () => oddValue(chance));

const remove: Mutation = ({ body, at }) => (at.length === 0 ? {} : replaceAt(body, at, () => undefined));

const addOddMember: Mutation = ({ body, at, chance }) =>
  replaceAt(body, at, (old) =>
    isObject(old) ? { ...old, ...member(chance.pick(ODD_NAMES), oddValue(chance)) } : [old],
  );

/** Adds a field from another part of the body or from another dialect. */
const addStrayMember: Mutation = ({ body, at, others, chance }) => {
  const other = chance.pick(others);
  const from = chance.pick(pathsOf(other).filter((path) => typeof path.at(-1) === 'string'));
  const stray = member(String(from.at(-1)), chance.chance(0.5) ? valueAt(other, from) : oddValue(chance));
  return replaceAt(body, at, (old) => (isObject(old) ? { ...old, ...stray } : old));
};

const duplicate: Mutation = ({ body, at, chance }) =>
  replaceAt(body, at, (old) => {
    if (Array.isArray(old)) return old.flatMap((one) => Array.from({ length: chance.pick([2, 3, 40]) }, () => one));
    if (!isObject(old) || Object.keys(old).length === 0) return old;
    const name = chance.pick(Object.keys(old));
    return new Verbatim(`{${[...members(old), `${JSON.stringify(name)}:${write(oddValue(chance))}`].join(',')}}`);
  });

const wrap: Mutation = ({ body, at, chance }) =>
  replaceAt(body, at, (old) => chance.pick<unknown>([[old], { value: old }, { ...[old] }, write(old)]));

const unwrap: Mutation = ({ body, at }) =>
  replaceAt(body, at, (old) => (typeof old === 'object' && old !== null ? (Object.values(old)[0] ?? null) : old));

const reverseAndCut: Mutation = ({ body, at, chance }) =>
  replaceAt(body, at, (old) => (Array.isArray(old) ? [...old].reverse().slice(chance.below(old.length + 1)) : old));

const swap: Mutation = ({ body, at, chance }) => {
  const other = chance.pick(pathsOf(body));
  const [one, two] = [valueAt(body, at), valueAt(body, other)];
  return replaceAt(
    replaceAt(body, other, () => one),
    at,
    () => two,
  );
};

const upperCaseNames: Mutation = ({ body, at }) =>
  replaceAt(body, at, (old) =>
    isObject(old) ? Object.fromEntries(Object.entries(old).map(([name, one]) => [name.toUpperCase(), one])) : old,
  );

const MUTATIONS: readonly Mutation[] = [
  replaceByOddValue,
  replaceByOddValue,
  replaceByOddValue,
  replaceByOddValue,
  remove,
  addOddMember,
  addStrayMember,
  duplicate,
  wrap,
  unwrap,
  reverseAndCut,
  swap,
  upperCaseNames,
];

/** `Object.fromEntries` makes `__proto__` a member, too; a literal would set the prototype. */
function member(name: string, value: unknown): Readonly<Record<string, unknown>> {
  return Object.fromEntries([[name, value]]);
}
