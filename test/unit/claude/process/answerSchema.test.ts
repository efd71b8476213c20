/** Schemas become ones that the CLI accepts. test/api/tools.test.ts shows that the CLI ignores others. */
import { expect, test } from 'vitest';
import { answerSchema } from '../../../../app/claude/process/answerSchema';

const withProperty = (property: Record<string, unknown>) => ({ type: 'object', properties: { a: property } });
const convertedProperties = (property: Record<string, unknown>) => answerSchema(withProperty(property)).properties;

test('a schema of draft 7 is not changed', () => {
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

test('$schema is dropped, at any depth', () => {
  const $schema = 'https://json-schema.org/draft/2020-12/schema';
  expect(answerSchema({ $schema, ...withProperty({ $schema, type: 'string' }) })).toEqual(
    withProperty({ type: 'string' }),
  );
});

test('unknown keywords are dropped, but properties of the same name are kept', () => {
  expect(convertedProperties({ type: 'string', 'x-order': 1, example: 'e', discriminator: {} })).toEqual({
    a: { type: 'string' },
  });
  const named = { type: 'object', properties: { example: { type: 'string' }, discriminator: { type: 'string' } } };
  expect(answerSchema(named)).toEqual(named);
});

test('tuples of newer drafts are translated', () => {
  expect(convertedProperties({ prefixItems: [{ type: 'string', example: '' }], items: false })).toEqual({
    a: { items: [{ type: 'string' }], additionalItems: false },
  });
});

test('a bound that draft 4 marks as exclusive becomes an exclusive bound of draft 7', () => {
  expect(convertedProperties({ minimum: 1, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: false })).toEqual({
    a: { exclusiveMinimum: 1, maximum: 5 },
  });
});

test('repeated names in `required` are removed', () => {
  expect(answerSchema({ required: ['a', 'b', 'a'] })).toEqual({ required: ['a', 'b'] });
});
