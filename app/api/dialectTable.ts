/** Everything that is derived from the list of dialects: all routes, the dialect of a path, the dialects' titles. */
import type { DialectTitle } from '../shared/contract';
import { appDialect } from './appDialect';
import type { Dialect } from './dialect';
import * as listed from './dialects';

const clientDialects: readonly Dialect[] = Object.values(listed).sort((a, b) => a.title.localeCompare(b.title, 'en'));

const ownDialect = appDialect(clientDialects);

/** The dialects of clients, by title, and the app's own. */
export const dialects: readonly Dialect[] = [...clientDialects, ownDialect];

/** One entry for each name of a dialect. */
export const dialectTitles: readonly DialectTitle[] = [
  ...new Map(dialects.map(({ name, title }) => [name, { name, title }])).values(),
];

/**
 * The dialect that words the errors of the path: OpenAI's for a path under no dialect's root.
 * @param headers of the request, in lower case; they decide where dialects share a path.
 */
export function dialectOf(path: string, headers: Readonly<Record<string, unknown>> = {}): Dialect {
  const claiming = dialects.find(
    ({ sharedPaths }) => sharedPaths && headers[sharedPaths.header] !== undefined && sharedPaths.pattern.test(path),
  );
  if (claiming) return claiming;
  const owners = dialects.flatMap((dialect) =>
    dialect.roots.filter((root) => isUnder(root, path)).map((root) => ({ dialect, root })),
  );
  const [first] = owners.sort((a, b) => b.root.length - a.root.length);
  return first?.dialect ?? listed.openai;
}

function isUnder(root: string, path: string): boolean {
  return path === root || (root !== '/' && path.startsWith(`${root}/`));
}
