/**
 * The description of the API that is served: paths from the routes, bodies from the very schemas that check them. What is
 * said of a route besides stands in `operations.ts`; one of which nothing is said is listed all the same.
 */
import { z } from 'zod';
import type { Dialect, Route } from '../dialect';
import { type Operation, operations } from './operations';

/** In the order in which they are shown. */
const TAGS = { ollama: 'Ollama', openai: 'OpenAI', anthropic: 'Anthropic', app: 'Claudacity' };

/** A dialect, with the routes that it has. */
export interface Spoken {
  readonly name: Dialect['name'];
  readonly routes: readonly Route[];
}

export function openApi(version: string, spoken: readonly Spoken[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const { name, routes } of spoken) {
    for (const { method, path } of withoutAliases(routes)) {
      const template = path.replaceAll(NAME, '{$1}');
      const params = [...path.matchAll(NAME)].map(([, param]) => param ?? '');
      paths[template] = { ...paths[template], [method]: operationObject(`${method} ${path}`, name, params) };
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Claudacity', version, description: DESCRIPTION },
    tags: Object.values(TAGS).map((name) => ({ name })),
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

const DESCRIPTION = `Answers from the \`claude\` CLI of this computer, in the dialects of Ollama, OpenAI and Anthropic.

OpenAI's and Anthropic's paths are served without \`/v1\` too. A field that is \`null\` counts as absent. Parameters that
have no effect here are named in the response header \`x-claudacity-ignored\`.`;

const NAME = /[:*](\w+)/g;

function withoutAliases(routes: readonly Route[]): readonly Route[] {
  const paths = new Set(routes.map(({ path }) => path));
  return routes.filter(({ path, method }) => method !== 'head' && !paths.has(`/v1${path}`));
}

function operationObject(key: string, dialect: Dialect['name'], params: readonly string[]): object {
  const { summary = key, description, body, example, answer, streams }: Partial<Operation> = operations[key] ?? {};
  return {
    tags: [TAGS[dialect]],
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
            // A schema would be that of the whole text to some programs, and that of each event to others.
            ...(streams !== undefined && { [streams]: {} }),
          },
        }),
      },
      default: { description: 'What is wrong, as the dialect words it.' },
    },
  };
}

/** As a client writes it: what the schema makes of it afterwards is nobody's business. */
function schemaOf(body: z.ZodType): unknown {
  const { $schema: _, ...schema } = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' });
  return plain(schema);
}

/** Without what says only that null will do, which holds for nearly every field and is said once for all. */
function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { propertyNames: _, ...rest } = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, plain(value)]),
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
