import { expect, test } from 'vitest';
import { createNoiseCounter } from '../../../../app/claude/pool/noiseCounter';

test('all lines are counted, and the first one of each process is reported with little of its text', () => {
  const warnings: string[] = [];
  const noise = createNoiseCounter((message) => warnings.push(message));
  const secret = `not json ${'secret '.repeat(100)}`;
  const [one, other] = [noise.forProcess(), noise.forProcess()];
  for (const line of [secret, secret]) one(line);
  other(secret);

  expect(noise.count).toBe(3);
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toContain('not json');
  expect(warnings[0]).not.toContain('secret secret');
});
