import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadBundle } from '../../../app/desktop/compiledBundle';

// Otherwise V8 finds in its memory what an earlier load in this process has compiled, and looks at no stored code.
setFlagsFromString('--no-compilation-cache');

let folder: string;
const bundle = () => path.join(folder, 'app.cjs');
const digest = () => createHash('sha256').update(readFileSync(bundle())).digest('hex');
const compiled = () => path.join(folder, 'compiled');

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'claudacity-test-'));
  writeFileSync(bundle(), "exports.name = require('node:path').basename(__filename); exports.folder = __dirname;");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a bundle', () => {
  test('has its own path, folder and require', () => {
    expect(loadBundle(bundle(), digest(), compiled()).exports).toEqual({ name: 'app.cjs', folder });
  });

  test('is loaded with the code that was stored of it', () => {
    loadBundle(bundle(), digest(), compiled()).store();
    const [file = ''] = readdirSync(compiled());
    const before = statSync(path.join(compiled(), file)).mtimeMs;
    const again = loadBundle(bundle(), digest(), compiled());
    again.store();
    expect(again.exports).toEqual({ name: 'app.cjs', folder });
    expect(readdirSync(compiled())).toEqual([file]);
    expect(statSync(path.join(compiled(), file)).mtimeMs).toBe(before);
  });

  test.skipIf(process.platform === 'win32')('stores its code for the user alone', () => {
    loadBundle(bundle(), digest(), compiled()).store();
    const [file = ''] = readdirSync(compiled());
    expect(statSync(path.join(compiled(), file)).mode & 0o777).toBe(0o600);
  });

  test('of another version of the same length is not run with the code of the earlier one, which goes', () => {
    loadBundle(bundle(), digest(), compiled()).store();
    const [earlier] = readdirSync(compiled());
    writeFileSync(bundle(), readFileSync(bundle(), 'utf8').replace('exports.name', 'exports.NAME'));
    const next = loadBundle(bundle(), digest(), compiled());
    next.store();
    expect(next.exports).toHaveProperty('NAME', 'app.cjs');
    expect(readdirSync(compiled())).toHaveLength(1);
    expect(readdirSync(compiled())).not.toContain(earlier);
  });

  test('is loaded without stored code that is damaged, and stores it anew', () => {
    loadBundle(bundle(), digest(), compiled()).store();
    const [file = ''] = readdirSync(compiled());
    writeFileSync(path.join(compiled(), file), 'not what V8 has written');
    const again = loadBundle(bundle(), digest(), compiled());
    again.store();
    expect(again.exports).toHaveProperty('name', 'app.cjs');
    expect(statSync(path.join(compiled(), file)).size).toBeGreaterThan(100);
  });

  test('is loaded where its code cannot be stored', () => {
    writeFileSync(path.join(folder, 'file'), '');
    const loaded = loadBundle(bundle(), digest(), path.join(folder, 'file', 'compiled'));
    loaded.store();
    expect(loaded.exports).toHaveProperty('name', 'app.cjs');
  });
});
