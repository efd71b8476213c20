/** Writes JSON from values and from verbatim text that no value produces, such as `1e999` or a repeated key. */

/** Text that is written unchanged, even if the result is not JSON. */
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

/** The object's members as JSON text, without the braces. */
export function members(value: object): string[] {
  return Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}:${write(inner)}`);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Verbatim);
}

/** The paths of the value itself, which is empty, and of everything in it. */
export function pathsOf(value: unknown, path: Path = []): Path[] {
  const inner = Array.isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : [];
  return [path, ...inner.flatMap(([key, one]) => pathsOf(one, [...path, key]))];
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

/** A copy of the value with the part at the path replaced; undefined removes the part. */
export function replaceAt(value: unknown, [key, ...rest]: Path, by: (old: unknown) => unknown): unknown {
  if (key === undefined) return by(value);
  if (Array.isArray(value)) {
    return value.flatMap((one, index) => (index === key ? listOf(replaceAt(one, rest, by)) : [one]));
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(
    ([name, one]) => [name, name === key ? replaceAt(one, rest, by) : one] as const,
  );
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined));
}

function listOf(value: unknown): unknown[] {
  return value === undefined ? [] : [value];
}
