import { describe, expect, test } from 'vitest';
import type { Answer, ChatReply, ClientContext, OutputEvent } from '../../../../app/api/dialect';
import { validate } from '../../../../app/api/input/validate';
import { createResponseStore } from '../../../../app/api/openai/responses/responseStore';
import { responseBody, responseReply } from '../../../../app/api/openai/responses/responses';

const CLIENT: ClientContext = { client: 'test', owner: '', header: () => undefined };
const SERVICES = {
  sendsSampling: () => false,
  sendsReasoning: () => false,
  taskModel: () => '',
  fetchesImages: () => false,
};

async function response(
  body: Record<string, unknown>,
  store = createResponseStore(),
  client = CLIENT,
): Promise<ChatReply> {
  return responseReply(await validate(responseBody, { model: 'sonnet', ...body }), client, SERVICES, store);
}

async function told(input: unknown) {
  return (await response({ input })).request.messages;
}

const usage = {
  input: 7,
  cacheRead: 100,
  cacheWrite: 20,
  output: 5,
  thinking: 2,
  costUsd: 0.01,
};
const timings = { loadMs: 1, promptMs: 2, answerMs: 3, totalMs: 6 };
const end: OutputEvent = { type: 'end', reason: 'stop', usage, timings };

function answer(more: Partial<Answer> = {}): Answer {
  const said = { text: 'Hello', thinking: '', toolCalls: [], reason: 'stop', stopSequence: undefined } as const;
  return { ...said, usage, timings, ...more };
}

interface Event {
  readonly type: string;
  readonly sequence_number: number;
  readonly [key: string]: unknown;
}

function streamed(reply: ChatReply, events: readonly OutputEvent[]): Event[] {
  const wire = reply.wire.stream();
  return events.flatMap((event) => [...wire.lines(event, 0)]).map(read);
}

function read(said: string): Event {
  const [, name, data] = /^event: ([^\n]+)\ndata: ([^\n]+)\n\n$/.exec(said) ?? [];
  const event = JSON.parse(data ?? '');
  expect(event.type).toBe(name);
  return event;
}

/** A response's id and output as the client receives them. */
function whole(reply: ChatReply, more: Partial<Answer> = {}) {
  return reply.wire.completeBody(answer(more)) as { id: string; output: { id: string; type: string }[] };
}

const call = { id: 'call_a', name: 'weather', input: { city: 'Oslo' } };
const text = (value: string) => [{ type: 'text', text: value }];

test('reads a text, and messages with and without a type', async () => {
  expect(await told('Hi')).toEqual([{ role: 'user', content: text('Hi') }]);
  expect(
    await told([
      { role: 'user', content: 'a' },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'b' }] },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'c' }] },
    ]),
  ).toEqual([
    { role: 'user', content: text('a') },
    { role: 'assistant', content: text('b') },
    { role: 'user', content: text('c') },
  ]);
});

test('puts the instructions before other system messages', async () => {
  const { request } = await response({
    instructions: 'Be brief.',
    input: [
      { role: 'developer', content: 'Be kind.' },
      { role: 'user', content: 'Hi' },
    ],
  });
  expect(request.system).toBe('Be brief.\n\nBe kind.');
});

test('adds calls to the assistant’s turn before them, and results after it', async () => {
  const messages = await told([
    { role: 'user', content: 'x' },
    { type: 'reasoning', id: 'rs_1', summary: [] },
    { role: 'assistant', content: 'Looking.' },
    { type: 'function_call', call_id: 'a', name: 'f', arguments: '{"x":1}' },
    { type: 'function_call', call_id: 'b', name: 'g', arguments: '' },
    { type: 'function_call_output', call_id: 'b', output: [{ type: 'input_text', text: 'two' }] },
    { type: 'function_call_output', call_id: 'a', output: 'one' },
  ]);
  expect(messages.slice(1)).toEqual([
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'Looking.' },
        { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } },
        { type: 'tool_use', id: 'b', name: 'g', input: {} },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', toolUseId: 'b', content: text('two'), isError: false },
        { type: 'tool_result', toolUseId: 'a', content: text('one'), isError: false },
      ],
    },
  ]);
});

