import { expect, test } from 'vitest';
import { addUsage, NO_USAGE, type Usage } from '../../../app/shared/usage';

const USAGE: Usage = { input: 1, cacheRead: 20, cacheWrite: 300, output: 4_000, thinking: 50, costUsd: 0.5 };

test('usage is added kind by kind, with its cost', () => {
  expect(addUsage(USAGE, { ...USAGE, input: 2 })).toEqual({
    ...{ input: 3, cacheRead: 40, cacheWrite: 600, output: 8_000, thinking: 100, costUsd: 1 },
  });
});

test('no usage adds nothing', () => {
  expect([USAGE].reduce(addUsage, NO_USAGE)).toEqual(USAGE);
});
