/** JSON schemas of what the model is to write: of a tool's arguments, and of a whole answer. The API takes them of objects alone. */
import { invalidParam } from '../../chat/errors';

/**
 * The schema as it is; one that leaves its type open is of an object, since nothing else can be asked for.
 * @param param the field that it came from, for the error.
 * @throws ChatError `invalid_request` for a schema that the API does not take.
 */
export function objectSchema(
  schema: Readonly<Record<string, unknown>>,
  param: string,
): Readonly<Record<string, unknown>> {
  const choice = ['anyOf', 'oneOf', 'allOf'].find((name) => schema[name] !== undefined);
  if (choice !== undefined)
    throw invalidParam(param, `"${choice}" is not supported at the top of a schema, only further in`);
  const { type } = schema;
  if (type === undefined) return { type: 'object', ...schema };
  if (type !== 'object') throw invalidParam(param, 'must be a schema of type "object"');
  return schema;
}
