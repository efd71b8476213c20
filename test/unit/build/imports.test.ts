import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { checkImports } from '../../../build/imports.mjs';

let root = '';
afterEach(() => rmSync(root, { recursive: true, force: true }));

function check(files: Record<string, string>): string[] {
  root = mkdtempSync(path.join(tmpdir(), 'claudacity-imports-'));
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), content);
  }
  return checkImports(root);
}

test.each([
  ['claude/ that reaches into chat/', 'app/claude/pool.ts', '../chat/events'],
  ['chat/ that knows HTTP', 'app/chat/service.ts', 'http'],
  ['chat/ that knows Express', 'app/chat/service.ts', 'express'],
  ['api/ that reaches into claude/', 'app/api/server.ts', '../claude/pool'],
  ['a group of api/ that reaches up to the list of dialects', 'app/api/http/exchange.ts', '../dialects.ts'],
  ['a dialect that reaches up to the server', 'app/api/openai/chat/wire.ts', '../../server.ts'],
  ['electron outside of desktop/', 'app/core.ts', 'electron'],
  ['SQLite outside of store/', 'app/chat/service.ts', '@photostructure/sqlite'],
  ['shared/ that imports more than zod', 'app/shared/contract.ts', 'conf'],
  ['shared/ that uses Node', 'app/shared/contract.ts', 'node:path'],
  ['the page that reaches into the app', 'renderer/main.tsx', '../app/core'],
  ['the page that uses Node', 'renderer/main.tsx', 'node:fs'],
  ['the app that reaches into the tests', 'app/core.ts', '../test/support/cli'],
])('finds %s', (_case, file, target) => {
  expect(check({ [file]: `\nimport { x } from '${target}';` })).toEqual([
    expect.stringContaining(`${file}:2 imports `),
  ]);
});

test.each([
  ['of types only', "import type { X } from 'electron';"],
  ['inside a type', "let x: import('electron').App;"],
  ['that is dynamic', "await import('electron');"],
  ['that is required', "const x = require('electron');"],
  ['that is re-exported', "export * from 'electron';"],
])('counts an import %s', (_case, code) => {
  expect(check({ 'app/core.ts': code })).toHaveLength(1);
});

test('reports a circular import once, with its files', () => {
  const violations = check({
    'app/chat/a.ts': "import './b';",
    'app/chat/b.ts': "import type { C } from './c';",
    'app/chat/c.ts': "export * from './a';",
  });
  expect(violations).toEqual([
    'app/chat/a.ts:1 imports in a circle: app/chat/a.ts → app/chat/b.ts → app/chat/c.ts → app/chat/a.ts',
  ]);
});

test('accepts the imports that the rules allow', () => {
  const violations = check({
    'app/main.ts': "import { app } from 'electron'; import './core';",
    'app/core.ts': "import './chat/service'; import './api/server';",
    'app/chat/service.ts': "import '../claude/pool'; const text = `import 'electron'`;",
    'app/claude/pool.ts': "import 'cross-spawn'; // import 'electron'",
    'app/api/server.ts': "import 'express'; import '../chat/service'; import './dialects';",
    'app/api/dialects.ts': "import type { Dialect } from './dialect';",
    'app/api/dialect.ts': 'export interface Dialect { name: string }',
    'app/api/http/exchange.ts': "import type { Dialect } from '../dialect'; import type { Fault } from '../fault';",
    'renderer/main.tsx': "import 'react'; import type { X } from '../app/shared/contract'; import './style.css';",
    'app/shared/contract.ts': "import { z } from 'zod'; export interface X { a: string }",
  });
  expect(violations).toEqual([]);
});
