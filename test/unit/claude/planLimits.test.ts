/** Limits of the plan that are used up end at their reset, or with an answer that they would have stopped. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPlanLimits } from '../../../app/claude/planLimits';

const NOON = new Date(2026, 10, 25, 12, 0).getTime();
const HOUR_MS = 3_600_000;
const inHours = (hours: number) => NOON / 1000 + hours * 3600;

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
});
afterEach(() => {
  vi.useRealTimers();
});

function create() {
  const onChange = vi.fn();
  return { limits: createPlanLimits(onChange), onChange };
}

const rejected = (rateLimitType: string, hours: number) => ({
  status: 'rejected',
  rateLimitType,
  resetsAt: inHours(hours),
});

test('a limit that is used up is a problem that stops all answers, until its reset', async () => {
  const { limits, onChange } = create();
  limits.record(rejected('five_hour', 1));
  expect(limits.problem).toMatchObject({
    code: 'plan_exhausted',
    message: 'The plan’s 5-hour limit is used up until 13:00.',
    impact: 'all',
    resetsAt: NOON + HOUR_MS,
  });

  await vi.advanceTimersByTimeAsync(HOUR_MS - 1);
  expect([limits.problem !== undefined, onChange.mock.calls.length]).toEqual([true, 1]);
  await vi.advanceTimersByTimeAsync(1);
  expect([limits.problem, onChange.mock.calls.length]).toEqual([undefined, 2]);
});

test('a reset on another day is named with its date', () => {
  const { limits } = create();
  limits.record(rejected('seven_day', 48));
  expect(limits.problem?.message).toBe('The plan’s weekly limit is used up until 27 Nov, 12:00.');
});

test('a limit of one model stops that model alone, and an answer of another does not end it', () => {
  const { limits } = create();
  limits.record(rejected('seven_day_opus', 1));
  expect(limits.problem).toMatchObject({ impact: 'some', message: expect.stringContaining('for Opus') });

  limits.recordAnswer('claude-sonnet-5-5');
  expect(limits.problem).toBeDefined();
  limits.recordAnswer('claude-opus-5-5');
  expect(limits.problem).toBeUndefined();
});

test('of several limits the one is shown that stops all answers, and of these the one that is reset last', () => {
  const { limits } = create();
  limits.record(rejected('seven_day_opus', 100));
  limits.record(rejected('five_hour', 1));
  limits.record(rejected('seven_day', 2));
  expect(limits.problem?.resetsAt).toBe(NOON + 2 * HOUR_MS);
});

test('a report that a limit allows requests again ends its problem', () => {
  const { limits } = create();
  limits.record(rejected('five_hour', 1));
  limits.record({ status: 'allowed_warning', rateLimitType: 'five_hour', resetsAt: inHours(1) });
  expect(limits.problem).toBeUndefined();
});

test('a refusal with a full window is a problem; one without says nothing of the plan', () => {
  const { limits } = create();
  const window = (utilization: number) => ({ five_hour: { utilization, resetsAt: inHours(1) } });
  limits.recordRefusal();
  limits.record({ status: 'allowed', rateLimitType: 'five_hour', unifiedWindows: window(0.4) });
  limits.recordRefusal();
  expect(limits.problem).toBeUndefined();

  limits.record({ status: 'allowed', rateLimitType: 'five_hour', unifiedWindows: window(1) });
  limits.recordRefusal();
  expect(limits.problem?.resetsAt).toBe(NOON + HOUR_MS);
});

test('a limit without a reset stays until an answer', async () => {
  const { limits } = create();
  limits.record({ status: 'rejected' });
  await vi.advanceTimersByTimeAsync(1_000 * HOUR_MS);
  expect(limits.problem).toMatchObject({ message: 'The plan’s limit is used up.' });
  expect(limits.problem).not.toHaveProperty('resetsAt');
  limits.recordAnswer('claude-opus-5-5');
  expect(limits.problem).toBeUndefined();
});
