import { describe, expect, it } from 'vitest';
import type { RequestDetails } from '../../../app/shared/contract';
import { NO_USAGE } from '../../../app/shared/usage';
import { requestTiming } from '../../../renderer/requests/details/timing/requestTiming';
import { describeHours, HOURS, scaleTop, stackHours } from '../../../renderer/requests/today/hourlyStack';
import {
  formatAge,
  formatBytes,
  formatCachedShare,
  formatCompact,
  formatDuration,
  formatElapsed,
  formatLastUse,
  formatRemaining,
  formatTime,
  formatUsd,
  inputTokens,
  plural,
} from '../../../renderer/ui/format';
import { selectionAfter } from '../../../renderer/ui/list/selectionAfter';
import { requestRow } from '../../support/rendererDev/requestRow';

describe('numbers and times', () => {
  it.each([
    [0, '0'],
    [9_999, '9,999'],
    [12_345, '12.3k'],
    [99_949, '99.9k'],
    [99_950, '100k'],
    [999_499, '999k'],
    [999_500, '1.00M'],
    [1_240_000, '1.24M'],
    [12_400_000, '12.4M'],
    [1_234_000_000, '1,234M'],
  ])('writes %i tokens as %s', (count, text) => expect(formatCompact(count)).toBe(text));

  it.each([
    [0, '0 ms'],
    [840.4, '840 ms'],
    [999.6, '1.0 s'],
    [3_240, '3.2 s'],
    [59_960, '1 m 00 s'],
    [125_000, '2 m 05 s'],
    [3_840_000, '1 h 04 m'],
  ])('writes %f ms as %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('writes a running duration in seconds from the start, and never below zero', () => {
    expect([formatElapsed(40), formatElapsed(-500)]).toEqual(['0.0 s', '0.0 s']);
  });

  it.each([
    [900, 'now'],
    [40_000, '40 s ago'],
    [300_000, '5 min ago'],
    [7_300_000, '2 h ago'],
    [200_000_000, '2 d ago'],
  ])('calls %i ms %s', (ms, text) => expect(formatAge(ms)).toBe(text));

  it.each([
    [-500, '0 s'],
    [39_200, '40 s'],
    [60_001, '2 min'],
    [300_000, '5 min'],
    [3_600_001, '2 h'],
  ])('has %i ms end in %s', (ms, text) => expect(formatRemaining(ms)).toBe(text));

  it.each([
    [840, '840 B'],
    [12_400, '12 kB'],
    [999_500, '1.0 MB'],
    [12_400_000, '12 MB'],
  ])('writes %i bytes as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it('writes a last use as an age within a day, and as a date before that', () => {
    const now = new Date(2026, 10, 22, 15, 0, 0).getTime();
    const used = [new Date(2026, 10, 22, 14, 0, 0), new Date(2026, 10, 20), new Date(2025, 10, 20)];
    expect(used.map((time) => formatLastUse(time.getTime(), now))).toEqual(['1 h ago', 'Nov 20', 'Nov 20, 2025']);
  });

  it('writes small amounts of money to a hundredth of a cent', () => {
    expect([formatUsd(0), formatUsd(0.0042), formatUsd(1.234)]).toEqual(['$0.00', '$0.0042', '$1.23']);
  });

  it('writes the day only where it is not today', () => {
    const now = new Date(2026, 10, 22, 15, 0, 0).getTime();
    expect(formatTime(new Date(2026, 10, 22, 14, 2, 9).getTime(), now)).toBe('14:02:09');
    expect(formatTime(new Date(2026, 10, 21, 14, 2, 9).getTime(), now)).toBe('Nov 21 14:02');
  });

  it('counts cached tokens as input', () => {
    expect(inputTokens({ ...NO_USAGE, input: 1, cacheRead: 20, cacheWrite: 300, output: 4000 })).toBe(321);
  });

  it('counts one and many', () => {
    expect([plural(1, 'turn'), plural(1_200, 'turn')]).toEqual(['1 turn', '1,200 turns']);
  });
});

describe('the chart of the day', () => {
  const hourly = HOURS.map((hour) => ({ ...NO_USAGE, input: hour, cacheRead: 100, cacheWrite: 10, output: 1_000 }));

  it('stacks the kinds, the tallest row first', () => {
    expect(stackHours(hourly).map((row) => row[5])).toEqual([1_115, 115, 110, 100]);
  });

  it('draws hours that are missing as empty', () => {
    expect(stackHours([])[0]).toEqual(HOURS.map(() => 0));
  });

  it('is described by its highest hour', () => {
    expect(describeHours(hourly)).toBe('Tokens by hour. Most between 23:00 and 24:00: 1,133 of 26.9k.');
    expect(describeHours([])).toBe('Tokens by hour. None yet today.');
  });

  it.each([
    [0, 1_000],
    [1_001, 2_000],
    [187_000, 200_000],
    [500_001, 1_000_000],
  ])('has a scale for %i that ends at %i', (highest, top) => expect(scaleTop(highest)).toBe(top));
});

describe('the timing of a request', () => {
  const details = (known: Partial<RequestDetails>) =>
    ({
      ...requestRow(),
      ...{ messages: 1, loadMs: null, queueMs: null, processMs: null, toolWaitMs: null },
      ...known,
    }) as RequestDetails;
  const milliseconds = (known: Partial<RequestDetails>, elapsedMs = 0) =>
    requestTiming(details(known), elapsedMs).map(({ ms }) => ms);

  it('is load, prompt and answer, which add up to the duration', () => {
    expect(milliseconds({ loadMs: 100, firstTokenMs: 700, durationMs: 3_000 })).toEqual([100, 600, 2_300]);
  });

  it('grows in the part that a running request has reached, and the others are not known yet', () => {
    expect(milliseconds({ durationMs: null }, 300)).toEqual([300, null, null]);
    expect(milliseconds({ loadMs: 100, durationMs: null }, 900)).toEqual([100, 800, null]);
    expect(milliseconds({ loadMs: 100, firstTokenMs: 700, durationMs: null }, 900)).toEqual([100, 600, 200]);
  });

  it('ends in the part in which the request failed', () => {
    expect(milliseconds({ durationMs: 300 })).toEqual([300, null, null]);
    expect(milliseconds({ loadMs: 100, durationMs: 300 })).toEqual([100, 200, null]);
  });

  it('is not known of a request that asked no model', () => {
    expect(milliseconds({ messages: null, durationMs: 4 })).toEqual([]);
  });
});

describe('the keys of a list', () => {
  it.each([
    ['ArrowDown', -1, 0],
    ['ArrowDown', 9, 9],
    ['ArrowUp', 0, 0],
    ['PageDown', 2, 6],
    ['PageUp', 2, 0],
    ['End', 0, 9],
    ['Home', 5, 0],
  ])('%s moves from %i to %i of ten', (key, from, to) => expect(selectionAfter(key, from, 10, 4)).toBe(to));

  it('leave an empty list and other keys alone', () => {
    expect([selectionAfter('End', -1, 0, 4), selectionAfter('a', 3, 10, 4)]).toEqual([null, null]);
  });
});

it.each([
  ['nothing cached', 0, 0, 500, null],
  ['nothing read yet', 0, 900, 100, '0 % cached'],
  ['a part', 920, 50, 30, '92 % cached'],
  ['nearly all', 9_999, 0, 1, '99 % cached'],
  ['all', 1_000, 0, 0, '100 % cached'],
])('the cached share of a prompt, %s', (_, cacheRead, cacheWrite, input, expected) => {
  expect(formatCachedShare({ ...NO_USAGE, cacheRead, cacheWrite, input })).toBe(expected);
});
