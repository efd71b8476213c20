/**
 * The schema of an answer as the CLI takes it: JSON Schema's draft 7, without a word that it does not know. Any other it
 * drops without saying so, and the answer would be bound to nothing (context/CLAUDE_PROTOCOL.md, "Structured output").
 */

export type JsonSchema = Readonly<Record<string, unknown>>;

/** With the same meaning, as far as draft 7 has words for it; what newer drafts and OpenAPI add is left out. */
export function answerSchema(schema: JsonSchema): JsonSchema {
  const { prefixItems, items, ...rest } = schema;
  // Newer drafts call a tuple's items differently.
  const renamed = Array.isArray(prefixItems) ? { items: prefixItems, additionalItems: items } : { items };
  return Object.fromEntries(
    Object.entries({ ...rest, ...renamed }).flatMap(([word, value]) => {
      if (value === undefined) return [];
      if (PLAIN.has(word)) return [[word, value]];
      if (HOLDS_SCHEMAS.has(word)) return [[word, schemaOrList(value)]];
      if (HOLDS_NAMED_SCHEMAS.has(word)) return [[word, named(value)]];
      if (word === 'required') return [[word, Array.isArray(value) ? [...new Set(value)] : value]];
      // OpenAPI 3.0 and draft 4 mark the bound beside it as exclusive.
      if (BOUNDS.has(word)) return bound(word, schema);
      return [];
    }),
  );
}

/** Whose values are no schemas. */
const PLAIN = new Set([
  ...['$id', '$ref', '$comment', 'type', 'nullable', 'const', 'enum', 'format', 'multipleOf', 'pattern'],
  ...['maxLength', 'minLength', 'maxProperties', 'minProperties', 'maxItems', 'minItems', 'uniqueItems'],
  ...['title', 'description', 'default', 'examples', 'readOnly', 'writeOnly', 'contentMediaType', 'contentEncoding'],
]);
const HOLDS_SCHEMAS = new Set([
  ...['not', 'anyOf', 'oneOf', 'allOf', 'if', 'then', 'else', 'contains', 'propertyNames'],
  ...['items', 'additionalItems', 'additionalProperties'],
]);
const HOLDS_NAMED_SCHEMAS = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependencies']);
const BOUNDS = new Set(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum']);

function schemaOrList(value: unknown): unknown {
  return Array.isArray(value) ? value.map(inner) : inner(value);
}

function named(value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, inner(schema)]));
}

function inner(value: unknown): unknown {
  return isObject(value) ? answerSchema(value) : value;
}

function bound(word: string, schema: JsonSchema): [string, unknown][] {
  const exclusive = word.startsWith('exclusive') ? word : `exclusive${word[0]?.toUpperCase()}${word.slice(1)}`;
  if (word !== exclusive) return schema[exclusive] === true ? [] : [[word, schema[word]]];
  if (typeof schema[word] !== 'boolean') return [[word, schema[word]]];
  const limit = schema[word === 'exclusiveMinimum' ? 'minimum' : 'maximum'];
  return schema[word] && limit !== undefined ? [[word, limit]] : [];
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
