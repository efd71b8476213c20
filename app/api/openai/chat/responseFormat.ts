/** The form that the answer is to have: text, JSON, or JSON after a schema. */
import { z } from 'zod';
import { invalidParam } from '../../../chat/errors';
import type { ChatRequest } from '../../../chat/request';
import { objectSchema } from '../../input/objectSchema';

const described = {
  name: z.string().nullish(),
  description: z.string().nullish(),
  schema: z.record(z.string(), z.unknown()).nullish(),
  /** Makes no difference: the answer is valid against the schema either way. */
  strict: z.boolean().nullish(),
};

/** As chat completions have it. */
export const responseFormat = z.object({ type: z.string(), json_schema: z.object(described).nullish() }).nullish();

/** As responses have it. */
export const textFormat = z.object({ type: z.string(), ...described }).nullish();

/** @throws ChatError `invalid_request` for a form that there is not, and for a schema that the model cannot be given. */
export function schemaOf(asked: z.output<typeof responseFormat>): ChatRequest['schema'] {
  return schema(asked?.type, asked?.json_schema?.schema, 'response_format', 'response_format.json_schema.schema');
}

/** @throws ChatError as `schemaOf`. */
export function schemaOfText(asked: z.output<typeof textFormat>): ChatRequest['schema'] {
  return schema(asked?.type, asked?.schema, 'text.format', 'text.format.schema');
}

const ANY_OBJECT = { type: 'object' };

function schema(
  type: string | undefined,
  given: Readonly<Record<string, unknown>> | null | undefined,
  param: string,
  schemaParam: string,
): ChatRequest['schema'] {
  switch (type) {
    case undefined:
    case 'text':
      return undefined;
    case 'json_object':
      return ANY_OBJECT;
    case 'json_schema':
      return given ? objectSchema(given, schemaParam) : ANY_OBJECT;
    default:
      throw invalidParam(`${param}.type`, 'must be "text", "json_object" or "json_schema"');
  }
}
