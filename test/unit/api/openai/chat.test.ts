import { expect, test } from 'vitest';
import type { Answer, ChatReply, OutputEvent } from '../../../../app/api/dialect';
import { validate } from '../../../../app/api/input/validate';
import { completionBody, completionReply } from '../../../../app/api/openai/chat/chatCompletions';
import { textCompletionBody, textCompletionReply } from '../../../../app/api/openai/chat/completions';

const CLIENT = { client: 'test', owner: '', header: () => undefined };
const SERVICES = {
  sendsSampling: () => false,
  sendsReasoning: () => false,
  taskModel: () => '',
  fetchesImages: () => false,
};
const SENDS_SAMPLING = { ...SERVICES, sendsSampling: () => true };
const PDF = Buffer.from('%PDF-1.7').toString('base64');
const PNG = Buffer.from('\x89PNG\r\n\x1a\n-------', 'latin1').toString('base64');

/** Async, so that errors that are thrown synchronously are rejections, too. */
async function completion(body: Record<string, unknown>, services = SERVICES): Promise<ChatReply> {
  const asked = { model: 'sonnet', messages: [{ role: 'user', content: 'hi' }], ...body };
  return completionReply(await validate(completionBody, asked), CLIENT, services);
}

async function textCompletion(body: Record<string, unknown>): Promise<ChatReply> {
  return textCompletionReply(await validate(textCompletionBody, { model: 'sonnet', ...body }), CLIENT, SERVICES);
}

const usage = {
  input: 7,
  cacheRead: 100,
  cacheWrite: 20,
  output: 5,
  thinking: 2,
  costUsd: 0.01,
};
const USAGE = {
  prompt_tokens: 127,
  completion_tokens: 5,
  total_tokens: 132,
  prompt_tokens_details: { cached_tokens: 100 },
  completion_tokens_details: { reasoning_tokens: 2 },
  cost: 0.01,
};
const timings = { loadMs: 1, promptMs: 2, answerMs: 3, totalMs: 6 };
const end: OutputEvent = { type: 'end', reason: 'stop', usage, timings };

const FUNCTION = { name: 'weather', description: 'The weather.', parameters: { type: 'object', properties: {} } };
const TOOL = { type: 'function', function: FUNCTION };
const CLIENT_TOOL = { name: 'weather', description: 'The weather.', inputSchema: FUNCTION.parameters };

function answer(more: Partial<Answer> = {}): Answer {
  const said = { text: 'Hello', thinking: '', toolCalls: [], reason: 'stop', stopSequence: undefined } as const;
  return { ...said, usage, timings, ...more };
}

function streamed(reply: ChatReply, events: readonly (OutputEvent | [OutputEvent, number])[]) {
  const wire = reply.wire.stream();
  const lines = events.flatMap((event) =>
    Array.isArray(event) ? [...wire.lines(event[0], event[1])] : [...wire.lines(event, 0)],
  );
  expect(lines.pop()).toBe('data: [DONE]\n\n');
  return lines.map((line): Record<string, unknown> => {
    expect(line).toMatch(/^data: [^\n]+\n\n$/);
    return JSON.parse(line.slice(6));
  });
}

test('does not stream by default', async () => {
  const stream = async (body: object) => (await completion({ ...body })).stream;
  expect([await stream({}), await stream({ stream: null }), await stream({ stream: true })]).toEqual([
    false,
    false,
    true,
  ]);
});

test('uses the default model if the client names none', async () => {
  expect((await completion({ model: undefined })).request.model).toBe('default');
});