test('ignores items and tools that only OpenAI has', async () => {
  const { request, ignored } = await response({
    input: [
      { type: 'web_search_call', id: 'ws_1' },
      { type: 'local_shell_call', action: {} },
      { role: 'user', content: 'x' },
    ],
    tools: [
      { type: 'web_search' },
      { type: 'namespace', name: 'n', description: 'A group.', tools: [{ type: 'custom', name: 'c' }] },
      { type: 'function', name: 'f', parameters: null, strict: false },
    ],
  });
  expect(request.messages).toHaveLength(1);
  expect(request.tools).toEqual([{ name: 'f', description: '', inputSchema: { type: 'object', properties: {} } }]);
  expect(ignored).toEqual(['tools.web_search', 'tools.custom', 'tools.namespace.description']);
});

describe('functions in groups', () => {
  const f = { type: 'function', name: 'f', parameters: { type: 'object' } };
  const group = (name: string, ...tools: object[]) => ({ type: 'namespace', name, description: '', tools });
  const asked = { input: 'x', tools: [f, group('a', f, { ...f, name: 'own' }), group('b', f)] };

  test('keep their names if unique, and otherwise get their group’s name as prefix', async () => {
    const { request, ignored } = await response(asked);
    expect(request.tools?.map(({ name }) => name)).toEqual(['f', 'a__f', 'own', 'b__f']);
    expect(ignored).toEqual([]);
  });

  test('are called by the client’s name and group', async () => {
    const reply = await response(asked);
    const calls = ['f', 'a__f', 'own'].map((name) => ({ ...call, name }));
    const { output } = whole(reply, { text: '', toolCalls: calls });
    expect(output).toMatchObject([{ name: 'f' }, { name: 'f', namespace: 'a' }, { name: 'own', namespace: 'a' }]);
    expect(output[0]).not.toHaveProperty('namespace');
    const events = streamed(reply, [
      { type: 'tool_call', index: 0, id: 'call_a', name: 'a__f' },
      { type: 'tool_end', index: 0, id: 'call_a', name: 'a__f', input: {} },
      end,
    ]);
    const items = events.flatMap(({ item }) => (item === undefined ? [] : [item]));
    expect(items).toMatchObject([
      { name: 'f', namespace: 'a' },
      { name: 'f', namespace: 'a' },
    ]);
  });

  test('keep their names in a history, also in a stored one', async () => {
    const items = [
      { type: 'function_call', call_id: 'a', namespace: 'b', name: 'f', arguments: '{}' },
      { type: 'function_call', call_id: 'b', name: 'f', arguments: '{}' },
      { type: 'function_call', call_id: 'c', namespace: 'gone', name: 'old', arguments: '{}' },
      { type: 'function_call_output', call_id: 'a', output: 'done' },
    ];
    const names = async (body: object, store = createResponseStore()) =>
      (await response({ ...asked, ...body }, store)).request.messages.flatMap(({ content }) =>
        content.flatMap((block) => (block.type === 'tool_use' ? [block.name] : [])),
      );
    expect(await names({ input: items })).toEqual(['b__f', 'f', 'old']);

    const store = createResponseStore();
    const { id } = whole(await response(asked, store), { text: '', toolCalls: [{ ...call, name: 'b__f' }] });
    const input = [{ type: 'function_call_output', call_id: 'call_a', output: 'done' }];
    expect(await names({ input, previous_response_id: id }, store)).toEqual(['b__f']);
  });

  test('are written in the response as groups', async () => {
    const reply = await response(asked);
    expect(reply.wire.completeBody(answer())).toMatchObject({
      tools: [
        { type: 'function', name: 'f' },
        { type: 'namespace', name: 'a', tools: [{ name: 'f' }, { name: 'own' }] },
        { type: 'namespace', name: 'b', tools: [{ name: 'f' }] },
      ],
    });
  });
});

