import { expect, test } from 'vitest';
import { addUsage, knownUsage, NO_USAGE, type Usage, unfinishedUsage } from '../../../app/shared/usage';

const USAGE: Usage = { input: 1, cacheRead: 20, cacheWrite: 300, output: 4_000, thinking: 50, costUsd: 0.5 };

test('usage is added kind by kind, with its cost', () => {
  expect(addUsage(USAGE, { ...USAGE, input: 2 })).toEqual({
    ...{ input: 3, cacheRead: 40, cacheWrite: 600, output: 8_000, thinking: 100, costUsd: 1 },
  });
});

test('no usage adds nothing', () => {
  expect([USAGE].reduce(addUsage, NO_USAGE)).toEqual(USAGE);
});

test('of an answer that has not ended, neither the output nor the cost is known, and sums count neither', () => {
  const unfinished = unfinishedUsage(USAGE);
  expect(unfinished).toMatchObject({ input: 1, cacheRead: 20, cacheWrite: 300, output: null, costUsd: null });
  expect(knownUsage(unfinished)).toEqual({ ...USAGE, output: 0, thinking: 0, costUsd: 0 });
  expect([knownUsage(USAGE), knownUsage(null)]).toEqual([USAGE, NO_USAGE]);
});
