/** JSON as it is put together for the fuzz: values, and pieces of text that no value has, such as `1e999` or a key that stands twice. */

/** Stands in the text as it is, whether that makes it JSON or not. */
export class Verbatim {
  constructor(readonly text: string) {}
}

export type Path = readonly (string | number)[];

export function write(value: unknown): string {
  if (value instanceof Verbatim) return value.text;
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (isObject(value)) return `{${members(value).join(',')}}`;
  return JSON.stringify(value) ?? 'null';
}

/** An object's members, as they stand in its text. */
export function members(value: object): string[] {
  return Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}:${write(inner)}`);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Verbatim);
}

/** The places of all that is in the value, its own, which is empty, first. */
export function places(value: unknown, at: Path = []): Path[] {
  const inner = Array.isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : [];
  return [at, ...inner.flatMap(([key, one]) => places(one, [...at, key]))];
}

export function read(value: unknown, at: Path): unknown {
  return at.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

/** The value with another in that place; undefined takes it away. */
export function replaced(value: unknown, [key, ...rest]: Path, by: (old: unknown) => unknown): unknown {
  if (key === undefined) return by(value);
  if (Array.isArray(value)) {
    return value.flatMap((one, index) => (index === key ? listOf(replaced(one, rest, by)) : [one]));
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(
    ([name, one]) => [name, name === key ? replaced(one, rest, by) : one] as const,
  );
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined));
}

function listOf(value: unknown): unknown[] {
  return value === undefined ? [] : [value];
}
