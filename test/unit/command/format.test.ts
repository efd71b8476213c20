import { expect, test } from 'vitest';
import { oneLine, seconds, table } from '../../../app/command/format';
import { paintFor } from '../../../app/command/terminal';

test('columns are as wide as their longest cell, whatever is in it', () => {
  const { good } = paintFor(true);
  expect(
    table([
      ['NAME', 'X'],
      [good('ok'), '1'],
      ['電話', '2'],
      ['🙂', '3'],
    ]),
  ).toEqual(['NAME  X', `${good('ok')}    1`, '電話  2', '🙂    3']);
  expect(
    table([
      ['A', 'B'],
      ['1', ''],
    ]),
  ).toEqual(['A  B', '1']);
});

test('a text of a client cannot reach the terminal', () => {
  expect(oneLine('a\x1b[31mb\r\nc')).toBe('a [31mb c');
  expect(oneLine('x'.repeat(100), 10)).toBe(`${'x'.repeat(9)}…`);
});

test('times are short', () => {
  expect([seconds(null), seconds(420), seconds(12_345)]).toEqual(['–', '0.42 s', '12.3 s']);
});