test.each([
  ['input', {}, 'input is required'],
  ['input', { input: [] }, 'there is no user message'],
  ['input', { input: [{ role: 'assistant', content: 'x' }] }, 'nothing to answer'],
  ['input[0].role', { input: [{ role: 'cat', content: 'x' }] }, 'input[0].role'],
  ['input[0].name', { input: [{ type: 'function_call', call_id: 'a', arguments: '{}' }] }, 'expected string'],
  ['input[0].content[0]', { input: [{ role: 'user', content: [{ type: 'input_file' }] }] }, 'send the file itself'],
  ['input[0].content[0]', { input: [{ role: 'user', content: [{ type: 'input_audio' }] }] }, 'is not supported'],
  ['background', { input: 'x', background: true }, 'can only be waited for'],
  ['conversation', { input: 'x', conversation: 'conv_1' }, 'send the whole history'],
  ['prompt', { input: 'x', prompt: { id: 'p' } }, 'send the text itself'],
  ['previous_response_id', { input: 'x', previous_response_id: 'resp_1' }, 'is not held here'],
  ['input[0].id', { input: [{ type: 'item_reference', id: 'msg_1' }] }, 'is not held here'],
  [
    'text.format.schema',
    { input: 'x', text: { format: { type: 'json_schema', schema: { type: 'string' } } } },
    'must be',
  ],
  ['tools[0].name', { input: 'x', tools: [{ type: 'function' }] }, 'expected string'],
  ['tool_choice', { input: 'x', tool_choice: { type: 'web_search' } }, 'cannot be honoured'],
  ['max_output_tokens', { input: 'x', max_output_tokens: 0 }, 'must be'],
  ['metadata.a', { input: 'x', metadata: { a: 1 } }, 'expected string'],
])('names %s if it is invalid: %j', async (param, body, message) => {
  const asking = response(body);
  await expect(asking).rejects.toThrow(expect.objectContaining({ kind: 'invalid_request', param }));
  await expect(asking).rejects.toThrow(message);
});

test('reads schema, effort and token limit', async () => {
  const schema = { type: 'object', properties: {} };
  const { request, ignored } = await response({
    input: 'x',
    text: { format: { type: 'json_schema', name: 'n', schema }, verbosity: 'low' },
    reasoning: { effort: 'high', summary: 'auto' },
    max_output_tokens: 9,
    max_tool_calls: 2,
    include: ['reasoning.encrypted_content'],
    truncation: 'auto',
    temperature: 1,
  });
  expect(request).toMatchObject({ schema, effort: 'high', thinking: true, maxTokens: 9 });
  expect(ignored).toEqual(['temperature', 'text.verbosity', 'truncation', 'max_tool_calls', 'include']);
});

test('includes thinking if the request has a summary or an effort', async () => {
  const shows = async (reasoning: object) => (await response({ input: 'x', reasoning })).request.thinking;
  expect([await shows({}), await shows({ summary: 'auto' }), await shows({ effort: 'none', summary: 'auto' })]).toEqual(
    [false, true, false],
  );
});

test('uses Codex’s thread as the name of the conversation', async () => {
  const header = (name: string) => (name === 'thread-id' ? 'thread' : undefined);
  const { request } = await response({ input: 'x' }, undefined, { ...CLIENT, header });
  expect(request.name).toEqual({ kind: 'label', id: 'thread' });
});

test('writes a whole response, with the request’s parameters', async () => {
  const tool = { type: 'function', name: 'f', description: 'F.', parameters: { type: 'object' }, strict: true };
  const reply = await response({
    input: 'x',
    instructions: 'Be brief.',
    tools: [tool],
    tool_choice: 'auto',
    metadata: { a: 'b' },
    store: false,
  });
  expect(whole(reply, { thinking: 'Hm.', toolCalls: [call], reason: 'tool_use' })).toStrictEqual({
    id: expect.stringMatching(/^resp_/),
    object: 'response',
    created_at: expect.any(Number),
    completed_at: expect.any(Number),
    status: 'completed',
    incomplete_details: null,
    error: null,
    model: 'sonnet',
    previous_response_id: null,
    instructions: 'Be brief.',
    output: [
      { id: expect.stringMatching(/^rs_/), type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
      {
        id: expect.stringMatching(/^msg_/),
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'Hello', annotations: [], logprobs: [] }],
      },
      {
        id: expect.stringMatching(/^fc_/),
        type: 'function_call',
        status: 'completed',
        call_id: 'call_a',
        name: 'weather',
        arguments: '{"city":"Oslo"}',
      },
    ],
    tools: [{ ...tool, strict: false }],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    text: { format: { type: 'text' } },
    reasoning: { effort: null, summary: null },
    truncation: 'disabled',
    temperature: 1,
    top_p: 1,
    presence_penalty: 0,
    frequency_penalty: 0,
    top_logprobs: 0,
    max_output_tokens: null,
    max_tool_calls: null,
    store: false,
    background: false,
    service_tier: 'default',
    metadata: { a: 'b' },
    safety_identifier: null,
    prompt_cache_key: null,
    usage: {
      input_tokens: 127,
      input_tokens_details: { cached_tokens: 100, cache_write_tokens: 20 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 2 },
      total_tokens: 132,
      cost: 0.01,
    },
  });
});

