import { describe, expect, test } from 'vitest';
import { anthropic } from '../../../app/api/anthropic';
import { countTokensBody, estimateTokens } from '../../../app/api/anthropic/countTokens';
import { messageBody, messageReply } from '../../../app/api/anthropic/messages';
import type { ChatReply, OutputEvent } from '../../../app/api/dialect';
import { dialectOf } from '../../../app/api/dialectTable';
import { toFault } from '../../../app/api/fault';
import { validate } from '../../../app/api/input/validate';
import { ChatError } from '../../../app/chat/errors';

const CLIENT = { client: 'test', owner: '', header: () => undefined };
const PNG = Buffer.from('\x89PNG\r\n\x1a\n-------', 'latin1').toString('base64');
const PDF = Buffer.from('%PDF-1.7').toString('base64');
const IMAGE = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } };

async function ask(body: Record<string, unknown>, { sendsSampling = false } = {}): Promise<ChatReply> {
  const whole = { model: 'sonnet', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }], ...body };
  const services = {
    sendsSampling: () => sendsSampling,
    sendsReasoning: () => false,
    taskModel: () => '',
    fetchesImages: () => false,
  };
  return messageReply(await validate(messageBody, whole), CLIENT, services);
}

async function messagesOf(...messages: object[]) {
  return (await ask({ messages })).request.messages;
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
  input_tokens: 7,
  cache_creation_input_tokens: 20,
  cache_read_input_tokens: 100,
  output_tokens: 5,
};
const timings = { loadMs: 1, promptMs: 2, answerMs: 3, totalMs: 6 };
const end: OutputEvent = { type: 'end', reason: 'stop', usage, timings };

async function streamed(events: OutputEvent[], early = usage): Promise<Record<string, unknown>[]> {
  const wire = (await ask({ stream: true })).wire.stream();
  const lines = [...(wire.usageLines?.(early) ?? []), ...events.flatMap((event) => [...wire.lines(event, 0)])];
  return lines.map((line) => {
    const [, name, data] = /^event: (\w+)\ndata: ([^\n]+)\n\n$/.exec(line) ?? [];
    const parsed = JSON.parse(data ?? '');
    expect(parsed.type).toBe(name);
    return parsed;
  });
}

test('joins the system prompt’s blocks, and a system message to them', async () => {
  const system = [{ type: 'text', text: 'One.', cache_control: { type: 'ephemeral' } }];
  const messages = [
    { role: 'user', content: 'hi' },
    { role: 'system', content: 'Two.' },
  ];
  expect((await ask({ system, messages })).request.system).toBe('One.\n\nTwo.');
  expect((await ask({ system: 'One.' })).request.system).toBe('One.');
});

test('keeps a system message at its place after the first answer: beside a tool’s result, or the user’s text', async () => {
  const messages = [
    { role: 'user', content: 'hi' },
    { role: 'system', content: 'Rules.' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'r' }] },
    { role: 'system', content: [{ type: 'text', text: '9 tokens left' }] },
    { role: 'assistant', content: 'b' },
    { role: 'user', content: 'c' },
    { role: 'system', content: '8 tokens left' },
    { role: 'system', content: [] },
  ];
  const { request } = await ask({ system: 'Be kind.', messages });
  expect(request.system).toBe('Be kind.\n\nRules.');
  const reminder = (left: number) => ({
    type: 'text',
    text: `<system-reminder>\n${left} tokens left\n</system-reminder>`,
  });
  const shown = [{ type: 'text', text: 'r' }, reminder(9)];
  expect(request.messages.slice(2)).toEqual([
    { role: 'user', content: [{ type: 'tool_result', toolUseId: 'a', content: shown, isError: false }] },
    { role: 'assistant', content: [{ type: 'text', text: 'b' }] },
    { role: 'user', content: [{ type: 'text', text: 'c' }, reminder(8)] },
  ]);
});

test('reads texts and images in order', async () => {
  const content = [{ type: 'text', text: 'a' }, IMAGE, { type: 'text', text: 'b' }];
  expect(await messagesOf({ role: 'user', content })).toEqual([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'a' },
        { type: 'image', mediaType: 'image/png', data: PNG },
        { type: 'text', text: 'b' },
      ],
    },
  ]);
});

test('reads a plain document as text, with its title', async () => {
  const source = { type: 'text', media_type: 'text/plain', data: 'Words.' };
  const [message] = await messagesOf({ role: 'user', content: [{ type: 'document', title: 'T', source }] });
  expect(message?.content).toEqual([{ type: 'text', text: 'T\n\nWords.' }]);
});

test('passes a PDF on unchanged, with its title', async () => {
  const source = { type: 'base64', media_type: 'application/pdf', data: PDF };
  const [message] = await messagesOf({ role: 'user', content: [{ type: 'document', title: 'T', source }] });
  expect(message?.content).toEqual([{ type: 'document', data: PDF, title: 'T' }]);
});

