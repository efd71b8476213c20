/** The requested form of the answer: text, a JSON object, or JSON that follows a schema. */
import { z } from 'zod';
import { invalidParam } from '../../../chat/errors';
import type { ChatRequest } from '../../../chat/request';
import { documentAs } from '../../input/documentAs';
import { jsonSchemaField, objectSchema } from '../../input/objectSchema';

const schemaFields = {
  name: z.string().nullish(),
  description: z.string().nullish(),
  schema: jsonSchemaField.nullish(),
  /** Has no effect: the answer always follows the schema. */
  strict: z.boolean().nullish(),
};

const formType = documentAs(z.string(), z.enum(['text', 'json_object', 'json_schema']));

/** `response_format` of chat completions. */
export const responseFormat = z.object({ type: formType, json_schema: z.object(schemaFields).nullish() }).nullish();

/** `text.format` of responses. */
export const textFormat = z.object({ type: formType, ...schemaFields }).nullish();

/** @throws ChatError `invalid_request` for an unknown form, and for a schema that the API does not support. */
export function parseResponseFormat(format: z.output<typeof responseFormat>): ChatRequest['schema'] {
  return answerSchema(format?.type, format?.json_schema, 'response_format', 'response_format.json_schema.schema');
}

/** @throws ChatError as `parseResponseFormat`. */
export function parseTextFormat(format: z.output<typeof textFormat>): ChatRequest['schema'] {
  return answerSchema(format?.type, format, 'text.format', 'text.format.schema');
}

/** The requested form as a response repeats it, with every field that Open Responses and OpenAI's packages require. */
export function textFormatObject(format: z.output<typeof textFormat>): object {
  const { type = 'text', name, description, schema, strict } = format ?? {};
  if (type !== 'json_schema') return { type };
  return {
    type,
    name: name ?? 'answer',
    description: description ?? '',
    schema: schema ?? ANY_OBJECT,
    strict: strict ?? false,
  };
}

type JsonSchema = Readonly<Record<string, unknown>>;
type SchemaFields = z.output<z.ZodObject<typeof schemaFields>>;

/** The format's name and description reach the model as the schema's own, where it has none. */
function namedSchema(schema: JsonSchema, fields: SchemaFields | null | undefined): JsonSchema {
  const { name, description } = fields ?? {};
  return { ...(name && { title: name }), ...(description && { description }), ...schema };
}

const ANY_OBJECT = { type: 'object' };

function answerSchema(
  type: string | undefined,
  fields: SchemaFields | null | undefined,
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
      return namedSchema(fields?.schema ? objectSchema(fields.schema, schemaParam) : ANY_OBJECT, fields);
    default:
      throw invalidParam(`${param}.type`, 'must be "text", "json_object" or "json_schema"');
  }
}
