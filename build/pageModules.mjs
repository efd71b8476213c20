/**
 * Makes packages of the window's page smaller than they are published, for the bundler. Whatever it does not recognize fails the bundle,
 * so an update of a package cannot change the page unnoticed.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { minify } from 'oxc-minify';

const require = createRequire(import.meta.url);

/** Files that oxc-minify compresses further than the bundler alone, which renames and prints what is left: 1.4 KB. */
const COMPRESSED = /[\\/](react-dom-client\.production|virtual-core[\\/]dist[\\/]esm[\\/]index)\.js$/;

/**
 * @returns {import('esbuild').Plugin} `marked` without all but its lexer, large packages compressed, and React's CommonJS modules with named
 *   exports. The bundler would else write `(0, react.useState)` for each use and wrap React anew in each of some two hundred files.
 */
export function smallPageModules() {
  return {
    name: 'small-page-modules',
    setup(build) {
      build.onLoad({ filter: /[\\/]marked[\\/]lib[\\/]marked\.esm\.js$/ }, async ({ path }) => ({
        contents: await smallLexer(await fs.promises.readFile(path, 'utf8')),
      }));
      build.onLoad({ filter: COMPRESSED }, async ({ path }) => ({
        contents: await compress(path, await fs.promises.readFile(path, 'utf8')),
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
 * The lexer alone, without what it does for options that the page does not set.
 * @param {string} source of marked.esm.js
 * @throws as `onlyLexer`
 */
export async function smallLexer(source) {
  const lexer = onlyLexer(source);
  // It builds regular expressions: those that nobody uses any more can go.
  const builder = /function (\w+)\(\w+,\w+=""\)\{let \w+=typeof /.exec(lexer)?.[1];
  if (builder === undefined) throw new Error(CHANGED);
  return compress('marked.mjs', lexer, [builder]);
}

const CHANGED = 'marked is built in another way than before: adapt onlyLexer in build/pageModules.mjs.';

/** What the page sets (renderer/ui/markdown/blocks.ts), and marked's defaults for the rest. */
const LEXER_OPTIONS = { gfm: true, breaks: true, pedantic: false, silent: false, extensions: null, hooks: null };

/**
 * The package's only file without the instance that it makes for `marked()`, which holds its parser and its renderers, and with the lexer's
 * options set for good.
 * @param {string} source of marked.esm.js
 * @throws Error where the file is not built as expected
 */
export function onlyLexer(source) {
  const instance = /var (\w+)=new \w+;function \w+\(\w+,\w+\)\{return \1\.parse\([\s\S]*?(?=export\{)/;
  const names = /export\{(?:[^}]*,)?(\w+) as Lexer(?:,[^}]*)?\}/;
  const unusedRules = /(=\{normal:\w+,gfm:\w+(?:,breaks:\w+)?),pedantic:\w+\}/g;
  let lexer = source;
  const replace = (/** @type {RegExp} */ pattern, /** @type {string} */ by) => {
    if (lexer.search(pattern) < 0) throw new Error(CHANGED);
    lexer = lexer.replace(pattern, by);
  };
  replace(instance, '');
  replace(names, 'export{$1 as Lexer}');
  replace(unusedRules, '$1}');
  for (const [name, value] of Object.entries(LEXER_OPTIONS)) {
    replace(new RegExp(`\\bthis\\.options\\.${name}\\b`, 'g'), String(value));
  }
  return lexer;
}

/**
 * @param {string} name of the file
 * @param {string} source
 * @param {string[]} pureFunctions whose calls can go where nobody uses the result
 */
async function compress(name, source, pureFunctions = []) {
  const { code, errors } = await minify(name, source, {
    compress: { target: 'chrome114', treeshake: { manualPureFunctions: pureFunctions } },
    mangle: false,
  });
  if (errors.length > 0) throw new Error(`${name}: ${errors[0]?.message}`);
  return code;
}

/** @param {string} name of a CommonJS package */
function withNamedExports(name) {
  const exported = Object.keys(require(name)).filter((key) => /^[A-Za-z]\w*$/.test(key));
  const variables = exported.map((key) => `export const ${key} = /* @__PURE__ */ (() => commonJs.${key})();`);
  return [`import commonJs from '${name}';`, 'export default commonJs;', ...variables].join('\n');
}
