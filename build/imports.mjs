/**
 * Holds the walls between the rooms: who may import whom in app/, renderer/ and test/, and that no imports run in a
 * circle. Imports of types count too: they bind as tightly. The rules are the design's, in the table below.
 */
import fs from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseSync } from 'oxc-parser';
import { ROOT } from './setup/command.mjs';

/**
 * @typedef {object} Import
 * @property {string} file relative to the root, with forward slashes
 * @property {number} line
 * @property {string} target a file relative to the root, `node:…`, or a package's name
 */
/** @typedef {{ type: string, start: number, value?: unknown, name?: string, source?: SyntaxNode, callee?: SyntaxNode, arguments?: SyntaxNode[] }} SyntaxNode */
/** @typedef {(target: string) => boolean} Allows */
/** @typedef {{ from: RegExp, rule: string, allows: Allows }} Rule */

const HTTP = ['express', 'node:http', 'node:https', 'node:http2'];
const ELECTRON = ['electron', 'electron-store', 'electron-updater'];

/** @type {Rule[]} */
const RULES = [
  {
    from: /^app\/claude\//,
    rule: 'claude/ knows neither HTTP, Electron nor chat/',
    allows: none(...HTTP, ...ELECTRON, 'app/chat/', 'app/api/', 'app/desktop/', 'app/core.ts', 'app/core/'),
  },
  {
    from: /^app\/chat\//,
    rule: 'chat/ knows neither HTTP nor Electron',
    allows: none(...HTTP, ...ELECTRON, 'app/api/', 'app/desktop/', 'app/core.ts', 'app/core/'),
  },
  { from: /^app\/api\//, rule: 'api/ does not import from claude/', allows: none('app/claude/', 'app/desktop/') },
  {
    from: /^app\/api\/[^/]+\//,
    rule: "a group of api/ does not import the root's composition",
    allows: none('app/api/server.ts', 'app/api/dialects.ts', 'app/api/dialectTable.ts', 'app/api/appDialect.ts'),
  },
  {
    from: /^app\/(?!desktop\/|main\.ts$)/,
    rule: 'only desktop/ and main.ts import electron',
    allows: none(...ELECTRON),
  },
  {
    from: /^app\/(?!store\/)/,
    rule: 'only store/ imports SQLite',
    allows: none('@photostructure/sqlite', 'node:sqlite'),
  },
  {
    from: /^app\/shared\//,
    rule: 'shared/ imports nothing but zod',
    allows: (target) => target.startsWith('app/shared/') || target === 'zod',
  },
  {
    from: /^renderer\//,
    rule: 'renderer/ imports app/shared/ alone',
    allows: (target) =>
      target.startsWith('renderer/') ||
      target.startsWith('app/shared/') ||
      (isPackage(target) && none(...ELECTRON, ...HTTP)(target)),
  },
  {
    from: /^app\//,
    rule: 'app/ imports neither the page, the tests nor the build',
    allows: none('renderer/', 'test/', 'build/'),
  },
];

/**
 * Checks a source tree.
 * @param {string} [root] the folder that holds app/, renderer/ and test/
 * @returns {string[]} one line a breach, `file:line …`; empty where all is well
 */
export function checkImports(root = ROOT) {
  const imports = ['app', 'renderer', 'test']
    .flatMap((room) => sourcesIn(root, room))
    .flatMap((file) => importsOf(root, file));
  const breaches = imports.flatMap(({ file, line, target }) =>
    RULES.filter((rule) => rule.from.test(file) && !rule.allows(target)).map(
      ({ rule }) => `${file}:${line} imports ${target}: ${rule}`,
    ),
  );
  return [...breaches, ...circles(imports)];
}

/** @param {string} target */
function isPackage(target) {
  return !/^(app|renderer|test|build)\/|^node:|^package\.json$/.test(target);
}

/** Everything is allowed but these: a name ending in / stands for all below it. @param {...string} banned @returns {Allows} */
function none(...banned) {
  return (target) => !banned.some((name) => (name.endsWith('/') ? target.startsWith(name) : target === name));
}

/** @param {string} root @param {string} room @returns {string[]} */
function sourcesIn(root, room) {
  const folder = path.join(root, room);
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|tsx|mts|mjs|cjs)$/.test(name))
    .map((name) => `${room}/${name.replaceAll(path.sep, '/')}`);
}

/** @param {string} root @param {string} file @returns {Import[]} */
function importsOf(root, file) {
  const source = fs.readFileSync(path.join(root, file), 'utf8');
  /** @type {Import[]} */
  const found = [];
  visit(parseSync(file, source).program, (name, offset) => {
    found.push({ file, line: source.slice(0, offset).split('\n').length, target: resolve(root, file, name) });
  });
  return found;
}

/**
 * Reports every module name in a syntax tree: static, dynamic, re-exported, of types alone and required.
 * @param {unknown} node
 * @param {(name: string, offset: number) => void} report
 */
function visit(node, report) {
  if (Array.isArray(node)) for (const item of node) visit(item, report);
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
  const { type, source, callee, arguments: args } = /** @type {SyntaxNode} */ (node);
  const module = type === 'CallExpression' && callee?.name === 'require' ? args?.[0] : source;
  if (module?.type === 'Literal' && typeof module.value === 'string') report(module.value, module.start);
  for (const child of Object.values(node)) visit(child, report);
}

/** @param {string} root @param {string} file @param {string} name as it stands in the source */
function resolve(root, file, name) {
  if (!name.startsWith('.')) {
    const bare = name
      .split('/')
      .slice(0, name.startsWith('@') ? 2 : 1)
      .join('/');
    return builtinModules.includes(bare) ? `node:${name}` : name.startsWith('node:') ? name : bare;
  }
  const base = path.posix.join(path.posix.dirname(file), name);
  const endings = ['', '.ts', '.tsx', '.d.ts', '.mts', '.mjs', '/index.ts', '/index.tsx'];
  const isFile = (/** @type {string} */ target) =>
    fs.statSync(path.join(root, target), { throwIfNoEntry: false })?.isFile();
  return endings.map((ending) => base + ending).find(isFile) ?? base;
}

/** Every circle once, named from the file in it that comes first. @param {Import[]} imports @returns {string[]} */
function circles(imports) {
  /** @type {Map<string, Import[]>} */
  const from = new Map();
  for (const one of imports) from.set(one.file, [...(from.get(one.file) ?? []), one]);
  const found = new Map();
  const done = new Set();
  const walk = (/** @type {string} */ file, /** @type {string[]} */ trail) => {
    const start = trail.indexOf(file);
    if (start >= 0) {
      const circle = trail.slice(start);
      const first = [...circle].sort()[0] ?? file;
      const turned = [...circle.slice(circle.indexOf(first)), ...circle.slice(0, circle.indexOf(first)), first];
      const line = from.get(first)?.find((one) => one.target === turned[1])?.line;
      found.set(turned.join(), `${first}:${line} imports in a circle: ${turned.join(' → ')}`);
      return;
    }
    if (done.has(file)) return;
    for (const { target } of from.get(file) ?? []) walk(target, [...trail, file]);
    done.add(file);
  };
  for (const file of from.keys()) walk(file, []);
  return [...found.values()];
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const breaches = checkImports();
  for (const breach of breaches) console.log(breach);
  if (breaches.length > 0) process.exitCode = 1;
}
