import { expect, test } from 'vitest';
import { splitLongText } from '../../../../app/api/http/splitLongText';

const lengthOf = (piece: string) => Buffer.byteLength(JSON.stringify(piece));

test.each([
  ['a word', 'Hello'],
  ['nearly all that fits on a line', 'x'.repeat(30_000)],
  ['nothing', ''],
])('%s is not split', (_what, text) => {
  expect([...splitLongText(text)]).toEqual([text]);
});

test.each([
  ['ASCII', 'x'.repeat(200_000)],
  ['emoji, at odd places', `a${'👋🏽'.repeat(20_000)}`],
  ['CJK', '漢字'.repeat(50_000)],
  ['what JSON escapes', '\u001b"\\'.repeat(20_000)],
])('a long text of %s is split into short pieces without loss', (_what, text) => {
  const pieces = [...splitLongText(text)];
  expect(pieces.join('')).toBe(text);
  expect(pieces.every((piece) => lengthOf(piece) <= 31_000 && Buffer.from(piece).toString() === piece)).toBe(true);
});
