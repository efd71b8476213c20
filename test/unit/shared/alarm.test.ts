/** An alarm follows the wall clock, not the time that the computer was awake. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAlarm } from '../../../app/shared/alarm';

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

test('it rings once, at its time', () => {
  const ring = vi.fn();
  createAlarm(ring).set(3_600_000);
  vi.advanceTimersByTime(3_599_999);
  expect(ring).not.toHaveBeenCalled();
  vi.advanceTimersByTime(10_000_000);
  expect(ring).toHaveBeenCalledOnce();
});

test('after a sleep of the computer it rings within a minute', () => {
  const ring = vi.fn();
  createAlarm(ring).set(3_600_000);
  vi.advanceTimersByTime(90_000);

  vi.setSystemTime(8 * 3_600_000);
  vi.advanceTimersByTime(60_000);

  expect(ring).toHaveBeenCalledOnce();
});

test('another time replaces the first, and none ends it', () => {
  const ring = vi.fn();
  const alarm = createAlarm(ring);
  alarm.set(1_000);
  alarm.set(2_000);
  vi.advanceTimersByTime(1_500);
  expect(ring).not.toHaveBeenCalled();
  alarm.set(undefined);
  vi.advanceTimersByTime(100_000);
  expect(ring).not.toHaveBeenCalled();
});

test('a time that has passed rings at once', () => {
  vi.setSystemTime(5_000);
  const ring = vi.fn();
  createAlarm(ring).set(1_000);
  vi.advanceTimersByTime(0);
  expect(ring).toHaveBeenCalledOnce();
});
