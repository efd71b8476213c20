/** The OpenAPI document and the page that shows it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { bundleDocs } from '../../build/bundle.mjs';
import { send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;
beforeAll(async () => {
  await bundleDocs();
  app = await startTestApp();
});
afterAll(() => app.stop());

const document = z.object({
  openapi: z.string(),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        summary: z.string(),
        requestBody: z
          .object({ content: z.record(z.string(), z.object({ schema: z.looseObject({}), example: z.unknown() })) })
          .optional(),
        responses: z.looseObject({
          200: z.object({ content: z.record(z.string(), z.looseObject({})).optional() }).optional(),
        }),
      }),
    ),
  ),
});

async function description() {
  const { status, text } = await send(`${app.url}/openapi.json`);
  expect(status).toBe(200);
  return document.parse(JSON.parse(text));
}

test('every route has a summary', async () => {
  const { openapi, paths } = await description();
  expect(openapi).toBe('3.1.0');
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining(['/api/chat', '/v1/chat/completions', '/v1/responses', '/v1/messages', '/v1/models/{id}']),
  );
  const bare = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { summary }]) => (summary.startsWith(method) ? [path] : [])),
  );
  expect(bare).toEqual([]);
});

test('a body’s schema is the one that validates it', async () => {
  const { paths } = await description();
  const content = paths['/v1/messages']?.post?.requestBody?.content['application/json'];
  expect(content?.schema).toMatchObject({
    type: 'object',
    properties: {
      max_tokens: { type: 'integer', minimum: 1 },
      temperature: { type: ['number', 'null'] },
    },
    required: ['model', 'messages', 'max_tokens'],
  });
});

test('a field that may be null says so, and one that is only accepted to be refused is left out', async () => {
  const { paths } = await description();
  const schemaOf = (path: string) => paths[path]?.post?.requestBody?.content['application/json']?.schema;
  expect(schemaOf('/v1/messages')).toMatchObject({ properties: { temperature: { type: ['number', 'null'] } } });
  expect(schemaOf('/v1/responses')).toMatchObject({
    properties: { background: { anyOf: [{ const: false }, { type: 'null' }] } },
  });
  expect(schemaOf('/api/generate')).toMatchObject({
    properties: { suffix: { anyOf: [{ const: '' }, { type: 'null' }] } },
  });
});

test('every operation names the statuses of its errors, in the words of its dialect', async () => {
  const { paths } = await description();
  const statuses = (path: string, method: string) => Object.keys(paths[path]?.[method]?.responses ?? {});
  expect(statuses('/v1/chat/completions', 'post')).toEqual(
    expect.arrayContaining(['200', '400', '401', '403', '404', '408', '413', '415', '429', '431', '5XX']),
  );
  expect(statuses('/api/create', 'post')).not.toContain('200');
  expect(statuses('/api/chat', 'post')).not.toContain('401');
  expect(paths['/api/chat']?.post?.responses).toMatchObject({
    400: { content: { 'application/json': { example: { error: expect.any(String) } } } },
  });
  expect(paths['/v1/messages']?.post?.responses).toMatchObject({
    400: { content: { 'application/json': { example: { type: 'error' } } } },
  });
});

test('an older name of the model is validated where there is a model, too', async () => {
  const { status, text } = await send(`${app.url}/api/show`, { body: '{"model":"sonnet","name":{}}' });
  expect([status, text]).toEqual([400, expect.stringContaining('name')]);
});

test('a streamed answer has a content type and no schema', async () => {
  const { paths } = await description();
  const contents = Object.values(paths).flatMap((operations) =>
    Object.values(operations).flatMap(({ responses }) => Object.entries(responses[200]?.content ?? {})),
  );
  const streamed = contents.filter(([type]) => type !== 'application/json' && type !== 'text/plain');
  expect(new Set(streamed.map(([type]) => type))).toEqual(new Set(['text/event-stream', 'application/x-ndjson']));
  expect(streamed.map(([, described]) => described)).toEqual(streamed.map(() => ({})));
});

test('every example body is accepted', async () => {
  const { paths } = await description();
  const answers = Object.entries(paths).map(async ([path, { post }]) => {
    const example = post?.requestBody?.content['application/json']?.example;
    if (example === undefined) return [];
    const { status, text } = await send(app.url + path, { body: JSON.stringify(example) });
    return status === 200 ? [] : [[path, status, text]];
  });
  expect((await Promise.all(answers)).flat()).toEqual([]);
});

test('the page may load resources of this server alone', async () => {
  const { status, headers, text } = await send(`${app.url}/docs`);
  expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  const policy = headers['content-security-policy'];
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toMatch(/https?:|\*/);
  expect(text).not.toMatch(/https?:/);
});

test('the page’s script and style are served, and no other files', async () => {
  const files = ['docs.js', 'docs.css', 'index.html', 'docs.js.map', 'swaggerUi.d.ts', '..%2Fcli.cjs'];
  const statuses = await Promise.all(files.map(async (file) => (await send(`${app.url}/docs/${file}`)).status));
  expect(statuses).toEqual([200, 200, 200, 404, 404, 404]);
  expect((await send(`${app.url}/docs/docs.js`)).headers['content-type']).toBe('text/javascript; charset=utf-8');
});
