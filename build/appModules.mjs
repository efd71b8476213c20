/**
 * Leaves out of the app's bundles what their packages bring and the app never uses: less to read and to run until the window is there. Whatever is
 * not recognized fails the bundle, so an update of a package cannot change the app unnoticed.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** @returns {import('esbuild').Plugin} */
export function smallAppModules() {
  return {
    name: 'small-app-modules',
    setup(build) {
      // Messages in forty languages. Errors are worded by the dialects, from English ones.
      build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
        contents: "export { default as en } from './en.js';",
      }));
      build.onLoad({ filter: /[\\/]mime-db[\\/]db\.json$/ }, async ({ path }) => ({
        contents: JSON.stringify(knownTypes(JSON.parse(await fs.promises.readFile(path, 'utf8')))),
        loader: 'json',
      }));
      // Express names its parsers among its exports, which loads them. The app reads bodies by one of its own (app/api/http/body).
      build.onResolve({ filter: /^body-parser$/ }, ({ path }) => ({ path, namespace: UNUSED }));
      build.onLoad({ filter: /.*/, namespace: UNUSED }, ({ path }) => {
        require.resolve(path);
        return { contents: 'module.exports = {};' };
      });
    },
  };
}

const UNUSED = 'unused';

/** The extensions that Express or the app ever asks for. */
const EXTENSIONS = new Set([
  'bin',
  'css',
  'csv',
  'gif',
  'html',
  'ico',
  'jpg',
  'js',
  'json',
  'png',
  'svg',
  'txt',
  'woff2',
  'xml',
]);

/**
 * @typedef {{ source?: string, charset?: string, compressible?: boolean, extensions?: string[] }} MediaType
 * @param {Record<string, MediaType>} types all that are registered
 * @returns {Record<string, MediaType>} the few with an extension that is known here
 * @throws Error where they are not listed as expected
 */
export function knownTypes(types) {
  const known = Object.entries(types).filter(([, { extensions = [] }]) =>
    extensions.some((one) => EXTENSIONS.has(one)),
  );
  if (!known.some(([type]) => type === 'application/json') || !known.some(([type]) => type === 'text/html'))
    throw new Error('mime-db lists types in another way than before: adapt knownTypes in build/appModules.mjs.');
  return Object.fromEntries(known);
}
