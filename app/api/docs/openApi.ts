/**
 * Builds the OpenAPI document from the routes: their paths, their documentation, and the schemas that check their bodies.
 */
import { z } from 'zod';
import type { Dialect, Route, RouteDocs } from '../dialect';
import type { Fault } from '../fault';
import { asPlainArray } from '../input/boundedArray';
import { documentedSchema } from '../input/documentAs';

/** Routes that the document shows under one title. Sections of the same title are shown as one. */
export interface DocumentedSection {
  readonly title: string;
  readonly routes: readonly Route[];
  /** How the dialect words an error. */
  readonly fault: Dialect['fault'];
}

/** @param sections the clients' dialects, then the app's own routes. */
export function openApi(version: string, sections: readonly DocumentedSection[]): object {
  const titles = [...new Set(sections.map(({ title }) => title))];
  const paths: Record<string, Record<string, object>> = {};
  for (const section of sections) {
    for (const { method, path, docs, isAlias } of section.routes) {
      if (docs === null || isAlias) continue;
      const template = path.replaceAll(NAME, '{$1}');
      const params = [...path.matchAll(NAME)].map(([, param]) => param ?? '');
      paths[template] = { ...paths[template], [method]: operationObject(docs, section, params) };
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Claudacity', version, description: description(titles.slice(0, -1)) },
    tags: titles.map((name) => ({ name })),
    // Relative to the document, which may have been read at `/k/KEY/openapi.json`.
    servers: [{ url: './' }],
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'From another computer only: an API key made in the app.' },
      },
    },
    // Either without a key, or with one.
    security: [{}, { key: [] }],
  };
}

/** @param dialects the titles of the clients' dialects. */
function description(dialects: readonly string[]): string {
  // British English lists without a comma before "and".
  const list = new Intl.ListFormat('en-GB').format(dialects);
  return `Answers from the \`claude\` CLI of this computer, in the dialects of ${list}.

Paths under \`/v1\` are served without \`/v1\` too. Parameters that
have no effect here are named in the response header \`x-claudacity-ignored\`.`;
}

/** A parameter in an Express path. */
const NAME = /[:*](\w+)/g;

function operationObject(docs: RouteDocs, { title, fault }: DocumentedSection, params: readonly string[]): object {
  const { summary, description, body, example, refused } = docs;
  return {
    tags: [title],
    summary,
    ...(description !== undefined && { description }),
    ...(params.length > 0 && {
      parameters: params.map((name) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string', minLength: 1 },
      })),
    }),
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body), example } } },
    }),
    responses: {
      ...((refused === undefined || docs.answer || docs.textType) && { 200: answerObject(docs) }),
      ...refusals(docs, params, fault),
    },
  };
}

function answerObject({ answer, streams, textType }: RouteDocs): object {
  if (textType !== undefined) return { description: 'The answer.', content: { [textType]: {} } };
  return {
    description: streams === undefined ? 'The answer.' : 'The answer, whole or, where the body asks for it, in parts.',
    content: {
      'application/json': { schema: shapeOf(answer ?? {}), ...(answer !== undefined && { example: answer }) },
      // Without a schema: some programs would read it as that of the whole stream, others as that of each event.
      ...(streams !== undefined && { [streams]: {} }),
    },
  };
}

/** The types of an example's fields, as a JSON schema. A field that is null may be anything. */
function shapeOf(example: object): object {
  const types = Object.entries(example).map(([name, value]): [string, object] => {
    if (value === null) return [name, {}];
    return [name, { type: Array.isArray(value) ? 'array' : typeof value }];
  });
  return { type: 'object', properties: Object.fromEntries(types) };
}

