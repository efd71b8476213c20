/**
 * Makes packages of the window's page smaller than they are published, for the bundler. Whatever it does not recognize fails the bundle,
 * so an update of a package cannot change the page unnoticed.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * @returns {import('esbuild').Plugin} `marked` without all but its lexer, and React's CommonJS modules with named exports. The bundler would
 *   else write `(0, react.useState)` for each use and wrap React anew in each of some two hundred files.
 */
export function smallPageModules() {
  return {
    name: 'small-page-modules',
    setup(build) {
      build.onLoad({ filter: /[\\/]marked[\\/]lib[\\/]marked\.esm\.js$/ }, async ({ path }) => ({
        contents: onlyLexer(await fs.promises.readFile(path, 'utf8')),
      }));
      build.onResolve({ filter: /^react(\/jsx-runtime|-dom|-dom\/client)?$/ }, ({ path, kind, namespace }) =>
        kind === 'import-statement' && namespace !== NAMED_EXPORTS ? { path, namespace: NAMED_EXPORTS } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: NAMED_EXPORTS }, ({ path }) => ({
        contents: withNamedExports(path),
        resolveDir: import.meta.dirname,
      }));
    },
  };
}

const NAMED_EXPORTS = 'named-exports';

/**
 * The package's only file without the instance that it makes for `marked()`, which holds its parser and its renderers.
 * @param {string} source of marked.esm.js
 * @throws Error where the file is not built as expected
 */
export function onlyLexer(source) {
  const instance = /var (\w+)=new \w+;function \w+\(\w+,\w+\)\{return \1\.parse\([\s\S]*?(?=export\{)/;
  const names = /export\{(?:[^}]*,)?(\w+) as Lexer(?:,[^}]*)?\}/;
  if (!instance.test(source) || !names.test(source))
    throw new Error('marked is built in another way than before: adapt onlyLexer in build/pageModules.mjs.');
  return source.replace(instance, '').replace(names, 'export{$1 as Lexer}');
}

/** @param {string} name of a CommonJS package */
function withNamedExports(name) {
  const exported = Object.keys(require(name)).filter((key) => /^[A-Za-z]\w*$/.test(key));
  const variables = exported.map((key) => `export const ${key} = /* @__PURE__ */ (() => commonJs.${key})();`);
  return [`import commonJs from '${name}';`, 'export default commonJs;', ...variables].join('\n');
}
