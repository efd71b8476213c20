/** JSON schemas of tool arguments and of answers. The API accepts only schemas of objects. */
import { z } from 'zod';
import { invalidParam } from '../../chat/errors';
import { documentAs } from './documentAs';

/** The schema of a field that holds a JSON schema for `objectSchema`. */
export const jsonSchemaField = documentAs(
  z.record(z.string(), z.unknown()),
  z.record(z.string(), z.unknown()).describe('A JSON schema of an object, without anyOf, oneOf or allOf at the top.'),
);

/**
 * The schema unchanged, except that a missing type becomes `object`.
 * @param param the field of the body that holds it, for errors.
 * @throws ChatError `invalid_request` for a schema that the API does not accept.
 */
export function objectSchema(
  schema: Readonly<Record<string, unknown>>,
  param: string,
): Readonly<Record<string, unknown>> {
  const choice = ['anyOf', 'oneOf', 'allOf'].find((name) => schema[name] !== undefined);
  if (choice !== undefined)
    throw invalidParam(param, `"${choice}" is not supported at the top level of a schema, only inside it`);
  const { type } = schema;
  if (type === undefined) return { type: 'object', ...schema };
  if (type !== 'object') throw invalidParam(param, 'must be a schema of type "object"');
  return schema;
}