/** Every status of an error with its reason, and the error in the dialect's words. */
function refusals(
  { body, refused, summary, streams }: RouteDocs,
  params: readonly string[],
  fault: Dialect['fault'],
): object {
  const reasons: [status: number | '5XX', code: Fault['code'], reason: string][] = [
    ...(refused === undefined ? [] : [[refused, refused === 401 ? 'no_account' : 'invalid_request', summary] as const]),
    ...(body === undefined ? [] : BODY_REASONS),
    ...(params.length > 0 || body !== undefined || refused !== undefined ? [UNKNOWN_MODEL] : []),
    ...(streams === undefined ? [] : [USED_UP]),
    ...REASONS,
  ].map(([status, code, reason]) => [status, code, reason]);
  const byStatus = new Map<number | '5XX', { reasons: string[]; body: unknown }>();
  for (const [status, code, reason] of reasons) {
    const shown = { status: status === '5XX' ? 500 : status, code, message: reason, param: null };
    const reply = fault({ ...shown, recorded: '', retryAfterS: null, shouldRetry: false });
    const key = status === '5XX' ? status : reply.status;
    const others = byStatus.get(key);
    byStatus.set(key, { body: reply.body, ...others, reasons: [...(others?.reasons ?? []), reason] });
  }
  const objects = [...byStatus].map(([status, { reasons, body: example }]) => {
    const content = { 'application/json': { schema: shapeOf(Object(example)), example } };
    return [status, { description: [...new Set(reasons)].join(' '), content }];
  });
  return Object.fromEntries(objects);
}

type Reason = readonly [status: number | '5XX', code: Fault['code'], reason: string];

const BODY_REASONS: readonly Reason[] = [
  [400, 'invalid_request', 'The body is not valid, or asks for what is not supported; the message names the field.'],
  [408, 'request_timeout', 'The body does not arrive in time.'],
  [413, 'too_large', 'The body is too large.'],
  [415, 'unsupported_encoding', 'The body is compressed in an unknown way.'],
];
const UNKNOWN_MODEL: Reason = [404, 'model_not_found', 'There is no such model.'];
const USED_UP: Reason = [
  429,
  'rate_limit',
  'A limit of the plan or of the API key is used up, or the API gets too many requests.',
];
const REASONS: readonly Reason[] = [
  [
    401,
    'invalid_api_key',
    'A request from another computer has no valid API key, or the key that was sent is not valid.',
  ],
  [403, 'forbidden', 'The request comes from a web page of a foreign site, or its API key does not reach this path.'],
  [431, 'invalid_request', 'The request has too many header lines.'],
  ['5XX', 'internal', 'The CLI or the API has failed, or the server is stopping.'],
];

/** The JSON schema of the body as the client sends it, before the schema's transformations. */
function schemaOf(body: z.ZodType): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(body, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const shown = documentedSchema(zodSchema) ?? asPlainArray(zodSchema);
      if (shown === undefined) return;
      for (const keyword of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, keyword);
      Object.assign(jsonSchema, schemaOf(shown));
    },
  });
  return simplified(schema) as JsonSchema;
}

type JsonSchema = Readonly<Record<string, unknown>>;

/** Joins nested alternatives, and writes "or null" as a type where it can: nearly every field accepts null. */
function simplified(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(simplified);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { propertyNames: _, ...rest } = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, simplified(value)]),
  );
  const { anyOf, ...others } = rest;
  if (!Array.isArray(anyOf)) return rest;
  const branches: JsonSchema[] = anyOf.flatMap((branch) => (isOnlyAlternatives(branch) ? branch.anyOf : [branch]));
  const [first, second] = branches;
  if (branches.length !== 2 || second?.type !== 'null' || typeof first?.type !== 'string' || 'const' in first) {
    return { ...others, anyOf: branches };
  }
  const { enum: values, ...described } = first;
  return {
    ...described,
    ...others,
    type: [first.type, 'null'],
    ...(Array.isArray(values) && { enum: [...values, null] }),
  };
}

function isOnlyAlternatives(schema: JsonSchema): schema is { readonly anyOf: JsonSchema[] } {
  return Array.isArray(schema.anyOf) && Object.keys(schema).length === 1;
}
