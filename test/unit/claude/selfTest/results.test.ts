/** The file with the results of self-tests. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openSelfTestResults } from '../../../../app/claude/selfTest/results';

const PROGRAM = { version: '2.1.330', size: 1_000 };
const PASSED = { passed: true, appendsTexts: true } as const;
const DAY_MS = 24 * 60 * 60_000;

let folder: string;
let file: string;
let warnings: string[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'claudacity-results-'));
  file = path.join(folder, 'data', 'selfTest.json');
  warnings = [];
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

const open = () => openSelfTestResults(file, (text) => warnings.push(text));

test('a result is found again by the next start, for the same version and size alone', () => {
  open().record(PROGRAM, PASSED);

  const results = open();
  expect(results.find(PROGRAM)).toEqual({ ...PASSED, testedAt: expect.any(Number) });
  expect(results.find({ ...PROGRAM, size: 1_001 })).toBeUndefined();
  expect(results.find({ ...PROGRAM, version: '2.1.331' })).toBeUndefined();
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a failure counts for a day, a success for ever', () => {
  const other = { ...PROGRAM, version: '2.1.331' };
  open().record(PROGRAM, { passed: false, reason: 'it hung' });
  open().record(other, PASSED);
  const now = Date.now();
  vi.useFakeTimers({ now: now + DAY_MS - 60_000 });

  expect(open().find(PROGRAM)).toMatchObject({ passed: false, reason: 'it hung' });

  vi.setSystemTime(now + DAY_MS + 60_000);
  expect(open().find(PROGRAM)).toBeUndefined();
  expect(open().find(other)).toMatchObject({ passed: true });
});

test('a newer result replaces the one before it', () => {
  const results = open();
  results.record(PROGRAM, { passed: false, reason: 'it hung' });
  results.record(PROGRAM, PASSED);

  expect(open().find(PROGRAM)).toMatchObject({ passed: true });
});

test.each([
  ['no JSON', '{"revision":1,'],
  ['another form', '[]'],
  ['a result of another form', '{"revision":1,"results":{"2.1.330/1000":{"passed":"yes","testedAt":1}}}'],
  ['results of another revision of the test', '{"revision":0,"results":{"2.1.330/1000":{"passed":true,"testedAt":1}}}'],
])('a file with %s counts as none, and is replaced', (_, content) => {
  open().record(PROGRAM, PASSED);
  writeFileSync(file, content);

  expect(open().find(PROGRAM)).toBeUndefined();

  open().record(PROGRAM, PASSED);
  expect(open().find(PROGRAM)).toMatchObject({ passed: true });
});

test('only the newest results are kept', () => {
  const results = open();
  for (let build = 0; build < 30; build += 1) results.record({ version: `2.1.${300 + build}`, size: 1 }, PASSED);

  expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')).results)).toHaveLength(20);
  expect(open().find({ version: '2.1.329', size: 1 })).toBeDefined();
});

test('a result that cannot be written counts until the app ends, and the log says why', () => {
  writeFileSync(path.join(folder, 'data'), 'no folder');
  const results = open();

  results.record(PROGRAM, PASSED);

  expect(results.find(PROGRAM)).toMatchObject({ passed: true });
  expect(warnings).toEqual([expect.stringMatching(/^the result of the self-test could not be stored: /)]);
});
