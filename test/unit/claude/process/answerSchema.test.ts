/** Schemas as the CLI takes them; that it drops the others was measured with the pinned CLI (test/api/tools.test.ts). */
import { expect, test } from 'vitest';
import { answerSchema } from '../../../../app/claude/process/answerSchema';

const within = (property: Record<string, unknown>) => ({ type: 'object', properties: { a: property } });
const seen = (property: Record<string, unknown>) => answerSchema(within(property)).properties;

test('a schema of draft 7 stays as it is', () => {
  const schema = {
    type: 'object',
    title: 'T',
    properties: {
      list: { type: 'array', items: [{ type: 'string' }], additionalItems: false, uniqueItems: true },
      choice: { anyOf: [{ const: 1 }, { $ref: '#/$defs/b' }], description: 'D', default: 1, examples: [1] },
      free: true,
    },
    patternProperties: { '^x-': { type: 'number', exclusiveMinimum: 0, maximum: 9 } },
    required: ['list'],
    additionalProperties: { type: 'string', format: 'email' },
    $defs: { b: { enum: ['x', null] } },
  };
  expect(answerSchema(schema)).toEqual(schema);
});

test('the draft that it names is left out, at any depth', () => {
  const $schema = 'https://json-schema.org/draft/2020-12/schema';
  expect(answerSchema({ $schema, ...within({ $schema, type: 'string' }) })).toEqual(within({ type: 'string' }));
});

test('words that it does not know are left out, names of properties are not words', () => {
  expect(seen({ type: 'string', 'x-order': 1, example: 'e', discriminator: {} })).toEqual({ a: { type: 'string' } });
  const named = { type: 'object', properties: { example: { type: 'string' }, discriminator: { type: 'string' } } };
  expect(answerSchema(named)).toEqual(named);
});

test('tuples of newer drafts are written in the old way', () => {
  expect(seen({ prefixItems: [{ type: 'string', example: '' }], items: false })).toEqual({
    a: { items: [{ type: 'string' }], additionalItems: false },
  });
});

test('a bound that is marked as exclusive becomes an exclusive one', () => {
  expect(seen({ minimum: 1, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: false })).toEqual({
    a: { exclusiveMinimum: 1, maximum: 5 },
  });
});

test('a property is required once', () => {
  expect(answerSchema({ required: ['a', 'b', 'a'] })).toEqual({ required: ['a', 'b'] });
});
