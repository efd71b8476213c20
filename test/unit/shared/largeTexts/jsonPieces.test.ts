/** The JSON of large values in pieces: it is the same as at once, and no piece ends within a character. */
import { expect, test } from 'vitest';
import { isLong, jsonPieces, textSlices } from '../../../../app/shared/largeTexts/jsonPieces';

const LONG_TEXTS = [
  'a"\\\n\u0001ä中'.repeat(100_000),
  `x${'\u{1f600}'.repeat(300_000)}`,
  `\ud800${'\udc00\ud800'.repeat(200_000)}`,
];

test.each<[string, unknown]>([
  ['a small value', { a: [1, null, true, 'b', undefined], b: undefined, c: {}, d: [] }],
  ['long texts', LONG_TEXTS],
  [
    'an object around long texts',
    { type: 'user', message: { content: LONG_TEXTS.map((text) => ({ text, title: undefined })) } },
  ],
  ['many small values', Array.from({ length: 100_000 }, (_, at) => ({ at, text: `${at}` }))],
])('the pieces of %s make the text that JSON.stringify returns', (_, value) => {
  const pieces = [...jsonPieces(value)];

  expect(pieces.join('') === JSON.stringify(value)).toBe(true);
  // Encoded one by one, too: half a character would become a replacement character.
  const bytes = Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
  expect(bytes.equals(Buffer.from(JSON.stringify(value)))).toBe(true);
  expect(pieces.every(({ length }) => length < 2_000_000)).toBe(true);
});

test('a text is divided into slices between characters', () => {
  for (const text of LONG_TEXTS.slice(0, 2)) {
    const slices = [...textSlices(text)];
    expect(slices.length).toBeGreaterThan(2);
    expect(Buffer.concat(slices.map((slice) => Buffer.from(slice))).equals(Buffer.from(text))).toBe(true);
  }
  expect([...textSlices('')]).toEqual([]);
});

test('tells a long value from a short one', () => {
  expect([isLong('a'), isLong({ a: ['x'.repeat(100_000)] }), isLong(null)]).toEqual([false, false, false]);
  expect([isLong(LONG_TEXTS[0]), isLong({ a: [{ b: LONG_TEXTS[0] }] })]).toEqual([true, true]);
  expect(isLong(Array.from({ length: 100_000 }, () => 1))).toBe(true);
});
