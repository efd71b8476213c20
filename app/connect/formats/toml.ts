/** TOML. */
import { parse, patch, stringify } from '@decimalturn/toml-patch';
import { type ConfigChange, type ConfigFormat, type ConfigObject, isObject, lineEnd, withChange } from './format';

export const tomlFormat: ConfigFormat = {
  parse: (text) => parse(text) as ConfigObject,
  edit(text, changes) {
    const before = tomlFormat.parse(text);
    const tables = newTables(before, changes);
    const rest = changes.filter(({ path }) => !tables.has(tableName(path)));
    const withTables = appendTables(patchWith(text, before, rest), tables);
    // A table cannot be appended where the outer one is written in one line.
    return isValid(withTables) ? withTables : patchWith(text, before, changes);
  },
};

function patchWith(text: string, before: ConfigObject, changes: readonly ConfigChange[]): string {
  const wanted = changes.reduce<ConfigObject>((value, { path, value: leaf }) => withChange(value, path, leaf), before);
  return changes.length > 0 ? patch(text, wanted) : text;
}

/** `patch` would write a new table into one line above the others, which is valid but not what people write. */
function appendTables(text: string, tables: ReadonlyMap<string, ConfigObject>): string {
  const eol = lineEnd(text);
  return [...tables].reduce((current, [name, content]) => {
    const block = `[${name}]\n${stringify(content).trim()}\n`.replaceAll('\n', eol);
    return current.trim() === '' ? block : `${current.trimEnd()}${eol}${eol}${block}`;
  }, text);
}

function isValid(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The tables of two names (`a.b`) that the changes make, with their content. */
function newTables(before: ConfigObject, changes: readonly ConfigChange[]): Map<string, ConfigObject> {
  const tables = new Map<string, ConfigObject>();
  for (const { path, value } of changes) {
    const [outer, inner, name] = path;
    if (path.length !== 3 || typeof inner !== 'string' || typeof name !== 'string') continue;
    const parent = before[outer];
    if (isObject(parent) && inner in parent) continue;
    const content = tables.get(tableName(path)) ?? {};
    tables.set(tableName(path), value === undefined ? content : { ...content, [name]: value });
  }
  return tables;
}

function tableName(path: ConfigChange['path']): string {
  return path.slice(0, 2).join('.');
}
