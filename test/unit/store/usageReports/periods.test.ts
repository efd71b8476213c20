/** The periods of the usage reports, in a zone whose clocks change. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bucketKey, dayBefore, periodAt, startOfDay } from '../../../../app/store/usageReports/periods';

const HOUR = 3_600_000;
let zone: string | undefined;

beforeAll(() => {
  zone = process.env.TZ;
  process.env.TZ = 'Europe/Berlin';
});

afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

const at = (year: number, month: number, day: number, hour = 0, minute = 0) =>
  new Date(year, month, day, hour, minute).getTime();

describe('a day', () => {
  test('has 24 hours, from midnight to midnight', () => {
    const { buckets, startAt, endAt, unit } = periodAt('day', 0, at(2026, 10, 22, 14, 30));
    expect([unit, startAt, endAt]).toEqual(['hour', at(2026, 10, 22), at(2026, 10, 23)]);
    expect(buckets).toHaveLength(24);
    expect(buckets[14]).toEqual({ startAt: at(2026, 10, 22, 14), endAt: at(2026, 10, 22, 15) });
  });

  test('has 23 hours where clocks are set forward: none begins at two', () => {
    const { buckets, startAt, endAt } = periodAt('day', 0, at(2026, 2, 29, 12));
    expect(endAt - startAt).toBe(23 * HOUR);
    expect(buckets).toHaveLength(23);
    expect(buckets.map(({ startAt: start }) => new Date(start).getHours()).slice(0, 4)).toEqual([0, 1, 3, 4]);
    expect(buckets.every(({ startAt: start, endAt: end }) => end - start === HOUR)).toBe(true);
  });

  test('has 25 hours where clocks are set back: the hour from two to three is two hours long', () => {
    const { buckets, startAt, endAt } = periodAt('day', 0, at(2026, 9, 25, 12));
    expect(endAt - startAt).toBe(25 * HOUR);
    expect(buckets).toHaveLength(24);
    expect(buckets.flatMap(({ startAt: start, endAt: end }, hour) => (end - start === 2 * HOUR ? [hour] : []))).toEqual(
      [2],
    );
  });

  test('the one before is the day before, also across a change of the clocks', () => {
    expect(periodAt('day', 1, at(2026, 9, 26, 0, 30)).startAt).toBe(at(2026, 9, 25));
    expect(dayBefore(at(2026, 9, 26))).toBe(at(2026, 9, 25));
    expect(startOfDay('2026-10-26')).toBe(at(2026, 9, 26));
  });
});

test.each([
  ['week', 7],
  ['month', 30],
] as const)('a %s is the last %i days with today, without gaps', (period, days) => {
  const now = at(2026, 10, 3, 9);
  const { buckets, startAt, endAt, unit } = periodAt(period, 0, now);
  expect(unit).toBe('day');
  expect(buckets).toHaveLength(days);
  expect(endAt).toBe(at(2026, 10, 4));
  expect(buckets.map((bucket) => bucket.startAt)).toEqual([
    startAt,
    ...buckets.slice(0, -1).map((bucket) => bucket.endAt),
  ]);
  expect(periodAt(period, 1, now).endAt).toBe(startAt);
});

test('an hour is sixty minutes, up to the end of the present one', () => {
  const now = at(2026, 10, 3, 9, 15) + 20_000;
  const { buckets, endAt, startAt, unit } = periodAt('hour', 0, now);
  expect([unit, buckets.length, endAt, startAt]).toEqual([
    'minute',
    60,
    at(2026, 10, 3, 9, 16),
    at(2026, 10, 3, 8, 16),
  ]);
  expect(periodAt('hour', 1, now).endAt).toBe(startAt);
});

test('sums are found by the local day and hour', () => {
  expect(bucketKey(at(2026, 0, 2, 3, 59), 'hour')).toBe('2026-01-02 03');
  expect(bucketKey(at(2026, 0, 2, 23, 59), 'day')).toBe('2026-01-02');
});
