/** How a file of one format is changed without touching the rest of it: comments, order and spelling stay. */
import { isDeepStrictEqual } from 'node:util';

export type ConfigPath = readonly [string, ...(string | number)[]];

/** Sets the value at the path; undefined removes it. */
export interface ConfigChange {
  readonly path: ConfigPath;
  readonly value: unknown;
}

export type ConfigObject = Readonly<Record<string, unknown>>;

export interface ConfigFormat {
  /** @throws Error where the text is not valid, or not an object. An empty text is an empty object. */
  parse(text: string): ConfigObject;
  /** The text with the changes. It may be wrong where the text is unusual: `changeText` checks it. */
  edit(text: string, changes: readonly ConfigChange[]): string;
}

/**
 * The text with the changes, and nothing else changed.
 * @throws Error where the text is not valid, or the change cannot be made without changing more.
 */
export function changeText(format: ConfigFormat, text: string, changes: readonly ConfigChange[]): string {
  const bom = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const body = text.slice(bom.length);
  const before = format.parse(body);
  const wanted = changes.reduce<ConfigObject>((value, { path, value: leaf }) => withChange(value, path, leaf), before);
  if (isSame(before, wanted)) return text;
  const after = format.edit(body, changes);
  if (!isSame(format.parse(after), wanted)) throw new Error('the change would alter other parts of the file');
  return bom + after;
}

/** Some parsers make objects without a prototype, which would count as different. */
function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(withPrototypes(a), withPrototypes(b));
}

function withPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPrototypes);
  if (!isObject(value) || ![null, Object.prototype].includes(Object.getPrototypeOf(value))) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withPrototypes(child)]));
}

/** A copy of the object with the change. @throws Error where something on the path is neither an object nor a list */
export function withChange(object: ConfigObject, [key, ...rest]: ConfigPath, value: unknown): ConfigObject {
  const { [key]: child, ...others } = object;
  if (rest.length === 0) return value === undefined ? others : { ...object, [key]: value };
  return { ...object, [key]: inside(child, rest, value, key) };
}

function inside(child: unknown, path: readonly (string | number)[], value: unknown, name: string): unknown {
  const [key, ...rest] = path;
  if (typeof key === 'number') {
    if (child !== undefined && !Array.isArray(child)) throw new Error(`“${name}” is not a list`);
    const list = [...((child as unknown[] | undefined) ?? [])];
    list[key] = rest.length === 0 ? value : inside(list[key], rest, value, `${name}[${key}]`);
    return list;
  }
  if (child !== undefined && !isObject(child)) throw new Error(`“${name}” is not an object`);
  return withChange(child ?? {}, [key as string, ...rest], value);
}

export function isObject(value: unknown): value is ConfigObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The line ends that the text has, or those of Unix. */
export function lineEnd(text: string): '\r\n' | '\n' {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
