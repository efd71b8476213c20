/**
 * Rewrites the JSON schema of an answer for the CLI, which knows the keywords of draft 7 only. The CLI silently ignores a
 * schema with any other keyword, and the answer could then be anything (context/CLAUDE_PROTOCOL.md, "Structured output").
 */

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Translates keywords of newer drafts and of OpenAPI to draft 7 where it has a counterpart, and drops the others. */
export function answerSchema(schema: JsonSchema): JsonSchema {
  const { prefixItems, items, ...others } = schema;
  // Newer drafts write the schemas of a tuple as `prefixItems`, draft 7 as `items`.
  const tuple = Array.isArray(prefixItems) ? { items: prefixItems, additionalItems: items } : { items };
  return Object.fromEntries(
    Object.entries({ ...others, ...tuple }).flatMap(([keyword, value]) => {
      if (value === undefined) return [];
      if (PLAIN_KEYWORDS.has(keyword)) return [[keyword, value]];
      if (SCHEMA_KEYWORDS.has(keyword)) return [[keyword, convertSchemas(value)]];
      if (SCHEMA_MAP_KEYWORDS.has(keyword)) return [[keyword, convertSchemaMap(value)]];
      if (keyword === 'required') return [[keyword, Array.isArray(value) ? [...new Set(value)] : value]];
      if (BOUND_KEYWORDS.has(keyword)) return convertBound(keyword, schema);
      return [];
    }),
  );
}

/** Keywords whose values contain no schemas. */
const PLAIN_KEYWORDS = new Set([
  ...['$id', '$ref', '$comment', 'type', 'nullable', 'const', 'enum', 'format', 'multipleOf', 'pattern'],
  ...['maxLength', 'minLength', 'maxProperties', 'minProperties', 'maxItems', 'minItems', 'uniqueItems'],
  ...['title', 'description', 'default', 'examples', 'readOnly', 'writeOnly', 'contentMediaType', 'contentEncoding'],
]);
/** Keywords whose value is a schema or a list of schemas. */
const SCHEMA_KEYWORDS = new Set([
  ...['not', 'anyOf', 'oneOf', 'allOf', 'if', 'then', 'else', 'contains', 'propertyNames'],
  ...['items', 'additionalItems', 'additionalProperties'],
]);
/** Keywords whose value is an object of schemas by name. */
const SCHEMA_MAP_KEYWORDS = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependencies']);
const BOUND_KEYWORDS = new Set(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum']);

function convertSchemas(value: unknown): unknown {
  return Array.isArray(value) ? value.map(convertIfSchema) : convertIfSchema(value);
}

function convertSchemaMap(value: unknown): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, convertIfSchema(schema)]));
}

/** A schema may also be a boolean, and `dependencies` may have lists of names. */
function convertIfSchema(value: unknown): unknown {
  return isObject(value) ? answerSchema(value) : value;
}

/** In OpenAPI 3.0 and draft 4, `exclusiveMinimum: true` makes `minimum` exclusive; in draft 7, `exclusiveMinimum` is the bound itself. */
function convertBound(keyword: string, schema: JsonSchema): [string, unknown][] {
  const value = schema[keyword];
  if (keyword === 'minimum') return schema.exclusiveMinimum === true ? [] : [[keyword, value]];
  if (keyword === 'maximum') return schema.exclusiveMaximum === true ? [] : [[keyword, value]];
  if (typeof value !== 'boolean') return [[keyword, value]];
  const bound = keyword === 'exclusiveMinimum' ? schema.minimum : schema.maximum;
  return value && bound !== undefined ? [[keyword, bound]] : [];
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