test.each([
  ['length', 'max_output_tokens'],
  ['refusal', 'content_filter'],
] as const)('marks a response that ended for %s as incomplete', async (reason, why) => {
  const incomplete = { status: 'incomplete', completed_at: null, incomplete_details: { reason: why } };
  const item = { type: 'message', status: 'incomplete' };
  expect(whole(await response({ input: 'x' }), { reason })).toMatchObject({ ...incomplete, output: [item] });
  const last = streamed(await response({ input: 'x' }), [
    { type: 'text', text: 'a' },
    { ...end, reason },
  ]).at(-1);
  expect(last).toMatchObject({ type: 'response.incomplete', response: { ...incomplete, output: [item] } });
});

test('streams each item from start to end, in order, numbered without gaps', async () => {
  const events = streamed(await response({ input: 'x', stream: true }), [
    { type: 'thinking', text: 'Hm' },
    { type: 'thinking', text: '.' },
    { type: 'text', text: 'Hel' },
    { type: 'text', text: 'lo' },
    { type: 'tool_call', index: 0, ...call },
    { type: 'tool_input', index: 0, json: '{"city":' },
    { type: 'tool_input', index: 0, json: '"Oslo"}' },
    { type: 'tool_end', index: 0, ...call },
    { type: 'tool_call', index: 1, id: 'call_b', name: 'time' },
    { type: 'tool_end', index: 1, id: 'call_b', name: 'time', input: {} },
    { ...end, reason: 'tool_use' },
  ]);
  expect(events.map(({ type, output_index }) => [type.replace('response.', ''), output_index])).toEqual([
    ['created', undefined],
    ['in_progress', undefined],
    ['output_item.added', 0],
    ['reasoning_summary_part.added', 0],
    ['reasoning_summary_text.delta', 0],
    ['reasoning_summary_text.delta', 0],
    ['reasoning_summary_text.done', 0],
    ['reasoning_summary_part.done', 0],
    ['output_item.done', 0],
    ['output_item.added', 1],
    ['content_part.added', 1],
    ['output_text.delta', 1],
    ['output_text.delta', 1],
    ['output_text.done', 1],
    ['content_part.done', 1],
    ['output_item.done', 1],
    ['output_item.added', 2],
    ['function_call_arguments.delta', 2],
    ['function_call_arguments.delta', 2],
    ['function_call_arguments.done', 2],
    ['output_item.done', 2],
    ['output_item.added', 3],
    ['function_call_arguments.delta', 3],
    ['function_call_arguments.done', 3],
    ['output_item.done', 3],
    ['completed', undefined],
  ]);
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
  const items = events.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item);
  expect(events.at(-1)).toMatchObject({ response: { status: 'completed', output: items } });
  expect(items).toMatchObject([
    { summary: [{ text: 'Hm.' }] },
    { content: [{ text: 'Hello' }] },
    { call_id: 'call_a', arguments: '{"city":"Oslo"}' },
    { call_id: 'call_b', arguments: '{}' },
  ]);
});

test('repeats a form with its name and description, which Open Responses requires', async () => {
  const schema = { type: 'object' };
  const formOf = async (format: object) => {
    const request = await response({ input: 'x', text: { format: { type: 'json_schema', schema, ...format } } });
    return whole(request, { text: '{}' });
  };
  expect(await formOf({ name: 'place', description: 'A place.', strict: true })).toMatchObject({
    text: { format: { type: 'json_schema', name: 'place', description: 'A place.', schema, strict: true } },
  });
  expect(await formOf({ name: 'place' })).toMatchObject({ text: { format: { description: '', strict: false } } });
});

