/** The file that the page Usage exports. */
import { expect, test } from 'vitest';
import { usageCsv } from '../../../../app/core/usage/usageCsv';
import { NO_SUMS, type UsageReport } from '../../../../app/shared/reports/usageReport';
import { NO_USAGE } from '../../../../app/shared/usage';

const startAt = new Date(2026, 10, 22, 14).getTime();

function report(labels: string[]): UsageReport {
  const groups = labels.map((label, index) => ({ group: String(index), label }));
  const usage = { ...NO_USAGE, input: 1, cacheRead: 2, cacheWrite: 3, output: 4, costUsd: 1e-7 };
  const sums = { requests: 5, failed: 1, usage, billedUsd: 0.5 };
  return {
    ...{ period: 'day', offset: 0, group: 'client', startAt, endAt: startAt + 1, total: NO_SUMS, before: NO_SUMS },
    ...{ firstTokenMs: null, tokensPerSecond: null, notStored: 0, firstUseAt: null, groups },
    buckets: [{ startAt, endAt: startAt + 3_600_000, groups: groups.map(({ group }) => ({ group, ...sums })) }],
  };
}

const lines = (labels: string[]) => usageCsv(report(labels)).replace('\uFEFF', '').split('\r\n');

test('has a line for each group of each bucket, with numbers that no program has to guess', () => {
  const [head, first, end] = lines(['curl']);
  expect(head).toMatch(/^from,to,group,requests,failed,/);
  expect(first).toMatch(
    /^2026-11-22T14:00:00[+-]\d\d:\d\d,2026-11-22T15:00:00[+-]\d\d:\d\d,curl,5,1,1,2,3,4,0\.000000,0\.500000$/,
  );
  expect(end).toBe('');
});

test('quotes what would break a line or a cell', () => {
  expect(lines(['a,b'])[1]).toContain(',"a,b",');
  expect(lines(['say "hi"'])[1]).toContain(',"say ""hi""",');
  expect(usageCsv(report(['two\nlines']))).toContain(',"two\nlines",');
});

test.each(['=HYPERLINK("x")', '+1', '-1', '@SUM(A1)', '\tx'])('a name like a formula is text: %j', (label) => {
  expect(usageCsv(report([label]))).toMatch(/,"?'/);
});
