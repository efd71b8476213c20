/** Which fields of a body its schema does not have. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { boundedArray } from '../../../../app/api/input/boundedArray';
import { headerWord, unreadFields } from '../../../../app/api/input/unreadFields';

const part = z.union([
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('image'), url: z.string() }),
]);
const schema = z.object({
  model: z.string(),
  parts: boundedArray(part, 1_000).nullish(),
  config: z.object({ effort: z.string().nullish() }).nullish(),
  anything: z.unknown().optional(),
  record: z.record(z.string(), z.unknown()).nullish(),
  loose: z.looseObject({ a: z.string() }).nullish(),
});

test.each([
  ['a field', { more: 1 }, ['more']],
  ['a field of an object', { config: { effort: 'low', budget: 0 } }, ['config.budget']],
  ['the fields of the elements of an array, once', { parts: [image(1), image(1)] }, ['parts.size']],
  ['a field that another kind of element has', { parts: [{ type: 'text', text: 'a', url: 'b' }] }, ['parts.url']],
  ['an element of an unknown type', { parts: [{ type: 'audio', data: 'x' }] }, ['parts.audio']],
  [
    'a field with the name of one that every object has',
    JSON.parse('{"__proto__": 1, "constructor": 1}'),
    ['__proto__', 'constructor'],
  ],
])('names %s', async (_what, fields, names) => {
  expect(await unreadFields(schema, { model: 'a', ...fields })).toEqual(names);
});

test('names no field without a value, and nothing inside fields that take anything', async () => {
  const free = { x: { y: 1 } };
  const body = { model: 'a', anything: free, record: free, loose: { a: '', ...free } };
  expect(await unreadFields(schema, { ...body, a: null, b: false, c: '', d: [], e: {} })).toEqual([]);
});

test('names a hundred fields at most, with characters that a header may hold', async () => {
  const body = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field ${index}\r\n`, 1]));
  const names = await unreadFields(schema, body);
  expect([names.length, names[0]]).toEqual([100, 'field_0__']);
  expect(headerWord('x'.repeat(1_000))).toHaveLength(80);
});

function image(size: number) {
  return { type: 'image', url: 'x', size };
}