test('has no usage until the end, as Open Responses requires, and none where it fails', async () => {
  const wire = (await response({ input: 'x', stream: true })).wire.stream();
  const started = [...wire.lines({ type: 'text', text: 'a' }, 0)].map(read);
  expect(started.slice(0, 2)).toMatchObject([
    { type: 'response.created', response: { usage: null } },
    { type: 'response.in_progress', response: { usage: null } },
  ]);
  const fault = { status: 500, code: 'internal', message: 'Broken.', recorded: '', param: null } as const;
  expect(read(wire.fault({ ...fault, retryAfterS: null, shouldRetry: false }))).toMatchObject({
    response: { status: 'failed', usage: null },
  });
});

test('streams an answer without text as an empty message', async () => {
  const events = streamed(await response({ input: 'x', stream: true }), [end]);
  expect(events.at(-1)).toMatchObject({ response: { output: [{ type: 'message', content: [{ text: '' }] }] } });
});

test('ends a failed stream with the response and its error', async () => {
  const wire = (await response({ input: 'x', stream: true })).wire.stream();
  const before = [...wire.lines({ type: 'text', text: 'a' }, 0)];
  const fault = { status: 429, code: 'rate_limit', message: 'Slow down.', recorded: '', param: null } as const;
  const event = read(wire.fault({ ...fault, retryAfterS: null, shouldRetry: true }));
  expect(event).toMatchObject({
    type: 'response.failed',
    sequence_number: before.length,
    response: { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'Slow down.' } },
  });
});

test('continues a response by its id, including its calls', async () => {
  const store = createResponseStore();
  const first = whole(await response({ input: 'Weather?', instructions: 'Be brief.' }, store), {
    text: '',
    toolCalls: [call],
    reason: 'tool_use',
  });
  const second = await response(
    {
      previous_response_id: first.id,
      input: [{ type: 'function_call_output', call_id: 'call_a', output: '18 degrees' }],
    },
    store,
  );
  expect(second.request).toMatchObject({
    system: '',
    messages: [
      { role: 'user', content: text('Weather?') },
      { role: 'assistant', content: [{ type: 'tool_use', ...call }] },
      { role: 'user', content: [{ type: 'tool_result', toolUseId: 'call_a', content: text('18 degrees') }] },
    ],
  });
  const third = await response({ previous_response_id: whole(second).id, input: 'Thanks.' }, store);
  expect(third.request.messages.slice(3)).toEqual([
    { role: 'assistant', content: text('Hello') },
    { role: 'user', content: text('Thanks.') },
  ]);
});

test('resolves a reference to an item by its id, streamed or not', async () => {
  const store = createResponseStore();
  const reply = await response({ input: 'Hi', stream: true }, store);
  const events = streamed(reply, [{ type: 'thinking', text: 'Hm.' }, { type: 'text', text: 'Hello' }, end]);
  const ids = events
    .filter(({ type }) => type === 'response.output_item.done')
    .map(({ item }) => (item as { id: string }).id);
  const references = ids.map((id) => ({ type: 'item_reference', id }));
  const next = await response(
    { input: [{ role: 'user', content: 'Hi' }, ...references, { role: 'user', content: 'More.' }] },
    store,
  );
  expect(next.request.messages[1]).toEqual({ role: 'assistant', content: text('Hello') });
});

test('stores a response for its owner only, and none with store: false', async () => {
  const store = createResponseStore();
  const stored = whole(await response({ input: 'Hi' }, store));
  const other = { ...CLIENT, owner: 'other' };
  await expect(response({ previous_response_id: stored.id, input: 'x' }, store, other)).rejects.toThrow('is not held');
  const passing = whole(await response({ input: 'Hi', store: false }, store));
  await expect(response({ previous_response_id: passing.id, input: 'x' }, store)).rejects.toThrow('is not held');
});

test('removes the oldest responses and their items above the size limit', async () => {
  const store = createResponseStore(1000);
  const old = whole(await response({ input: 'a'.repeat(600) }, store));
  const recent = whole(await response({ input: 'b'.repeat(600) }, store));
  await expect(response({ previous_response_id: old.id, input: 'x' }, store)).rejects.toThrow('is not held');
  const reference = { type: 'item_reference', id: old.output[0]?.id };
  await expect(response({ input: [reference] }, store)).rejects.toThrow('is not held');
  expect((await response({ previous_response_id: recent.id, input: 'x' }, store)).request.messages).toHaveLength(3);
});