test('reads texts and images from parts, in order', async () => {
  const content = [
    { type: 'text', text: 'a' },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}`, detail: 'high' } },
    { type: 'image_url', image_url: `data:image/png;base64,${PNG}` },
    { type: 'text', text: 'b' },
  ];
  const image = { type: 'image', mediaType: 'image/png', data: PNG };
  expect((await completion({ messages: [{ role: 'user', content }] })).request.messages[0]?.content).toEqual([
    { type: 'text', text: 'a' },
    image,
    image,
    { type: 'text', text: 'b' },
  ]);
});

test.each([
  ['an image by address', { type: 'image_url', image_url: { url: 'https://example.com/x.png' } }, 'not fetched'],
  ['audio', { type: 'input_audio', input_audio: { data: '', format: 'wav' } }, '"input_audio" is not supported'],
  ['an uploaded file', { type: 'file', file: { file_id: 'x' } }, 'send the file itself'],
  ['what is no PDF', { type: 'file', file: { file_data: 'data:application/zip;base64,UEsDBA==' } }, 'not a PDF'],
])('refuses %s and names the field', async (_what, part, message) => {
  const asking = completion({ messages: [{ role: 'user', content: [part] }] });
  await expect(asking).rejects.toThrow(message);
  await expect(asking).rejects.toThrow('messages[0].content[0]');
});

test('passes a PDF on unchanged, with its name', async () => {
  const file = { file_data: `data:application/pdf;base64,${PDF}`, filename: 'a.pdf' };
  const { request } = await completion({ messages: [{ role: 'user', content: [{ type: 'file', file }] }] });
  expect(request.messages[0]?.content).toEqual([{ type: 'document', data: PDF, title: 'a.pdf' }]);
});

test('reads calls and results, including the deprecated forms', async () => {
  const calls = async (...messages: object[]) =>
    (await completion({ messages: [{ role: 'user', content: 'x' }, ...messages] })).request.messages;
  const told = await calls(
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } }],
    },
    { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: 'y' }] },
  );
  expect(told.slice(1)).toEqual([
    { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } }] },
    {
      role: 'user',
      content: [{ type: 'tool_result', toolUseId: 'a', content: [{ type: 'text', text: 'y' }], isError: false }],
    },
  ]);
  const deprecated = await calls(
    { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
    { role: 'function', name: 'f', content: 'y' },
  );
  expect(deprecated[2]?.content[0]).toMatchObject({ type: 'tool_result', toolUseId: 'call_1_0' });
});

test.each([
  ['messages', { messages: undefined }, 'messages is required'],
  ['messages', { messages: [] }, 'messages must hold at least one message'],
  ['messages[0].content', { messages: [{ role: 'user', content: 1 }] }, 'expected string'],
  ['messages[0].content[0].type', { messages: [{ role: 'user', content: [{}] }] }, 'expected string'],
  ['messages[0].role', { messages: [{ role: 'cat', content: '' }] }, 'messages[0].role'],
  ['stream', { stream: 'true' }, 'expected boolean'],
  ['n', { n: 9 }, 'must be 8 at most'],
  ['n', { n: 0 }, 'must be at least 1'],
  ['stop', { stop: ['a', 'b', 'c', 'd', 'e'] }, 'must hold at most 4 sequences'],
  ['max_tokens', { max_tokens: 0 }, 'must be a whole number of at least 1'],
  ['max_completion_tokens', { max_completion_tokens: 1.5 }, 'must be a whole number of at least 1'],
  ['temperature', { temperature: 'hot' }, 'expected number'],
  ['reasoning_effort', { reasoning_effort: 'heroic' }, 'must be one of "none", "minimal"'],
  ['response_format.type', { response_format: { type: 'yaml' } }, '"json_schema"'],
  [
    'response_format.json_schema.schema',
    { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'array' } } } },
    'must be a schema of type "object"',
  ],
  ['tools[0].function', { tools: [{ type: 'function' }] }, 'expected object'],
  ['tools[0].function.name', { tools: [{ type: 'function', function: { name: 'a b' } }] }, 'must be 1 to 128 letters'],
  ['tool_choice', { tools: [TOOL], tool_choice: 'always' }, 'tool_choice'],
  ['tool_choice', { tool_choice: 'required' }, 'needs at least one function'],
  ['tool_choice', { tools: [TOOL], tool_choice: { type: 'function', function: { name: 'x' } } }, 'not among the tools'],
  ['tool_choice', { tools: [TOOL], tool_choice: { type: 'custom', custom: { name: 'x' } } }, 'cannot be honoured'],
])('names %s if it is invalid', async (param, body, message) => {
  const asking = completion(body);
  await expect(asking).rejects.toThrow(expect.objectContaining({ kind: 'invalid_request', param }));
  await expect(asking).rejects.toThrow(message);
});

test('passes the client’s functions on unchanged, including the deprecated ones', async () => {
  expect((await completion({ tools: [TOOL], parallel_tool_calls: false })).request).toMatchObject({
    tools: [CLIENT_TOOL],
    parallelTools: false,
  });
  expect((await completion({ functions: [FUNCTION], function_call: { name: 'weather' } })).request).toMatchObject({
    tools: [CLIENT_TOOL],
    toolChoice: { type: 'named', name: 'weather' },
  });
});

test('omits tools that are not functions, and lists them as ignored', async () => {
  const reply = await completion({ tools: [{ type: 'custom', custom: { name: 'x' } }, TOOL, { type: 'wéb\r\n' }] });
  expect(reply.request.tools).toEqual([CLIENT_TOOL]);
  expect(reply.ignored).toEqual(['tools.custom', 'tools.w_b__']);
});

test.each([
  [undefined, undefined],
  ['auto', { type: 'auto' }],
  ['none', { type: 'none' }],
  ['required', { type: 'required' }],
  [
    { type: 'function', function: { name: 'weather' } },
    { type: 'named', name: 'weather' },
  ],
])('reads the tool choice %j', async (tool_choice, toolChoice) => {
  expect((await completion({ tools: [TOOL], tool_choice })).request.toolChoice).toEqual(toolChoice);
});

test('offers the model only the allowed tools', async () => {
  const other = { type: 'function', function: { name: 'other' } };
  const allowed_tools = { mode: 'required', tools: [{ type: 'function', function: { name: 'weather' } }] };
  const { request } = await completion({
    tools: [other, TOOL],
    tool_choice: { type: 'allowed_tools', allowed_tools },
  });
  expect(request).toMatchObject({ tools: [CLIENT_TOOL], toolChoice: { type: 'required' } });
});

test('reads a response format that is a schema or any JSON', async () => {
  const schema = { type: 'object', properties: { x: { type: 'number' } } };
  const bound = async (response_format: object) => (await completion({ response_format })).request.schema;
  expect(await bound({ type: 'json_schema', json_schema: { strict: true, schema } })).toEqual(schema);
  const named = { name: 'x', description: 'A place.', schema };
  expect(await bound({ type: 'json_schema', json_schema: named })).toEqual({
    title: 'x',
    description: 'A place.',
    ...schema,
  });
  expect(await bound({ type: 'json_object' })).toEqual({ type: 'object' });
  expect(await bound({ type: 'text' })).toBeUndefined();
});

test('reads token limits and stop sequences', async () => {
  const limited = async (body: object) => {
    const { stop, maxTokens } = (await completion({ ...body })).request;
    return { stop, maxTokens };
  };
  expect(await limited({ stop: 'x', max_tokens: 5 })).toEqual({ stop: ['x'], maxTokens: 5 });
  expect(await limited({ stop: ['x', 'y'], max_completion_tokens: 6 })).toEqual({ stop: ['x', 'y'], maxTokens: 6 });
  expect(await limited({ stop: null, max_tokens: -1 })).toEqual({ stop: undefined, maxTokens: undefined });
});

test('omits stop sequences that the API would refuse', async () => {
  const { request, ignored } = await completion({ stop: ['\n', '', 'END'] });
  expect([request.stop, ignored]).toEqual([['END'], ['stop']]);
});

test('passes sampling parameters on only if the user allows it', async () => {
  const body = { temperature: 0, top_p: 0.5, top_k: 3 };
  const sent = await completion(body, SENDS_SAMPLING);
  expect([sent.request.sampling, sent.ignored]).toEqual([{ temperature: 0, topP: 0.5, topK: 3 }, []]);
  const kept = await completion(body);
  expect([kept.request.sampling, kept.ignored]).toEqual([undefined, ['temperature', 'top_p', 'top_k']]);
});

test('lists the parameters that have no effect here, and refuses none of them', async () => {
  const body = { seed: 1, logprobs: true, logit_bias: { 1: 2 }, verbosity: 'low', metadata: { a: 'b' }, store: true };
  expect((await completion(body)).ignored).toEqual(['logit_bias', 'seed', 'logprobs', 'verbosity']);
  const without = {
    tools: [],
    response_format: { type: 'text' },
    frequency_penalty: 0,
    logprobs: false,
    logit_bias: {},
    modalities: ['text'],
  };
  expect((await completion({ ...without, service_tier: 'auto' })).ignored).toEqual([]);
  const asked = { web_search_options: {}, service_tier: 'flex' };
  expect((await completion(asked)).ignored).toEqual(['web_search_options', 'service_tier']);
});

test('an answer includes thinking by default where the settings say so, and never where the client refuses it', async () => {
  const services = { ...SERVICES, sendsReasoning: () => true };
  expect((await completion({}, services)).request).toMatchObject({ thinking: true });
  expect((await completion({ reasoning_effort: 'none' }, services)).request.thinking).toBe(false);
});

test.each([
  [{}, { thinking: false }],
  [{ reasoning_effort: 'none' }, { thinking: false, withoutThinking: true }],
  [{ reasoning_effort: 'minimal' }, { thinking: true, effort: 'low' }],
  [{ reasoning_effort: 'ultra' }, { thinking: true, effort: 'max' }],
  [{ reasoning: { effort: 'high' } }, { thinking: true, effort: 'high' }],
  [{ think: true }, { thinking: true }],
  [{ think: false }, { thinking: false, withoutThinking: true }],
  [{ think: 'medium' }, { thinking: true, effort: 'medium' }],
])('reads effort and visibility of thinking from %j', async (body, thinking) => {
  const { thinking: shown, effort, withoutThinking } = (await completion(body)).request;
  expect({ thinking: shown, effort, withoutThinking }).toEqual(thinking);
});

test('requests further choices outside the conversation', async () => {
  const { request, furtherRequests } = await completion({ n: 3, conversation_id: 'x', user: 'me' });
  expect(request).toMatchObject({ name: { kind: 'id', id: 'x' }, user: 'me', ephemeral: false });
  expect(furtherRequests).toHaveLength(2);
  expect(furtherRequests?.[0]).toMatchObject({ messages: request.messages, ephemeral: true });
  expect(furtherRequests?.[0]).not.toHaveProperty('name');
});

test('streams the role once, one chunk for each event, and the finish reason separately', async () => {
  const chunks = streamed(await completion({ stream: true }), [
    { type: 'thinking', text: 'Hm' },
    { type: 'text', text: 'Hel' },
    { type: 'text', text: 'lo' },
    end,
  ]);
  expect(chunks.map(({ choices }) => choices)).toStrictEqual([
    [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }],
    [{ index: 0, delta: { reasoning: 'Hm', reasoning_content: 'Hm' }, finish_reason: null }],
    [{ index: 0, delta: { content: 'Hel' }, finish_reason: null }],
    [{ index: 0, delta: { content: 'lo' }, finish_reason: null }],
    [{ index: 0, delta: {}, finish_reason: 'stop' }],
  ]);
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  expect(chunks.some((chunk) => 'usage' in chunk)).toBe(false);
  expect(chunks.findIndex((chunk) => 'timings' in chunk)).toBe(4);
});

test('streams calls: name and id first, then the arguments in pieces', async () => {
  const chunks = streamed(await completion({ stream: true }), [
    { type: 'tool_call', index: 0, id: 'call_a', name: 'f' },
    { type: 'tool_input', index: 0, json: '{"x"' },
    { type: 'tool_input', index: 0, json: ':1}' },
    { type: 'tool_end', index: 0, id: 'call_a', name: 'f', input: { x: 1 } },
    { type: 'tool_call', index: 1, id: 'call_b', name: 'g' },
    { type: 'tool_input', index: 1, json: '' },
    { type: 'tool_end', index: 1, id: 'call_b', name: 'g', input: {} },
    { ...end, reason: 'tool_use' },
  ]);
  const named = (index: number, id: string, name: string) => ({
    tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }],
  });
  const piece = (index: number, json: string) => ({ tool_calls: [{ index, function: { arguments: json } }] });
  expect(chunks.map(({ choices }) => choices)).toStrictEqual(
    [
      { delta: { role: 'assistant', content: '' } },
      { delta: named(0, 'call_a', 'f') },
      { delta: piece(0, '{"x"') },
      { delta: piece(0, ':1}') },
      { delta: named(1, 'call_b', 'g') },
      { delta: piece(1, '{}') },
      { delta: {}, finish_reason: 'tool_calls' },
    ].map((choice) => [{ index: 0, finish_reason: null, ...choice }]),
  );
});

test('streams several answers, each with its own role and end, and the counts of all', async () => {
  const chunks = streamed(await completion({ n: 2, stream: true, stream_options: { include_usage: true } }), [
    [{ type: 'text', text: 'b' }, 1],
    [{ type: 'text', text: 'a' }, 0],
    [end, 1],
    [end, 0],
  ]);
  const choices = chunks.flatMap((chunk) => chunk.choices as { index: number; delta: object }[]);
  expect(choices.map(({ index, delta }) => [index, delta])).toEqual([
    [1, { role: 'assistant', content: '' }],
    [1, { content: 'b' }],
    [0, { role: 'assistant', content: '' }],
    [0, { content: 'a' }],
    [1, {}],
    [0, {}],
  ]);
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 264 } });
});

test('streams the usage once, at the end, if the client requests it', async () => {
  const chunks = streamed(await completion({ stream: true, stream_options: { include_usage: true } }), [
    { type: 'text', text: 'x' },
    end,
  ]);
  expect(chunks.filter((chunk) => 'usage' in chunk)).toEqual([chunks.at(-1)]);
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: USAGE });
});

test.each([
  ['stop', 'stop'],
  ['length', 'length'],
  ['refusal', 'content_filter'],
] as const)('writes an answer that ended for %s', async (reason, finish_reason) => {
  const body = (await completion({})).wire.completeBody(answer({ reason }));
  expect(body).toStrictEqual({
    id: expect.stringMatching(/^chatcmpl-/),
    object: 'chat.completion',
    created: expect.any(Number),
    model: 'sonnet',
    system_fingerprint: 'fp_claudacity',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'Hello', refusal: null },
        logprobs: null,
        finish_reason,
      },
    ],
    usage: USAGE,
  });
});

test('writes calls without a stream, with null content if there is no text', async () => {
  const toolCalls = [{ id: 'call_a', name: 'f', input: { x: 1 } }];
  const body = (await completion({})).wire.completeBody(answer({ text: '', toolCalls, reason: 'tool_use' }));
  expect(body).toMatchObject({
    choices: [
      {
        message: {
          content: null,
          tool_calls: [{ id: 'call_a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } }],
        },
        finish_reason: 'tool_calls',
      },
    ],
  });
});

test('writes several answers without a stream, with the counts of all', async () => {
  const body = (await completion({ n: 2 })).wire.completeBody(answer({ text: 'a' }), [answer({ text: 'b' })]);
  expect(body).toMatchObject({
    choices: [
      { index: 0, message: { content: 'a' } },
      { index: 1, message: { content: 'b' } },
    ],
    usage: { prompt_tokens: 254, completion_tokens: 10 },
  });
});

test('completes a text, which belongs to a conversation only if the client names one', async () => {
  const { request, wire } = await textCompletion({ prompt: ['Once'], echo: true, max_tokens: 3 });
  expect(request).toMatchObject({
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Once' }] }],
    ephemeral: true,
    maxTokens: 3,
  });
  expect(wire.completeBody(answer({ text: ' upon', reason: 'length' }))).toMatchObject({
    id: expect.stringMatching(/^cmpl-/),
    object: 'text_completion',
    choices: [{ text: 'Once upon', index: 0, logprobs: null, finish_reason: 'length' }],
  });
  expect((await textCompletion({ prompt: 'x', conversation_id: 'c' })).request.ephemeral).toBe(false);
  expect((await textCompletion({ prompt: 'x', user: 'me' })).request).toMatchObject({ ephemeral: true });
  expect((await textCompletion({ prompt: 'x', user: 'me' })).request.user).toBeUndefined();
});

test('completes several texts in order, each as often as requested', async () => {
  const { request, furtherRequests, wire } = await textCompletion({
    prompt: ['One', 'Two'],
    n: 2,
    echo: true,
    id: 'c',
    stream: true,
  });
  const said = [request, ...(furtherRequests ?? [])].map(({ messages }) => messages[0]?.content);
  expect(said).toEqual(['One', 'One', 'Two', 'Two'].map((text) => [{ type: 'text', text }]));
  expect([request, ...(furtherRequests ?? [])].map(({ ephemeral }) => ephemeral)).toEqual([true, true, true, true]);
  const others = ['b', 'c', 'd'].map((text) => answer({ text }));
  expect(wire.completeBody(answer({ text: 'a' }), others)).toMatchObject({
    choices: ['Onea', 'Oneb', 'Twoc', 'Twod'].map((text, index) => ({ text, index })),
  });
  const stream = wire.stream();
  expect([...stream.lines({ type: 'text', text: 'x' }, 2)].join('')).toContain('"text":"Two","index":2');
  const ends = [0, 1, 2, 3].map((index) => [...stream.lines(end, index)].join('').includes('[DONE]'));
  expect(ends).toEqual([false, false, false, true]);
});

test('streams a completed text, after the prompt if it is to be echoed', async () => {
  const chunks = streamed(await textCompletion({ prompt: 'Once', echo: true, stream: true }), [
    { type: 'text', text: ' upon' },
    end,
  ]);
  expect(chunks.map(({ choices }) => choices)).toStrictEqual([
    [{ text: 'Once', index: 0, logprobs: null, finish_reason: null }],
    [{ text: ' upon', index: 0, logprobs: null, finish_reason: null }],
    [{ text: '', index: 0, logprobs: null, finish_reason: 'stop' }],
  ]);
});

test.each([
  [{}, 'prompt'],
  [{ prompt: '' }, 'prompt'],
  [{ prompt: [1, 2] }, 'prompt'],
  [{ prompt: ['a', ''] }, 'prompt'],
  [{ prompt: [] }, 'prompt'],
  [{ prompt: ['a', 'b', 'c'], n: 7 }, 'prompt'],
  [{ prompt: 'a', suffix: 'b' }, 'suffix'],
])('refuses a text that cannot be completed: %j', async (body, param) => {
  await expect(textCompletion(body)).rejects.toMatchObject({ kind: 'invalid_request' });
  await expect(textCompletion(body)).rejects.toThrow(param);
});
