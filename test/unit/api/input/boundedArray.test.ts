/** Lists in bodies: how much of a wrong one is checked, and that long ones let other work in. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openApi } from '../../../../app/api/docs/openApi';
import { boundedArray } from '../../../../app/api/input/boundedArray';
import { validate } from '../../../../app/api/input/validate';

/** A schema of numbers that counts how many it has checked. */
function countingNumber() {
  const counter = { checked: 0 };
  const schema = z.unknown().transform((value, context) => {
    counter.checked += 1;
    if (typeof value === 'number') return value;
    context.issues.push({ code: 'invalid_type', expected: 'number', input: value });
    return z.NEVER;
  });
  return { counter, schema };
}

test('stops at the first element that is wrong, and names it', async () => {
  const { counter, schema } = countingNumber();
  const body = z.object({ list: boundedArray(schema, 100_000) });
  const list = Array.from({ length: 50_000 }, (_, index) => (index < 3 ? index : 'x'));
  await expect(validate(body, { list })).rejects.toMatchObject({
    param: 'list[3]',
    message: expect.stringContaining('expected number, received string'),
  });
  expect(counter.checked).toBe(4);
  expect(body.safeParse({ list }).error?.issues).toHaveLength(1);
});

test('checks each element once, in slices between which other work is done', async () => {
  const { counter, schema } = countingNumber();
  const slow = schema.transform((value) => {
    const until = performance.now() + 0.2;
    while (performance.now() < until);
    return value * 2;
  });
  const body = z.object({ list: z.union([z.string(), boundedArray(slow, 1_000)]).nullish() });
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  }, 0);
  const list = Array.from({ length: 500 }, (_, index) => index);
  const parsed = await validate(body, { list });
  clearInterval(counting);
  expect(parsed.list).toEqual(list.map((value) => value * 2));
  expect(counter.checked).toBe(500);
  expect(turns).toBeGreaterThan(1);
});

test.each([
  [{ list: [1, 2, 3, 4] }, 'list must hold 3 elements at most'],
  [{ list: [] }, 'list is empty'],
  [{}, 'list is required'],
  [{ list: 'x' }, 'expected array, received string'],
  [{ list: [{ inner: [1, 'x'] }] }, 'list[0].inner[1]'],
])('refuses %j', async (body, message) => {
  const element = z.union([z.number(), z.object({ inner: boundedArray(z.number(), 3) })]);
  const schema = z.object({
    list: boundedArray(element, 3, { notEmpty: 'is empty', missing: 'is required' }),
  });
  await expect(validate(schema, body)).rejects.toThrow(message);
});

test('is documented like any array', () => {
  const body = z.object({ list: boundedArray(z.object({ name: z.string() }), 3).nullish() });
  const document = openApi('1', [
    {
      title: 'X',
      fault: ({ status, message }) => ({ status, body: { error: message } }),
      routes: [
        { method: 'post', path: '/x', docs: { summary: 'x', body }, handle: () => ({ type: 'text', text: '' }) },
      ],
    },
  ]);
  expect(JSON.stringify(document)).toContain(
    '"list":{"minItems":0,"maxItems":3,"type":["array","null"],"items":{"type":"object","properties":{"name":{"type":"string"}}',
  );
});
