/** What is used of the plan's windows is kept by account, over a restart, until the reset. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPlanWindows, type PlanWindows } from '../../../app/claude/planWindows';

const NOON = new Date(2026, 10, 25, 12, 0).getTime();
const HOUR_MS = 3_600_000;
const inHours = (hours: number) => NOON / 1000 + hours * 3600;

let folder: string;
let file: string;
let onChange: ReturnType<typeof vi.fn<() => void>>;
let onWarning: ReturnType<typeof vi.fn<(message: string) => void>>;

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
  folder = mkdtempSync(path.join(tmpdir(), 'claudacity-test-'));
  file = path.join(folder, 'data', 'planWindows.json');
  onChange = vi.fn<() => void>();
  onWarning = vi.fn<(message: string) => void>();
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

const open = (): PlanWindows => createPlanWindows({ file, onChange, onWarning });

const report = (fiveHour: number, hours = 2) => ({
  status: 'allowed',
  rateLimitType: 'five_hour',
  unifiedWindows: {
    five_hour: { utilization: fiveHour, resetsAt: inHours(hours) },
    seven_day: { utilization: 0.5, resetsAt: inHours(50) },
  },
});

const used = (windows: PlanWindows, account = 'ana') =>
  windows.of(account).map(({ name, used: share }) => [name, share]);

test('windows have a title, the used share and the reset, the shortest first', () => {
  const windows = open();
  windows.record('ana', report(0.25));
  expect(windows.of('ana')).toEqual([
    { name: 'five_hour', title: '5-hour limit', used: 0.25, resetsAt: NOON + 2 * HOUR_MS, reportedAt: NOON },
    { name: 'seven_day', title: 'Weekly limit', used: 0.5, resetsAt: NOON + 50 * HOUR_MS, reportedAt: NOON },
  ]);
});

test('they are kept over a restart, each for its account', () => {
  const before = open();
  before.record('ana', report(0.25));
  before.record('ben', report(0.75));
  before.close();
  expect([used(open(), 'ana')[0], used(open(), 'ben')[0], used(open(), 'eve')]).toEqual([
    ['five_hour', 0.25],
    ['five_hour', 0.75],
    [],
  ]);
});

test('a window is dropped at its reset, which is reported', async () => {
  const windows = open();
  windows.record('ana', report(0.25));
  onChange.mockClear();
  await vi.advanceTimersByTimeAsync(2 * HOUR_MS);
  expect([used(windows), onChange.mock.calls.length]).toEqual([[['seven_day', 0.5]], 1]);
});

test('an older report that arrives late changes nothing, a new window replaces the old one', () => {
  const windows = open();
  windows.record('ana', report(0.5));
  windows.record('ana', report(0.4));
  expect(used(windows)[0]).toEqual(['five_hour', 0.5]);
  windows.record('ana', report(0.01, 5));
  windows.record('ana', report(0.6));
  expect(used(windows)[0]).toEqual(['five_hour', 0.01]);
});

test('the limit of one model has an entry of its own', () => {
  const windows = open();
  windows.record('ana', { status: 'allowed', rateLimitType: 'seven_day_opus', utilization: 0.9, resetsAt: inHours(9) });
  expect(windows.of('ana')).toMatchObject([{ title: 'Weekly limit for Opus', used: 0.9 }]);
});

test('nothing is known without an account, with a damaged file, or where nothing is reported', () => {
  const windows = open();
  windows.record(undefined, report(0.5));
  windows.record('ana', { status: 'allowed' });
  expect([windows.of(undefined), windows.of('ana'), onChange.mock.calls.length]).toEqual([[], [], 0]);
  windows.close();
  writeFileSync(path.join(folder, 'broken.json'), '{"ana":');
  file = path.join(folder, 'broken.json');
  expect(used(open())).toEqual([]);
});

test('a file that cannot be written costs a warning alone', async () => {
  writeFileSync(path.join(folder, 'data'), '');
  const windows = open();
  windows.record('ana', report(0.5));
  await vi.advanceTimersByTimeAsync(1_000);
  expect([used(windows)[0], onWarning.mock.calls.length]).toEqual([['five_hour', 0.5], 1]);
});
