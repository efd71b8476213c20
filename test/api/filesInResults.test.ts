/** Files in the result of a client's tool, in each dialect. The CLI hands images to a waiting turn, but writes documents to files. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { uniqueWord } from '../support/conversation';
import { text, toolUse } from '../support/messagesApi';
import { send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
beforeEach(() => app.api.reset());

const PDF = Buffer.from('%PDF-1.7\nA page.').toString('base64');
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const IMAGE = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } };
const DOCUMENT = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: PDF } };

const parameters = { type: 'object', properties: {} };
const chatTools = [{ type: 'function', function: { name: 'read', parameters } }];
const chatCall = { id: 'toolu_1', type: 'function', function: { name: 'read', arguments: '{}' } };

interface Form {
  readonly path: string;
  readonly tools: readonly object[];
  /** The messages behind the question: the call, its result with the text “here” and the file, and what the user says next. */
  result(file: 'image' | 'document'): readonly object[];
  readonly also?: object;
}

const FORMS: Readonly<Record<string, Form>> = {
  anthropic: {
    path: '/v1/messages',
    tools: [{ name: 'read', input_schema: parameters }],
    also: { max_tokens: 100 },
    result: (file) => [
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'read', input: {} }] },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'toolu_1',
            content: [{ type: 'text', text: 'here' }, file === 'image' ? IMAGE : DOCUMENT],
          },
        ],
      },
    ],
  },
  'chat completions': {
    path: '/v1/chat/completions',
    tools: chatTools,
    result: (file) => [
      { role: 'assistant', content: null, tool_calls: [chatCall] },
      {
        role: 'tool',
        tool_call_id: 'toolu_1',
        content: [
          { type: 'text', text: 'here' },
          file === 'image'
            ? { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } }
            : { type: 'file', file: { file_data: `data:application/pdf;base64,${PDF}` } },
        ],
      },
    ],
  },
  responses: {
    path: '/v1/responses',
    tools: [{ type: 'function', name: 'read', parameters, strict: false }],
    result: (file) => [
      { type: 'function_call', call_id: 'toolu_1', name: 'read', arguments: '{}' },
      {
        type: 'function_call_output',
        call_id: 'toolu_1',
        output: [
          { type: 'input_text', text: 'here' },
          file === 'image'
            ? { type: 'input_image', image_url: `data:image/png;base64,${PNG}` }
            : { type: 'input_file', file_data: `data:application/pdf;base64,${PDF}` },
        ],
      },
    ],
  },
  ollama: {
    path: '/api/chat',
    tools: chatTools,
    result: () => [
      { role: 'assistant', content: '', tool_calls: [{ id: 'toolu_1', function: { name: 'read', arguments: {} } }] },
      { role: 'tool', tool_call_id: 'toolu_1', content: 'here', images: [PNG] },
    ],
  },
};

async function ask({ path, tools, also }: Form, messages: readonly object[]) {
  const list = path === '/v1/responses' ? { input: messages } : { messages };
  const body = JSON.stringify({ model: 'sonnet', stream: false, tools, ...also, ...list });
  const { status, text, headers } = await send(`${app.url}${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) },
  });
  return { status, text, served: headers['x-claudacity-path'] };
}

const Result = z.object({ type: z.literal('tool_result'), content: z.array(z.looseObject({ type: z.string() })) });

/** What the model was given as the result of its call. */
function receivedResult(): readonly object[] {
  const [block] = app.api.requests.at(-1)?.history[2]?.content ?? [];
  return Result.parse(block).content;
}

async function askWithResult(form: Form, file: 'image' | 'document') {
  app.api.answer(toolUse('read', {}, { id: 'toolu_1' }));
  app.api.answer(text('A page.'));
  const messages = [{ role: 'user', content: uniqueWord('Q') }];
  expect((await ask(form, messages)).status).toBe(200);
  return ask(form, [...messages, ...form.result(file)]);
}

describe.each(Object.entries(FORMS))('%s', (_, form) => {
  test('an image in a result reaches the waiting turn', async () => {
    const { status, text, served } = await askWithResult(form, 'image');
    expect([status, text.includes('A page.'), served]).toEqual([200, true, 'live']);
    expect(receivedResult()).toEqual(expect.arrayContaining([{ type: 'text', text: 'here' }, IMAGE]));
  });

  // Ollama's API has images only.
  if (form.path === '/api/chat') return;

  test('a document in a result reaches the model, in its place', async () => {
    const { status, text, served } = await askWithResult(form, 'document');
    expect([status, text.includes('A page.'), served]).toEqual([200, true, 'replay']);
    expect(receivedResult()).toEqual([{ type: 'text', text: 'here' }, DOCUMENT]);
    // The turn that waited for the result has ended: it could not take a document.
    expect(app.core.snapshot().conversations.filter(({ phase }) => phase === 'waiting_for_tool')).toEqual([]);
  });
});