test('puts results before the text that came with them, including errors and images', async () => {
  const messages = await messagesOf(
    { role: 'user', content: 'Weather?' },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'I look.' },
        { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
        { type: 'tool_use', id: 'toolu_2', name: 'photo', input: {} },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Quick.' },
        { type: 'tool_result', tool_use_id: 'toolu_2', content: [{ type: 'text', text: 'here' }, IMAGE] },
        { type: 'tool_result', tool_use_id: 'toolu_1', content: 'no network', is_error: true },
      ],
    },
  );
  expect(messages.slice(1)).toEqual([
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'I look.' },
        { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
        { type: 'tool_use', id: 'toolu_2', name: 'photo', input: {} },
      ],
    },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          toolUseId: 'toolu_2',
          content: [
            { type: 'text', text: 'here' },
            { type: 'image', mediaType: 'image/png', data: PNG },
          ],
          isError: false,
        },
        {
          type: 'tool_result',
          toolUseId: 'toolu_1',
          content: [{ type: 'text', text: 'no network' }],
          isError: true,
        },
      ],
    },
    { role: 'user', content: [{ type: 'text', text: 'Quick.' }] },
  ]);
});

test('omits thinking, and the results of the API’s own tools, from a history', async () => {
  const messages = await messagesOf(
    { role: 'user', content: 'a' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'x' },
        { type: 'redacted_thinking', data: 'x' },
        { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
        { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: { type: 'error' } },
        { type: 'text', text: 'b' },
      ],
    },
    { role: 'user', content: 'c' },
  );
  expect(messages[1]).toEqual({ role: 'assistant', content: [{ type: 'text', text: 'b' }] });
});

test.each([
  ['an image by address', { type: 'image', source: { type: 'url', url: 'https://example.com/x.png' } }, 'not fetched'],
  ['an uploaded image', { type: 'image', source: { type: 'file', file_id: 'x' } }, 'source of type "file"'],
  ['a document by address', { type: 'document', source: { type: 'url', url: 'x' } }, 'source of type "url"'],
  ['what is no PDF', { type: 'document', source: { type: 'base64', data: 'UEsDBA==' } }, 'not a PDF'],
  ['a block of another kind', { type: 'container_upload', file_id: 'x' }, '"container_upload" is not supported'],
])('refuses %s and names the field', async (_what, block, message) => {
  const asked = ask({ messages: [{ role: 'user', content: [block] }] });
  await expect(asked).rejects.toMatchObject({
    kind: 'invalid_request',
    message: expect.stringMatching(/^messages\[0\]\.content\[0\]/),
  });
  await expect(asked).rejects.toThrow(message);
});

test.each([
  ['model', { model: undefined }, 'model is required'],
  ['max_tokens', { max_tokens: undefined }, 'max_tokens is required'],
  ['max_tokens', { max_tokens: 0 }, 'greater than 0'],
  ['messages', { messages: undefined }, 'messages is required'],
  ['messages', { messages: [] }, 'at least one message'],
  ['messages[0].content', { messages: [{ role: 'user', content: 1 }] }, 'expected'],
  ['tool_choice.name', { tool_choice: { type: 'tool', name: 'f' } }, 'name of one of the tools'],
  ['tool_choice', { tool_choice: { type: 'any' } }, 'no tool to choose'],
  ['tools[0].name', { tools: [{ name: 'a b', input_schema: { type: 'object' } }] }, 'letters'],
  ['tools[0].type', { tools: [{ type: 'a\nb' }] }, 'letters'],
])('names %s if it is invalid', async (param, body, message) => {
  const asked = ask(body);
  await expect(asked).rejects.toMatchObject({ kind: 'invalid_request', param });
  await expect(asked).rejects.toThrow(message);
});

test('passes tools on unchanged, and the tool choice', async () => {
  const input_schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  const tools = [{ name: 'weather', description: 'Of a city.', input_schema, cache_control: { type: 'ephemeral' } }];
  const tool_choice = { type: 'tool', name: 'weather', disable_parallel_tool_use: true };
  expect((await ask({ tools, tool_choice })).request).toMatchObject({
    tools: [{ name: 'weather', description: 'Of a city.', inputSchema: input_schema }],
    toolChoice: { type: 'named', name: 'weather' },
    parallelTools: false,
  });
  const choiceOf = async (type: string) => (await ask({ tools, tool_choice: { type } })).request.toolChoice?.type;
  expect([await choiceOf('auto'), await choiceOf('any'), await choiceOf('none')]).toEqual(['auto', 'required', 'none']);
});

