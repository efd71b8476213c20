/** Paths hold ids, and anybody can make one up; a metric's label may only have so many values. */

/**
 * Gives a path as the template that it is served under, `other` where there is none.
 * @param templates Express paths, with `:name` for a segment and `*name` for a rest.
 */
export function pathTemplates(templates: readonly string[]): (path: string) => string {
  const known = templates.map((template) => ({ template, pattern: pattern(template) }));
  // A path without a name in it is the more telling one.
  known.sort((a, b) => names(a.template) - names(b.template));
  return (path) => known.find(({ pattern }) => pattern.test(path))?.template ?? 'other';
}

const NAME = /[:*]\w+/g;

function names(template: string): number {
  return template.match(NAME)?.length ?? 0;
}

/** As the routes match: with or without a last slash. */
function pattern(template: string): RegExp {
  const source = template
    .replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(NAME, (name) => (name.startsWith('*') ? '.+' : '[^/]+'));
  return new RegExp(`^${source}/?$`);
}
