/**
 * Bundles the app into out/: main process, preload, the `claudacity` command, the window's page, the API documentation, icons
 * and the native addon. A package contains nothing else. `--watch` bundles again after every change.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { smallAppModules } from './appModules.mjs';
import { writeLicenses } from './licenses.mjs';
import { smallPageModules } from './pageModules.mjs';
import { ROOT } from './setup/command.mjs';

const OUT = path.join(ROOT, 'out');
const DOCS = path.join(OUT, 'docs');
const { version: VERSION } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

/** @type {esbuild.BuildOptions} */
const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  metafile: true,
  sourcemap: true,
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"' },
};

// Bundled ES modules use `import.meta.url`, which CommonJS does not have.
const MODULE_URL = "const moduleUrl = require('node:url').pathToFileURL(__filename).href;";

/** @type {esbuild.BuildOptions} */
const NODE = {
  ...COMMON,
  define: { ...COMMON.define, 'import.meta.url': 'moduleUrl', CLAUDACITY_VERSION: JSON.stringify(VERSION) },
  banner: { js: MODULE_URL },
  platform: 'node',
  format: 'cjs',
  // A third of the time until the window is there would go into parsing.
  minify: true,
  // The oldest Node that has to run the bundles is that of the Electron from the npm registry (electron.mjs).
  target: 'node18',
  external: ['electron'],
  plugins: [smallAppModules()],
  // node-gyp-build searches for the addon from its own folder, which a bundle does not have.
  // jsonc-parser's CommonJS build requires its own files in a way that the bundler cannot see.
  alias: {
    'node-gyp-build': './build/nativeAddon.cjs',
    'jsonc-parser': './node_modules/jsonc-parser/lib/esm/main.js',
  },
};

/** @type {esbuild.BuildOptions} */
const PAGE = { ...COMMON, format: 'esm', target: 'chrome114', minify: true };

/** @type {esbuild.BuildOptions} */
const DOCS_PAGE = { ...PAGE, entryPoints: ['app/api/docs/page/docs.ts'], outdir: DOCS };

/** The window's page. @type {esbuild.BuildOptions} */
export const WINDOW_PAGE = {
  ...PAGE,
  entryPoints: ['renderer/main.tsx'],
  outdir: 'out/renderer',
  jsx: 'automatic',
  // A file for each page of the window, loaded when the page is first shown. Their styles are all in main.css.
  splitting: true,
  loader: { '.svg': 'file', '.png': 'file', '.woff2': 'file' },
  // The document says that it is UTF-8, and licenses.txt has the licences.
  charset: 'utf8',
  legalComments: 'none',
  plugins: [smallPageModules()],
};

const COMMAND_ENTRY = 'app/cli.ts';

/** What the `claudacity` command needs. @param {string} folder @param {string} entry @returns {esbuild.BuildOptions[]} */
function commandBundles(folder, entry = COMMAND_ENTRY) {
  return [
    {
      ...NODE,
      entryPoints: [entry],
      outfile: path.join(folder, 'cli.cjs'),
      banner: { js: `#!/usr/bin/env node\n${entry === COMMAND_ENTRY ? '' : MODULE_URL}` },
      // Node takes a while to make the URL of a file, and no module of the command needs one.
      ...(entry === COMMAND_ENTRY && { define: { ...NODE.define, 'import.meta.url': 'undefined' } }),
    },
    // Loaded by the other one for `serve` alone.
    { ...NODE, entryPoints: ['app/serve.ts'], outfile: path.join(folder, 'serve.cjs') },
    // Each thread needs a file of its own.
    ...['maintenanceWorker.cjs', 'searchWorker.cjs', 'conversationSearchWorker.cjs'].map((name) => ({
      ...NODE,
      entryPoints: [`app/store/sqlite/${name}`],
      outfile: path.join(folder, name),
    })),
  ];
}

/** @returns {esbuild.BuildOptions[]} */
function bundles() {
  return [
    ...commandBundles(OUT),
    DESKTOP_APP,
    // Large, and needed by nobody who does not look for updates.
    { ...NODE, entryPoints: ['app/desktop/update/electronUpdater.ts'], outfile: 'out/electronUpdater.cjs' },
    // A sandboxed preload script can load only `electron`, so it has no banner that loads `node:url`.
    { ...NODE, banner: {}, entryPoints: ['app/desktop/window/preload.ts'], outfile: 'out/preload.cjs' },
    WINDOW_PAGE,
    DOCS_PAGE,
  ];
}

/** @type {esbuild.BuildOptions} */
const DESKTOP_APP = { ...NODE, entryPoints: ['app/desktop/desktopApp.ts'], outfile: 'out/desktopApp.cjs' };

/**
 * The small bundle that makes the window and then loads the app. It knows the hash of the other one, by which it finds what V8 has compiled of it:
 * to compute the hash at every start would take longer than to read the file.
 * @returns {esbuild.BuildOptions}
 */
function finalEntryBundle() {
  const digest = createHash('sha256')
    .update(fs.readFileSync(path.join(ROOT, 'out', 'desktopApp.cjs')))
    .digest('hex');
  return entryBundle(digest.slice(0, 32));
}

