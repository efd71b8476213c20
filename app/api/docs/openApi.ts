/**
 * Builds the OpenAPI document from the routes: their paths, their documentation, and the schemas that check their bodies.
 */
import { z } from 'zod';
import type { Route, RouteDocs } from '../dialect';
import { asPlainArray } from '../input/boundedArray';

/** Routes that the document shows under one title. Sections of the same title are shown as one. */
export interface DocumentedSection {
  readonly title: string;
  readonly routes: readonly Route[];
}

/** @param sections the clients' dialects, then the app's own routes. */
export function openApi(version: string, sections: readonly DocumentedSection[]): object {
  const titles = [...new Set(sections.map(({ title }) => title))];
  const paths: Record<string, Record<string, object>> = {};
  for (const { title, routes } of sections) {
    for (const { method, path, docs, isAlias } of routes) {
      if (docs === null || isAlias) continue;
      const template = path.replaceAll(NAME, '{$1}');
      const params = [...path.matchAll(NAME)].map(([, param]) => param ?? '');
      paths[template] = { ...paths[template], [method]: operationObject(docs, title, params) };
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Claudacity', version, description: description(titles.slice(0, -1)) },
    tags: titles.map((name) => ({ name })),
    servers: [{ url: '/' }],
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

Paths under \`/v1\` are served without \`/v1\` too. A field that is \`null\` counts as absent. Parameters that
have no effect here are named in the response header \`x-claudacity-ignored\`.`;
}

/** A parameter in an Express path. */
const NAME = /[:*](\w+)/g;

function operationObject(docs: RouteDocs, tag: string, params: readonly string[]): object {
  const { summary, description, body, example, answer, streams } = docs;
  return {
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(params.length > 0 && {
      parameters: params.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    }),
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body), example } } },
    }),
    responses: {
      200: {
        description:
          streams === undefined ? 'The answer.' : 'The answer, whole or, where the body asks for it, in parts.',
        ...(answer !== undefined && {
          content: {
            'application/json': { example: answer },
            // Without a schema: some programs would read it as that of the whole stream, others as that of each event.
            ...(streams !== undefined && { [streams]: {} }),
          },
        }),
      },
      default: { description: 'What is wrong, as the dialect words it.' },
    },
  };
}

/** The JSON schema of the body as the client sends it, before the schema's transformations. */
function schemaOf(body: z.ZodType): unknown {
  const { $schema: _, ...schema } = z.toJSONSchema(body, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const array = asPlainArray(zodSchema);
      if (array !== undefined) Object.assign(jsonSchema, schemaOf(array));
    },
  });
  return withoutNull(schema);
}

/** Removes `null` as an alternative: nearly every field accepts it, and the document's description says so once. */
function withoutNull(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutNull);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { propertyNames: _, ...rest } = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, withoutNull(value)]),
  );
  const { anyOf, type, ...others } = rest;
  if (Array.isArray(anyOf)) {
    const branches = anyOf.filter((branch) => branch.type !== 'null').flatMap((branch) => branch.anyOf ?? [branch]);
    return branches.length === 1 ? { ...others, ...branches[0] } : { ...others, anyOf: branches };
  }
  if (!Array.isArray(type)) return rest;
  const types = type.filter((one) => one !== 'null');
  return { ...others, type: types.length === 1 ? types[0] : types };
}
