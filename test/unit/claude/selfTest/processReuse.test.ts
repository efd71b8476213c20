/** Whether processes are reused, by the settings and the result of the self-test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createProcessReuse } from '../../../../app/claude/selfTest/processReuse';
import { openSelfTestResults, type SelfTestResults } from '../../../../app/claude/selfTest/results';
import type { SelfTestVerdict } from '../../../../app/claude/selfTest/selfTest';

const PASSED = { passed: true, appendsTexts: true } as const;

let folder: string;
let program: string;
let results: SelfTestResults;
let version: string;
let isWanted: boolean;
let isIsolated: boolean;
let events: string[];
/** Ends the test that is under way. */
let finish: (verdict: SelfTestVerdict) => void;
let tests: number;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'claudacity-reuse-'));
  program = path.join(folder, 'claude');
  writeFileSync(program, 'one');
  results = openSelfTestResults(path.join(folder, 'selfTest.json'), () => {});
  version = '2.1.330';
  isWanted = true;
  isIsolated = true;
  events = [];
  tests = 0;
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

function create() {
  const reuse = createProcessReuse({
    installed: () => ({ path: program, version }),
    isWanted: () => isWanted,
    isIsolated: () => isIsolated,
    results,
    test: (_path, _version, signal) =>
      new Promise((resolve, reject) => {
        tests += 1;
        finish = resolve;
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
    delayMs: 2_000,
    onAllowedChange: () => events.push(`allowed: ${reuse.allowed}`),
    onTest: () => events.push(`test: ${reuse.description}`),
    onReplaced: () => events.push('replaced'),
    onWarning: (message) => events.push(message),
  });
  reuse.inspected();
  return reuse;
}

test('a program that was not tested is tested once it has come up, and used as the test says', async () => {
  const reuse = create();
  expect(reuse.description).toBe('one per conversation (self-test not run yet)');
  reuse.cameUp();
  await vi.advanceTimersByTimeAsync(1_999);
  expect(tests).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect([tests, reuse.allowed]).toEqual([1, false]);

  finish(PASSED);
  await vi.advanceTimersByTimeAsync(0);

  expect(reuse.allowed).toBe(true);
  expect(events).toEqual([
    'test: one per conversation (self-test running)',
    'allowed: true',
    'test: reused (self-test passed on 2.1.330)',
  ]);
  reuse.cameUp();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(tests).toBe(1);
});

test('a program that has failed is not reused, and the reason is told', async () => {
  const reuse = create();
  reuse.cameUp();
  await vi.advanceTimersByTimeAsync(2_000);
  finish({ passed: false, reason: 'it hung' });
  await vi.advanceTimersByTimeAsync(0);

  expect(reuse.allowed).toBe(false);
  expect(reuse.description).toBe('one per conversation (the self-test failed on 2.1.330: it hung)');
  expect(events).toContain('each conversation has a process of its own: the self-test failed: it hung');
});

test('the result of an earlier run counts at once', () => {
  results.record({ version, size: 3 }, PASSED);

  expect(create().allowed).toBe(true);
  expect(events).toEqual(['allowed: true']);
});

test.each([true, false])('texts are appended without turns where the result says so: %s', (appendsTexts) => {
  results.record({ version, size: 3 }, { passed: true, appendsTexts });
  const reuse = create();

  expect([reuse.allowed, reuse.appendsTexts]).toEqual([true, appendsTexts]);
  isWanted = false;
  expect(reuse.appendsTexts).toBe(false);
});

test.each([
  ['that is too old', () => (version = '2.1.279'), 'one per conversation (claude 2.1.279 is too old)'],
  ['that is not to be reused', () => (isWanted = false), 'one per conversation (off in the settings)'],
  ['that is not isolated', () => (isIsolated = false), 'one per conversation (the CLI is not isolated)'],
])('a program %s is not tested', async (_, change, description) => {
  change();
  const reuse = create();
  reuse.cameUp();
  await vi.advanceTimersByTimeAsync(5_000);

  expect([tests, reuse.allowed, reuse.description]).toEqual([0, false, description]);
});

test('turning the setting on tests the program; turning it off ends reuse at once', async () => {
  isWanted = false;
  const reuse = create();
  reuse.cameUp();
  isWanted = true;
  reuse.settingsChanged();
  await vi.advanceTimersByTimeAsync(2_000);
  finish(PASSED);
  await vi.advanceTimersByTimeAsync(0);
  expect(reuse.allowed).toBe(true);

  isWanted = false;
  reuse.settingsChanged();

  expect(reuse.allowed).toBe(false);
  expect(events.at(-1)).toBe('allowed: false');
});

test('a program that was replaced is not reused until it was inspected and tested', async () => {
  results.record({ version, size: 3 }, PASSED);
  const reuse = create();

  writeFileSync(program, 'another');

  expect(reuse.allowed).toBe(false);
  expect(events.at(-1)).toBe('replaced');
  version = '2.1.331';
  reuse.inspected();
  reuse.cameUp();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(tests).toBe(1);
});

test('a program that is replaced during its test gets no result', async () => {
  const reuse = create();
  reuse.cameUp();
  await vi.advanceTimersByTimeAsync(2_000);
  writeFileSync(program, 'another');
  finish(PASSED);
  await vi.advanceTimersByTimeAsync(0);

  expect(results.find({ version, size: 3 })).toBeUndefined();
  expect(reuse.allowed).toBe(false);
});

test('closing ends a test that is under way', async () => {
  const reuse = create();
  reuse.cameUp();
  await vi.advanceTimersByTimeAsync(2_000);

  await reuse.close();

  expect(results.find({ version, size: 3 })).toBeUndefined();
});
