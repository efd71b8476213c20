/**
 * Checks the import rules: which folders of app/, renderer/ and test/ may import which (the table below), and that there are
 * no circular imports. Type-only imports count too, because they couple modules just as much.
 */
import fs from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseSync } from 'oxc-parser';
import { ROOT } from './setup/command.mjs';

/**
 * @typedef {object} Import
 * @property {string} file the importing file, relative to the root, with forward slashes
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
    from: /^app\/claude\/(?!loopback\/)/,
    rule: 'claude/ knows neither HTTP, Electron nor chat/',
    allows: allExcept(...HTTP, ...ELECTRON, 'app/chat/', 'app/api/', 'app/desktop/', 'app/core.ts', 'app/core/'),
  },
  {
    from: /^app\/claude\/loopback\//,
    rule: "the CLI's own API on loopback needs nothing of the app",
    allows: (target) => target === 'zod' || target.startsWith('node:'),
  },
  {
    from: /^app\/chat\//,
    rule: 'chat/ knows neither HTTP nor Electron',
    allows: allExcept(...HTTP, ...ELECTRON, 'app/api/', 'app/desktop/', 'app/core.ts', 'app/core/'),
  },
  { from: /^app\/api\//, rule: 'api/ does not import from claude/', allows: allExcept('app/claude/', 'app/desktop/') },
  {
    from: /^app\/api\/[^/]+\//,
    rule: "a group of api/ does not import the root's composition",
    allows: allExcept('app/api/server.ts', 'app/api/dialects.ts', 'app/api/dialectTable.ts', 'app/api/appDialect.ts'),
  },
  {
    from: /^app\/(?!desktop\/|main\.ts$)/,
    rule: 'only desktop/ and main.ts import electron',
    allows: allExcept(...ELECTRON),
  },
  {
    from: /^app\/(?!store\/)/,
    rule: 'only store/ imports SQLite',
    allows: allExcept('@photostructure/sqlite', 'node:sqlite'),
  },
  {
    from: /^app\/command\//,
    rule: 'the commands reach the running app through control/ alone, and the system through service/ and system/',
    allows: (target) =>
      /^app\/(command|control|service|shared|system)\//.test(target) ||
      isPackage(target) ||
      (target.startsWith('node:') && allExcept(...HTTP)(target)),
  },
  {
    from: /^app\/control\//,
    rule: 'control/ knows neither HTTP nor the parts of the app',
    allows: allExcept(...HTTP, 'app/api/', 'app/chat/', 'app/store/', 'app/keys/', 'app/desktop/', 'app/core.ts'),
  },
  {
    from: /^app\/service\//,
    rule: 'service/ knows neither HTTP, Electron nor the parts of the app',
    allows: (target) =>
      /^app\/(service|shared)\//.test(target) ||
      (!target.startsWith('app/') && allExcept(...HTTP, ...ELECTRON)(target)),
  },
  {
    from: /^app\/connect\//,
    rule: 'connect/ knows neither HTTP, Electron nor the parts of the app',
    allows: (target) =>
      /^app\/(connect|shared)\//.test(target) ||
      (!target.startsWith('app/') && allExcept(...HTTP, ...ELECTRON)(target)),
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
      (isPackage(target) && allExcept(...ELECTRON, ...HTTP)(target)),
  },
  {
    from: /^app\//,
    rule: 'app/ imports neither the page, the tests nor the build',
    allows: allExcept('renderer/', 'test/', 'build/'),
  },
];

/**
 * Checks a source tree.
 * @param {string} [root] the folder that holds app/, renderer/ and test/
 * @returns {string[]} one line per violation, `file:line …`
 */
export function checkImports(root = ROOT) {
  const imports = ['app', 'renderer', 'test']
    .flatMap((folder) => sourcesIn(root, folder))
    .flatMap((file) => importsOf(root, file));
  const violations = imports.flatMap(({ file, line, target }) =>
    RULES.filter((rule) => rule.from.test(file) && !rule.allows(target)).map(
      ({ rule }) => `${file}:${line} imports ${target}: ${rule}`,
    ),
  );
  return [...violations, ...findCircles(imports)];
}

/** @param {string} target */
function isPackage(target) {
  return !/^(app|renderer|test|build)\/|^node:|^package\.json$/.test(target);
}

/** Allows every import but these. A name that ends in / stands for everything in that folder. @param {...string} banned @returns {Allows} */
function allExcept(...banned) {
  return (target) => !banned.some((name) => (name.endsWith('/') ? target.startsWith(name) : target === name));
}

/** @param {string} root @param {string} folder @returns {string[]} */
function sourcesIn(root, folder) {
  const absolute = path.join(root, folder);
  if (!fs.existsSync(absolute)) return [];
  return fs
    .readdirSync(absolute, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|tsx|mts|mjs|cjs)$/.test(name))
    .map((name) => `${folder}/${name.replaceAll(path.sep, '/')}`);
}

/** @param {string} root @param {string} file @returns {Import[]} */
function importsOf(root, file) {
  const source = fs.readFileSync(path.join(root, file), 'utf8');
  /** @type {Import[]} */
  const imports = [];
  visit(parseSync(file, source).program, (name, offset) => {
    imports.push({ file, line: source.slice(0, offset).split('\n').length, target: resolve(root, file, name) });
  });
  return imports;
}

/**
 * Reports every module name in a syntax tree: of static, dynamic and type-only imports, re-exports and `require` calls.
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

/** @param {string} root @param {string} file @param {string} name the module name in the import */
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

/**
 * Finds every circular import once, described from the first of its files in alphabetical order.
 * @param {Import[]} imports
 * @returns {string[]} one line per circle
 */
function findCircles(imports) {
  /** @type {Map<string, Import[]>} */
  const importsByFile = new Map();
  for (const one of imports) importsByFile.set(one.file, [...(importsByFile.get(one.file) ?? []), one]);
  /** The messages, by the files of the circle. */
  const messages = new Map();
  const visited = new Set();
  const walk = (/** @type {string} */ file, /** @type {string[]} */ trail) => {
    const start = trail.indexOf(file);
    if (start >= 0) {
      const circle = trail.slice(start);
      const first = [...circle].sort()[0] ?? file;
      const rotated = [...circle.slice(circle.indexOf(first)), ...circle.slice(0, circle.indexOf(first)), first];
      const line = importsByFile.get(first)?.find((one) => one.target === rotated[1])?.line;
      messages.set(rotated.join(), `${first}:${line} imports in a circle: ${rotated.join(' → ')}`);
      return;
    }
    if (visited.has(file)) return;
    for (const { target } of importsByFile.get(file) ?? []) walk(target, [...trail, file]);
    visited.add(file);
  };
  for (const file of importsByFile.keys()) walk(file, []);
  return [...messages.values()];
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const violations = checkImports();
  for (const violation of violations) console.log(violation);
  if (violations.length > 0) process.exitCode = 1;
}