/** @param {string} digest '' where the other bundle may change: its compiled code is not kept then. @returns {esbuild.BuildOptions} */
function entryBundle(digest) {
  const define = { ...NODE.define, DESKTOP_APP_DIGEST: JSON.stringify(digest) };
  return { ...NODE, define, entryPoints: ['app/main.ts'], outfile: 'out/main.cjs' };
}

/** Empties out/ and bundles everything into it. @throws esbuild's BuildFailure, after it was printed with file and line */
export async function bundle() {
  copyFiles();
  const results = await Promise.all(bundles().map((options) => esbuild.build(options)));
  results.push(await esbuild.build(finalEntryBundle()));
  // esbuild's service process would otherwise run as long as `npm start` does.
  await esbuild.stop();
  fs.chmodSync(path.join(OUT, 'cli.cjs'), 0o755);
  writePage(results);
  writeLicenses(results, path.join(OUT, 'licenses.txt'));
}

/** Bundles only the API documentation, for its tests. @throws as `bundle` */
export async function bundleDocs() {
  copyDocs();
  await esbuild.build(DOCS_PAGE);
  await esbuild.stop();
}

/**
 * Bundles the `claudacity` command into a folder, for tests that need it as a process: cli.cjs.
 * @param {string} folder
 * @param {string} [entry] another program that needs the same files
 * @throws as `bundle`
 */
export async function bundleCommand(folder, entry) {
  copyNativeAddon(folder);
  await Promise.all(commandBundles(folder, entry).map((options) => esbuild.build(options)));
  await esbuild.stop();
}

/** One folder per platform; a package contains only that of its own platform (electron-builder.yml). @param {string} folder */
function copyNativeAddon(folder) {
  fs.cpSync(path.join(ROOT, 'node_modules', '@photostructure', 'sqlite', 'prebuilds'), path.join(folder, 'native'), {
    recursive: true,
  });
}

/**
 * The window's document, which names the scripts that the first page needs: they are loaded at once instead of one after the other.
 * @param {esbuild.BuildResult[]} results
 */
function writePage(results) {
  const outputs = Object.assign({}, ...results.map(({ metafile }) => metafile?.outputs));
  const names = Object.keys(outputs).filter((name) => name.startsWith('out/renderer/') && name.endsWith('.js'));
  const entryOf = (/** @type {string} */ source) => names.find((name) => outputs[name].entryPoint === source);
  const firstPage = /import\('\.\/(.+?)'\)/.exec(fs.readFileSync(path.join(ROOT, 'renderer', 'pages.ts'), 'utf8'))?.[1];
  /** @param {string | undefined} name @param {Set<string>} needed */
  const addWithImports = (name, needed) => {
    if (name === undefined || needed.has(name)) return needed;
    needed.add(name);
    for (const { path: imported, kind } of outputs[name].imports)
      if (kind === 'import-statement') addWithImports(imported, needed);
    return needed;
  };
  const needed = addWithImports(
    entryOf(`renderer/${firstPage}.tsx`),
    addWithImports(entryOf('renderer/main.tsx'), new Set()),
  );
  const links = [...needed].map((name) => `    <link rel="modulepreload" href="${path.basename(name)}" />\n`).join('');
  const page = fs
    .readFileSync(path.join(ROOT, 'renderer', 'index.html'), 'utf8')
    .replace('  </head>', `${links}  </head>`);
  fs.writeFileSync(path.join(OUT, 'renderer', 'index.html'), page);
}

function copyDocs() {
  fs.mkdirSync(DOCS, { recursive: true });
  fs.copyFileSync(path.join(ROOT, 'app', 'api', 'docs', 'page', 'index.html'), path.join(DOCS, 'index.html'));
  // swagger-ui-dist is a bundle itself: the licences of the packages inside it are in this file.
  const licenses = 'swagger-ui-es-bundle.js.LICENSE.txt';
  fs.copyFileSync(path.join(ROOT, 'node_modules', 'swagger-ui-dist', licenses), path.join(DOCS, licenses));
}

function copyFiles() {
  fs.rmSync(OUT, { recursive: true, force: true });
  fs.mkdirSync(path.join(OUT, 'renderer'), { recursive: true });
  fs.copyFileSync(path.join(ROOT, 'renderer', 'index.html'), path.join(OUT, 'renderer', 'index.html'));
  copyDocs();
  fs.cpSync(path.join(ROOT, 'build', 'icons', 'tray'), path.join(OUT, 'icons'), { recursive: true });
  fs.copyFileSync(path.join(ROOT, 'build', 'icons', '256x256.png'), path.join(OUT, 'icons', 'app.png'));
  copyNativeAddon(OUT);
}

async function watch() {
  copyFiles();
  for (const options of [...bundles(), entryBundle('')]) {
    const context = await esbuild.context({ ...options, logLevel: 'info' });
    await context.watch();
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await (process.argv.includes('--watch') ? watch() : bundle()).catch(() => {
    process.exitCode = 1;
  });
}
