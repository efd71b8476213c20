/** What the page Usage makes of a report. */
import { describe, expect, test } from 'vitest';
import type { PlanHistory, UsageReport } from '../../../../app/shared/contract';
import { NO_SUMS } from '../../../../app/shared/reports/usageReport';
import { NO_USAGE } from '../../../../app/shared/usage';
import { changeText } from '../../../../renderer/usage/change';
import { bucketTotal, scaleTop, seriesOf } from '../../../../renderer/usage/chart/series';
import { MEASURES, measureOf } from '../../../../renderer/usage/measures';
import { axisTexts, bucketName, comparedWith, periodName } from '../../../../renderer/usage/periodText';
import { peaks, planLine } from '../../../../renderer/usage/plan/planLines';

const sums = (requests: number, output = 0) => ({ ...NO_SUMS, requests, usage: { ...NO_USAGE, output } });
const at = (hour: number, minute = 0) => new Date(2026, 10, 22, hour, minute).getTime();

function report(groups: string[]): UsageReport {
  return {
    ...{ period: 'day', offset: 0, group: 'client', startAt: at(0), endAt: at(24), total: NO_SUMS, before: NO_SUMS },
    ...{ firstTokenMs: null, tokensPerSecond: null, notStored: 0, firstUseAt: null },
    groups: groups.map((group) => ({ group, label: `the ${group}` })),
    buckets: [0, 1].map((hour) => ({
      ...{ startAt: at(hour), endAt: at(hour + 1) },
      groups: groups.map((group, index) => ({ group, ...sums(index + 1, 10) })),
    })),
  };
}

describe('series', () => {
  test('are the groups in their order, each with its sums by bucket', () => {
    const series = seriesOf(report(['a', 'b']));
    expect(series.map(({ label, color }) => [label, color])).toEqual([
      ['the a', '--series-1'],
      ['the b', '--series-2'],
    ]);
    expect(series[1]).toMatchObject({ sums: [{ requests: 2 }, { requests: 2 }], total: { requests: 4 } });
  });

  test('of more than eight groups, those behind the seventh are one', () => {
    expect(seriesOf(report([...'abcdefgh']))).toHaveLength(8);
    const series = seriesOf(report([...'abcdefghij']));
    expect(series).toHaveLength(8);
    expect(series[7]).toMatchObject({ label: '3 others', color: '--series-8', total: { requests: 2 * (8 + 9 + 10) } });
    expect(series.reduce((sum, { total }) => sum + total.requests, 0)).toBe(2 * 55);
  });

  test('a bucket’s total is the sum of its groups', () => {
    const [bucket] = report(['a', 'b', 'c']).buckets;
    expect(bucket && bucketTotal(bucket)).toMatchObject({ requests: 6, usage: { output: 30 } });
  });
});

test.each([
  [0, 1],
  [0.031, 0.05],
  [0.2, 0.2],
  [1, 1],
  [1_001, 2_000],
  [6e6, 1e7],
])('the scale of %d ends at %d', (highest, top) => {
  expect(scaleTop(highest)).toBeCloseTo(top, 10);
});

test('measures are those of the whole request, with the unit', () => {
  const all = { ...sums(3), usage: { input: 1, cacheRead: 10, cacheWrite: 2, output: 5, thinking: 0, costUsd: 0.5 } };
  expect(MEASURES.map(({ value }) => value(all))).toEqual([0.5, 5, 3, 18, 3]);
  expect(measureOf('requests').full(1)).toBe('1 request');
  expect(measureOf('all').full(1_234)).toBe('1,234 tokens');
});

test.each([
  [112, 100, '12 % more'],
  [92, 100, '8 % less'],
  [100, 100, 'as much'],
  [1_200, 100, '12 times as much'],
  [0, 100, '100 % less'],
  [5, 0, null],
])('from %d after %d: %s', (now, before, text) => {
  expect(changeText(now, before)).toBe(text);
});

describe('periods in words', () => {
  test('the present ones have a name, the others their dates', () => {
    const span = { startAt: at(0), endAt: at(24) };
    expect(periodName({ period: 'day', offset: 0, ...span })).toBe('Today');
    expect(periodName({ period: 'week', offset: 0, ...span })).toBe('Last 7 days');
    const week = { startAt: new Date(2024, 10, 16).getTime(), endAt: new Date(2024, 10, 23).getTime() };
    expect(periodName({ period: 'week', offset: 3, ...week })).toBe('Nov 16, 2024 – Nov 22, 2024');
    expect(comparedWith({ period: 'day', offset: 0 })).toBe('yesterday by this time');
  });

  test('an hour that clocks repeat says so', () => {
    expect(bucketName({ startAt: at(2), endAt: at(3), groups: [] }, 'day')).toBe('02:00–03:00');
    expect(bucketName({ startAt: at(2), endAt: at(4), groups: [] }, 'day')).toBe(
      '02:00–03:00, twice: clocks were set back',
    );
  });

  test('an axis has few texts', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => ({ startAt: at(hour), endAt: at(hour + 1), groups: [] }));
    expect(axisTexts(hours, 'day').filter(Boolean)).toEqual(['00:00', '06:00', '12:00', '18:00']);
  });
});

describe('the plan’s windows', () => {
  const history: PlanHistory = {
    ...{ accountId: '', account: 'Mine', name: 'five_hour', title: '5-hour limit' },
    points: [
      { at: at(1), used: 0.2, resetsAt: at(5) },
      { at: at(2), used: 0.6, resetsAt: at(5) },
      { at: at(7), used: 0.1, resetsAt: at(12) },
    ],
  };

  test('hold until the next report, and are unused from their reset on', () => {
    expect(planLine(history, at(0), at(8))).toEqual([
      { at: at(1), used: 0.2 },
      { at: at(2), used: 0.2 },
      { at: at(2), used: 0.6 },
      { at: at(5), used: 0.6 },
      { at: at(5), used: 0 },
      { at: at(7), used: 0 },
      { at: at(7), used: 0.1 },
      { at: at(8), used: 0.1 },
    ]);
  });

  test('begin at the chart’s edge where they were reported before', () => {
    expect(planLine(history, at(1, 30), at(8))[0]).toEqual({ at: at(1, 30), used: 0.2 });
  });

  test('have a peak each', () => {
    expect(peaks(history)).toEqual([
      { firstAt: at(1), resetsAt: at(5), used: 0.6 },
      { firstAt: at(7), resetsAt: at(12), used: 0.1 },
    ]);
  });
});
