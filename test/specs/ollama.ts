/**
 * Checks every JSON body and every line of every stream of the Ollama dialect against Ollama's published specification. That requires
 * few fields; the fields that clients require are tested in test/unit/api/ollama.test.ts.
 */
import fs from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Step, stop, text, thinking, toolUse } from '../support/messagesApi';
import { send } from '../support/send';
import type { TestApp } from '../support/testApp';
import type { RecordedExchange } from '../support/traffic';
import type { CheckedObject } from './checkedObject';

/** @param folder the folder of `ollama-openapi.yaml`. @returns a function that checks each object of an answer: its body, or each line of it. */
export function ollamaChecker(folder: string): (answer: Omit<RecordedExchange, 'complete'>) => CheckedObject[] {
  const document = parse(fs.readFileSync(path.join(folder, 'ollama-openapi.yaml'), 'utf8'));
  const specification = Specification.parse(document);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'ollama');
  return (answer) => {
    const schema = schemaOf(specification, answer);
    if (schema === null) {
      const kind = `${answer.method} ${answer.path} → ${answer.status} ${answer.contentType}`;
      return answer.body === '' ? [] : [{ kind, findings: ['it is not in the specification'] }];
    }
    const validate = ajv.getSchema(`ollama${schema}`);
    if (validate === undefined) throw new Error(`the specification has no ${schema}`);
    // The last line is incomplete if the client disconnected.
    const lines = answer.contentType === NDJSON ? answer.body.split('\n').slice(0, -1) : [answer.body];
    return lines.map((line) => ({
      kind: schema.slice(schema.lastIndexOf('/') + 1),
      findings: validate(JSON.parse(line)) ? [] : [`${ajv.errorsText(validate.errors)} in ${line.slice(0, 300)}`],
    }));
  };
}

/** @param folder the folder of `ollama-openapi.yaml`. @returns each violation with its request; empty if there are none. */
export async function checkOllama(app: TestApp, folder: string): Promise<string[]> {
  const checkObjects = ollamaChecker(folder);
  const violations: string[] = [];
  for (const { method, path: route, body, script } of QUESTIONS) {
    app.api.reset();
    if (script) app.api.answer(...script);
    const sent = body === undefined ? '' : JSON.stringify(body);
    const headers = { 'content-length': Buffer.byteLength(sent) };
    const { status, headers: got, text } = await send(`${app.url}${route}`, { method, headers, body: sent });
    const contentType = String(got['content-type'] ?? '').split(';')[0] ?? '';
    const findings = checkObjects({ method, path: route, status, contentType, body: text }).flatMap(
      (one) => one.findings,
    );
    const question = `${method} ${route} ${sent.slice(0, 100)} → ${status} ${contentType}`;
    violations.push(...findings.map((finding) => `${question}: ${finding}`));
  }
  return violations;
}

const NDJSON = 'application/x-ndjson';

const Response = z.looseObject({
  content: z.record(z.string(), z.object({ schema: z.object({ $ref: z.string() }) })).optional(),
});
const Operation = z.looseObject({ responses: z.record(z.string(), Response) });
const Specification = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), Operation)) });

/** A JSON pointer to the schema of the answer; null if the specification has none. */
function schemaOf(
  { paths }: z.output<typeof Specification>,
  { method, path: route, status, contentType }: Pick<RecordedExchange, 'method' | 'path' | 'status' | 'contentType'>,
): string | null {
  // The specification has a schema for errors but does not refer to it.
  if (status >= 400) return '#/components/schemas/ErrorResponse';
  const content = paths[route]?.[method.toLowerCase()]?.responses[String(status)]?.content ?? {};
  return content[contentType]?.schema.$ref ?? null;
}

interface Question {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly script?: readonly Step[];
}

const messages = [{ role: 'user', content: 'Hello?' }];
const tools = [
  {
    type: 'function',
    function: { name: 'get_weather', description: '', parameters: { type: 'object', properties: {} } },
  },
];
const format = { type: 'object', properties: { age: { type: 'integer' } }, required: ['age'] };

/** Streamed and not streamed where both are possible. */
const QUESTIONS: readonly Question[] = [
  ...[true, false].flatMap((stream): Question[] => [
    { ...chat({ stream }), script: [thinking('Hm.'), text('Hel', 'lo.')] },
    {
      ...chat({ stream, tools }),
      script: [text('Both.'), toolUse('get_weather', {}), toolUse('get_weather', { a: [1] })],
    },
    { ...chat({ stream, format }), script: [toolUse('StructuredOutput', { age: 42 })] },
    { ...chat({ stream, options: { num_predict: 5 } }), script: [text('Cut'), stop('max_tokens')] },
    { ...chat({ stream, messages: [] }) },
    { ...chat({ stream, messages: [], keep_alive: 0 }) },
    { ...generate({ stream }), script: [thinking('Hm.'), text('Hel', 'lo.')] },
    { ...generate({ stream, format: 'json' }), script: [toolUse('StructuredOutput', { any: 'thing' })] },
    { ...generate({ stream, prompt: '' }) },
    post('/api/pull', { model: 'sonnet', stream }),
    post('/api/pull', { model: 'llama3', stream: false }),
    post('/api/push', { model: 'sonnet', stream }),
    post('/api/create', { model: 'mine', from: 'sonnet', stream }),
  ]),
  chat({ model: 'llama3' }),
  chat({ messages: 'hello' }),
  ...['/api/tags', '/api/ps', '/api/version'].map((path): Question => ({ method: 'GET', path })),
  post('/api/show', { model: 'sonnet' }),
  post('/api/embed', { model: 'sonnet', input: [] }),
  post('/api/embed', { model: 'sonnet', input: 'x' }),
  post('/api/copy', { source: 'sonnet', destination: 'sonnet:latest' }),
  post('/api/copy', { source: 'sonnet', destination: 'mine' }),
  { method: 'DELETE', path: '/api/delete', body: { model: 'sonnet' } },
];

function chat(body: object): Question {
  return post('/api/chat', { model: 'sonnet', messages, ...body });
}

function generate(body: object): Question {
  return post('/api/generate', { model: 'sonnet', prompt: 'Hello?', ...body });
}

function post(path: string, body: object): Question {
  return { method: 'POST', path, body };
}