describe('deferred tools', () => {
  const tool = (name: string, fields = {}) => ({ name, input_schema: { type: 'object' }, ...fields });
  const tools = [
    tool('ToolSearch'),
    tool('DeferredToolPlaceholder', { defer_loading: true }),
    tool('weather', { defer_loading: true }),
  ];
  const found = { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'tool_reference', tool_name: 'weather' }] };
  const messages = [
    { role: 'user', content: 'Hi.' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'ToolSearch', input: {} }] },
    { role: 'user', content: [found, { type: 'text', text: 'Tool loaded.' }] },
  ];

  test('are offered once a search has found them', async () => {
    expect((await ask({ tools })).request.tools?.map(({ name }) => name)).toEqual(['ToolSearch']);
    const { request, ignored } = await ask({ tools, messages });
    expect(request.tools).toMatchObject([{ name: 'ToolSearch' }, { name: 'weather', deferred: true }]);
    expect(ignored).toEqual([]);
  });

  test('are all offered where the API’s own search was to find them', async () => {
    const search = { type: 'tool_search_tool_regex_20251119', name: 'tool_search_tool_regex' };
    const { request, ignored } = await ask({ tools: [search, tool('weather', { defer_loading: true })] });
    expect(request.tools).toEqual([{ name: 'weather', description: '', inputSchema: { type: 'object' } }]);
    expect(ignored).toEqual(['tools.tool_search_tool_regex_20251119']);
  });

  test('are named in the result of the search, to which the client’s text belongs', async () => {
    const content = [
      { type: 'text', text: 'The tool weather can be called now.' },
      { type: 'text', text: 'Tool loaded.' },
    ];
    expect((await ask({ tools, messages })).request.messages.at(-1)?.content).toEqual([
      { type: 'tool_result', toolUseId: 'a', content, isError: false },
    ]);
  });
});

test('lists parameters without effect: the API’s own tools and, unless the user allows it, sampling', async () => {
  const body = {
    tools: [{ type: 'web_search_20250305', name: 'web_search' }],
    temperature: 0.2,
    top_k: 3,
    mcp_servers: [{ type: 'url' }],
    service_tier: 'auto',
    metadata: { user_id: 'me' },
  };
  const reply = await ask(body);
  expect(reply.ignored).toEqual([
    'tools.web_search_20250305',
    'mcp_servers',
    'temperature',
    'top_k',
    'metadata.user_id',
  ]);
  expect(reply.request).toMatchObject({ tools: [], sampling: undefined, name: undefined });
  const sent = await ask(body, { sendsSampling: true });
  expect(sent.ignored).toEqual(['tools.web_search_20250305', 'mcp_servers', 'metadata.user_id']);
  expect(sent.request.sampling).toEqual({ temperature: 0.2, topK: 3 });
});

test.each([
  [undefined, undefined, false],
  [{ type: 'disabled' }, undefined, false],
  [{ type: 'adaptive' }, undefined, true],
  [{ type: 'adaptive', display: 'omitted' }, undefined, false],
  [{ type: 'enabled', budget_tokens: 1024 }, 'low', true],
  [{ type: 'enabled', budget_tokens: 10_000 }, 'medium', true],
  [{ type: 'enabled', budget_tokens: 32_000 }, 'high', true],
])('takes thinking %o for effort %s, shown: %s', async (thinking, effort, shown) => {
  expect((await ask({ thinking })).request).toMatchObject({ effort, thinking: shown });
});

test('reads effort, format and stop sequences', async () => {
  const schema = { type: 'object', properties: { a: { type: 'number' } } };
  const output_config = { effort: 'xhigh', format: { type: 'json_schema', schema } };
  expect((await ask({ output_config, stop_sequences: ['END', ''], max_tokens: 9 })).request).toMatchObject({
    effort: 'xhigh',
    schema,
    stop: ['END'],
    maxTokens: 9,
  });
});

test('streams blocks one after the other, each with start, type and stop', async () => {
  const events = await streamed([
    { type: 'thinking', text: 'Hm' },
    { type: 'text', text: 'Hel' },
    { type: 'text', text: 'lo' },
    { type: 'tool_call', index: 0, id: 'toolu_1', name: 'weather' },
    { type: 'tool_input', index: 0, json: '{"city":' },
    { type: 'tool_input', index: 0, json: '"Oslo"}' },
    { type: 'tool_end', index: 0, id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
    { type: 'tool_call', index: 1, id: 'toolu_2', name: 'time' },
    { type: 'tool_end', index: 1, id: 'toolu_2', name: 'time', input: { utc: true } },
    { ...end, reason: 'tool_use' },
  ]);
  expect(events).toStrictEqual([
    {
      type: 'message_start',
      message: {
        id: expect.stringMatching(/^msg_\w+$/),
        type: 'message',
        role: 'assistant',
        model: 'sonnet',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { ...USAGE, output_tokens: 0 },
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: expect.any(String) } },
    { type: 'content_block_stop', index: 0 },
    { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Hel' } },
    { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'lo' } },
    { type: 'content_block_stop', index: 1 },
    {
      type: 'content_block_start',
      index: 2,
      content_block: { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} },
    },
    { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"city":' } },
    { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '"Oslo"}' } },
    { type: 'content_block_stop', index: 2 },
    {
      type: 'content_block_start',
      index: 3,
      content_block: { type: 'tool_use', id: 'toolu_2', name: 'time', input: {} },
    },
    { type: 'content_block_delta', index: 3, delta: { type: 'input_json_delta', partial_json: '{"utc":true}' } },
    { type: 'content_block_stop', index: 3 },
    { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: USAGE },
    { type: 'message_stop' },
  ]);
});

test('starts the message once, however often counts arrive', async () => {
  const wire = (await ask({ stream: true })).wire.stream();
  const early = [...(wire.usageLines?.(usage) ?? []), ...(wire.usageLines?.(usage) ?? [])];
  expect(early.map((line) => line.split('\n')[0])).toEqual(['event: message_start']);
  expect([...wire.lines(end, 0)].map((line) => line.split('\n')[0])).toEqual([
    'event: message_delta',
    'event: message_stop',
  ]);
});

test.each([
  ['stop', undefined, 'end_turn', null],
  ['stop', 'END', 'stop_sequence', 'END'],
  ['length', undefined, 'max_tokens', null],
  ['refusal', undefined, 'refusal', null],
  ['tool_use', undefined, 'tool_use', null],
] as const)('writes an answer that ended for %s (%s)', async (reason, stopSequence, stop_reason, stop_sequence) => {
  const toolCalls = [{ id: 'toolu_1', name: 'f', input: { x: 1 } }];
  const { wire } = await ask({});
  expect(
    wire.completeBody({ text: 'Hello', thinking: 'Hm', toolCalls, reason, stopSequence, usage, timings }),
  ).toStrictEqual({
    id: expect.stringMatching(/^msg_/),
    type: 'message',
    role: 'assistant',
    model: 'sonnet',
    content: [
      { type: 'thinking', thinking: 'Hm', signature: expect.stringMatching(/./) },
      { type: 'text', text: 'Hello' },
      { type: 'tool_use', id: 'toolu_1', name: 'f', input: { x: 1 } },
    ],
    stop_reason,
    stop_sequence,
    usage: USAGE,
  });
});

test.each([
  ['overloaded', 529, 'overloaded_error'],
  ['busy', 503, 'overloaded_error'],
  ['cli_missing', 503, 'api_error'],
  ['model_not_found', 404, 'not_found_error'],
  ['rate_limit', 429, 'rate_limit_error'],
  ['too_large', 413, 'request_too_large'],
  ['signed_out', 401, 'authentication_error'],
] as const)('words a fault of kind %s as %d %s, under one id', (kind, status, type) => {
  const reply = anthropic.fault(toFault(new ChatError(kind, 'words'), 'id'));
  const id = reply.headers?.['request-id'];
  expect(id).toMatch(/^req_\w+$/);
  expect(reply).toMatchObject({
    status,
    body: { type: 'error', error: { type, message: 'words' }, request_id: id },
  });
});

test('refuses a thread with the error on which the packages continue without one', async () => {
  const refused = await ask({ thread: { type: 'create' } }).catch((error: unknown) =>
    anthropic.fault(toFault(error, '')),
  );
  expect(refused).toMatchObject({
    status: 400,
    body: { error: { details: { error_code: 'thread_unsupported_request', unsupported: ['thread'] } } },
  });
  expect((await ask({ thread: null })).type).toBe('chat');
});

test('owns its paths, with and without /v1, and no others', () => {
  const owned = ['/v1/messages', '/messages', '/v1/messages/batches', '/messages/count_tokens'];
  expect(owned.filter((path) => dialectOf(path) !== anthropic)).toEqual([]);
  expect(['/v1/models', '/v1/messagesx', '/api/messages', '/'].filter((path) => dialectOf(path) === anthropic)).toEqual(
    [],
  );
});

test('an estimate of tokens grows with text, images and tools, and accepts any nesting', async () => {
  const count = async (body: object) =>
    estimateTokens(
      await validate(countTokensBody, { model: 'sonnet', messages: [{ role: 'user', content: 'hi' }], ...body }),
    );
  const least = await count({});
  expect(least).toBeGreaterThan(0);
  expect((await count({ system: 'x'.repeat(3500) })) - least).toBe(1000);
  expect(await count({ messages: [{ role: 'user', content: [IMAGE] }] })).toBeGreaterThan(1000);
  const deep = JSON.parse(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`);
  expect(await count({ tools: [{ name: 'f', input_schema: deep }] })).toBeGreaterThan(10_000);
});
