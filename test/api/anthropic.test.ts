/** Anthropic's own client package against the server with the real CLI. */
import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { hang, httpError, stop, streamError, text, thinking, toolUse, usage } from '../support/messagesApi';
import { send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;
let anthropic: Anthropic;

beforeAll(async () => {
  app = await startTestApp();
  anthropic = new Anthropic({ baseURL: app.url, apiKey: 'any', maxRetries: 0 });
});
afterAll(() => app.stop());
beforeEach(() => app.api.reset());

const user = (content: Anthropic.MessageParam['content']): Anthropic.MessageParam => ({ role: 'user', content });
const ask = (content: string) => ({ model: 'sonnet', max_tokens: 1000, messages: [user(content)] });

const WEATHER: Anthropic.Tool = {
  name: 'weather',
  description: 'The weather of a city.',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

const CAPABILITIES: { [name in keyof Anthropic.ModelCapabilities]: unknown } = {
  batch: { supported: false },
  citations: { supported: false },
  code_execution: { supported: false },
  context_management: expect.objectContaining({ supported: false }),
  effort: expect.objectContaining({ supported: true, xhigh: { supported: true } }),
  image_input: { supported: true },
  pdf_input: { supported: true },
  server_tools: expect.objectContaining({ supported: false }),
  structured_outputs: { supported: true },
  thinking: expect.objectContaining({
    supported: true,
    types: expect.objectContaining({ adaptive: { supported: true } }),
  }),
};

/** The request of the question as the API received it. */
function asked(question: string) {
  const found = app.api.requests.find(({ history }) => JSON.stringify(history.at(-1)).includes(question));
  if (found === undefined) throw new Error(`nobody asked “${question}”`);
  return found;
}

/** The error that the package throws. */
async function refusal(asking: PromiseLike<unknown>): Promise<InstanceType<typeof Anthropic.APIError>> {
  const error = await asking.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Anthropic.APIError) return error;
  throw new Error(`not refused: ${error}`);
}

test('a message has the text, the stop reason and the counts, and the request has an id', async () => {
  app.api.answer(text('Hel', 'lo'), usage({ input: 7, cacheRead: 100, cacheWrite: 20, output: 5 }));
  const message = await anthropic.messages.create(ask('Hi.'));
  expect(message).toMatchObject({
    type: 'message',
    role: 'assistant',
    model: 'sonnet',
    content: [{ type: 'text', text: 'Hello' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 7, cache_creation_input_tokens: 20, cache_read_input_tokens: 100, output_tokens: 5 },
  });
  expect(message._request_id).toMatch(/^req_/);
});

test('a stream arrives piece for piece as the model wrote it', async () => {
  const deltas = ['Grü', 'ße ', '👋🏽', ' 漢', '字', '\n\n', 'data: x', '👩‍👩‍👧'];
  app.api.answer(text(...deltas));
  const received: string[] = [];
  for await (const event of await anthropic.messages.create({ ...ask('Stream.'), stream: true })) {
    if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') received.push(event.delta.text);
  }
  expect(received).toEqual(deltas);
});

test('the package’s own stream helper assembles the message, from its first counts to its last', async () => {
  app.api.answer(text('Hel', 'lo'), usage({ input: 3, cacheRead: 9, output: 2 }), stop('max_tokens'));
  const stream = anthropic.messages.stream(ask('Help.'));
  const events: string[] = [];
  stream.on('streamEvent', ({ type }) => events.push(type));
  expect(await stream.finalMessage()).toMatchObject({
    content: [{ type: 'text', text: 'Hello' }],
    stop_reason: 'max_tokens',
    usage: { input_tokens: 3, cache_read_input_tokens: 9, output_tokens: 2 },
  });
  expect(events).toEqual([
    'message_start',
    'content_block_start',
    'content_block_delta',
    'content_block_delta',
    'content_block_stop',
    'message_delta',
    'message_stop',
  ]);
});

test('the first event has the counts of the prompt already', async () => {
  app.api.answer(text('Yes.'), usage({ input: 12, cacheRead: 30 }));
  const stream = await anthropic.messages.create({ ...ask('Count.'), stream: true });
  const first = (await stream[Symbol.asyncIterator]().next()).value;
  expect(first).toMatchObject({
    type: 'message_start',
    message: { usage: { input_tokens: 12, cache_read_input_tokens: 30 } },
  });
});

test('roles, system blocks and several turns reach the API as sent', async () => {
  await anthropic.messages.create({
    model: 'sonnet',
    max_tokens: 100,
    system: [{ type: 'text', text: 'Answer in one word.', cache_control: { type: 'ephemeral' } }],
    messages: [user('A fruit?'), { role: 'assistant', content: 'Apple.' }, user('A colour?')],
  });
  const { system, history } = asked('A colour?');
  expect(system.join('\n')).toContain('Answer in one word.');
  expect(history.map(({ role, content }) => [role, content.map((block) => block.text).join('')])).toEqual([
    ['user', 'A fruit?'],
    ['assistant', 'Apple.'],
    ['user', 'A colour?'],
  ]);
});

test('an image reaches the API unchanged', async () => {
  const data = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const source = { type: 'base64', media_type: 'image/png', data } as const;
  await anthropic.messages.create({
    model: 'sonnet',
    max_tokens: 100,
    messages: [
      user([
        { type: 'image', source },
        { type: 'text', text: 'What is it?' },
      ]),
    ],
  });
  expect(asked('What is it?').history.at(-1)?.content[0]).toMatchObject({ type: 'image', source });
});

test('a tool’s call reaches the client, and its result the same turn', async () => {
  app.api.answer(text('I look.'), toolUse('weather', { city: 'Oslo' }, { id: 'toolu_a' }));
  const question = user('Weather in Oslo?');
  const first = await anthropic.messages.create({ ...ask(''), messages: [question], tools: [WEATHER] });
  expect(first).toMatchObject({
    content: [
      { type: 'text', text: 'I look.' },
      { type: 'tool_use', id: 'toolu_a', name: 'weather', input: { city: 'Oslo' } },
    ],
    stop_reason: 'tool_use',
  });

  app.api.answer(text('18 degrees.'));
  const result = user([{ type: 'tool_result', tool_use_id: 'toolu_a', content: '18' }]);
  const messages = [question, { role: 'assistant' as const, content: first.content }, result];
  const second = await anthropic.messages.create({ ...ask(''), messages, tools: [WEATHER] });
  expect(second).toMatchObject({ content: [{ type: 'text', text: '18 degrees.' }], stop_reason: 'end_turn' });

  const { body, history } = asked('tool_result');
  expect(body.tools?.find(({ name }) => name === 'weather')).toMatchObject({
    description: WEATHER.description,
    input_schema: WEATHER.input_schema,
  });
  expect(history.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  expect(history.at(-1)?.content[0]).toMatchObject({ type: 'tool_result', tool_use_id: 'toolu_a' });
});

test('Claude Code’s prompt reaches the API as a separate block, and its token countdown beside a result reaches the waiting turn', async () => {
  app.api.answer(toolUse('weather', { city: 'Oslo' }, { id: 'toolu_count' }));
  app.api.answer(text('Warm.'));
  const question = {
    ...ask('Weather, counted?'),
    system: [
      { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.330.d01; cc_entrypoint=cli;' },
      { type: 'text', text: 'Count down.' },
    ],
    tools: [WEATHER],
  };
  await send(`${app.url}/v1/messages`, { body: JSON.stringify(question) });
  expect(asked('Weather, counted?').system).toEqual(['Count down.']);

  const messages = [
    ...question.messages,
    { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_count', name: 'weather', input: { city: 'Oslo' } }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_count', content: '18 degrees' }] },
    { role: 'system', content: '9 tokens left' },
  ];
  const { headers } = await send(`${app.url}/v1/messages`, { body: JSON.stringify({ ...question, messages }) });
  expect(headers['x-claudacity-path']).toBe('live');
  expect(JSON.stringify(app.api.requests.at(-1)?.history.at(-1))).toContain('9 tokens left');
});

test('two calls at once are streamed one after the other, their arguments in pieces', async () => {
  app.api.answer(
    toolUse('weather', { city: 'Oslo' }, { id: 'toolu_b', pieces: 3 }),
    toolUse('weather', { city: 'Bergen' }, { id: 'toolu_c' }),
  );
  const stream = anthropic.messages.stream({ ...ask('Both.'), tools: [WEATHER] });
  let pieces = 0;
  stream.on('inputJson', () => {
    pieces += 1;
  });
  expect(await stream.finalMessage()).toMatchObject({
    content: [
      { type: 'tool_use', id: 'toolu_b', input: { city: 'Oslo' } },
      { type: 'tool_use', id: 'toolu_c', input: { city: 'Bergen' } },
    ],
    stop_reason: 'tool_use',
  });
  expect(pieces).toBeGreaterThanOrEqual(4);

  app.api.answer(text('Fine.'));
  const results = ['toolu_c', 'toolu_b'].map((tool_use_id) => ({
    type: 'tool_result' as const,
    tool_use_id,
    content: [{ type: 'text' as const, text: `of ${tool_use_id}` }],
    is_error: tool_use_id === 'toolu_c',
  }));
  const messages = [...stream.messages, user(results)];
  expect((await anthropic.messages.create({ ...ask(''), messages, tools: [WEATHER] })).content).toMatchObject([
    { text: 'Fine.' },
  ]);
  const sent = asked('of toolu_b').history.at(-1)?.content ?? [];
  expect(sent.find((block) => block.tool_use_id === 'toolu_c')).toMatchObject({ is_error: true });
  expect(sent.find((block) => block.tool_use_id === 'toolu_b')?.is_error).not.toBe(true);
});

test('the package’s tool runner goes through three rounds, without a thread', async () => {
  for (const city of ['Oslo', 'Bergen', 'Tromsø']) app.api.answer(toolUse('weather', { city }));
  app.api.answer(text('Done.'));
  const cities: unknown[] = [];
  const runner = anthropic.beta.messages.toolRunner({
    ...ask('Three.'),
    tools: [
      {
        ...WEATHER,
        type: 'custom',
        parse: (input: unknown) => input,
        run: (input: unknown) => {
          cities.push(input);
          return 'fine';
        },
      },
    ],
  });
  expect((await runner).content).toMatchObject([{ type: 'text', text: 'Done.' }]);
  expect(cities).toEqual([{ city: 'Oslo' }, { city: 'Bergen' }, { city: 'Tromsø' }]);
});

test('the tool choice reaches the API', async () => {
  await anthropic.messages.create({
    ...ask('Choose.'),
    tools: [WEATHER],
    tool_choice: { type: 'tool', name: 'weather', disable_parallel_tool_use: true },
  });
  expect(asked('Choose.').body.tool_choice).toEqual({
    type: 'tool',
    name: 'weather',
    disable_parallel_tool_use: true,
  });
});

test('thinking is a separate block with a signature, and may be sent back', async () => {
  app.api.answer(thinking('Hm', '.'), text('Yes.'));
  const question = user('Really?');
  const stream = anthropic.messages.stream({
    ...ask(''),
    messages: [question],
    thinking: { type: 'enabled', budget_tokens: 1024 },
  });
  const { content } = await stream.finalMessage();
  expect(content).toEqual([
    { type: 'thinking', thinking: 'Hm.', signature: expect.stringMatching(/./) },
    { type: 'text', text: 'Yes.' },
  ]);
  app.api.answer(text('Sure.'));
  const again = [question, { role: 'assistant' as const, content }, user('Sure?')];
  expect((await anthropic.messages.create({ ...ask(''), messages: again })).content).toMatchObject([{ text: 'Sure.' }]);
});

test('stop sequences and the token limit reach the API, and the answer names the stop sequence', async () => {
  app.api.answer(text('One'), stop('stop_sequence', 'END'));
  const message = await anthropic.messages.create({ ...ask('Stop.'), max_tokens: 77, stop_sequences: ['END'] });
  expect(message).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'END' });
  expect(asked('Stop.').body).toMatchObject({ max_tokens: 77, stop_sequences: ['END'] });
});

test('an answer with a schema is JSON that follows it', async () => {
  app.api.chooseAnswer(({ body }) =>
    body.tools?.some(({ name }) => name === 'StructuredOutput')
      ? [toolUse('StructuredOutput', { city: 'Oslo' })]
      : undefined,
  );
  const schema = {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  };
  const message = await anthropic.messages.create({
    ...ask('Which?'),
    output_config: { format: { type: 'json_schema', schema } },
  });
  const [block] = message.content;
  expect(block?.type === 'text' && JSON.parse(block.text)).toEqual({ city: 'Oslo' });
});

test('parameters without effect are listed in a header', async () => {
  // Older versions of the package send this parameter; newer ones do not have it.
  const warm = { ...ask('Warm.'), temperature: 0.2 };
  const { response } = await anthropic.messages.create(warm).withResponse();
  expect(response.headers.get('x-claudacity-ignored')).toBe('temperature');
});

test('a client that disconnects interrupts the model', async () => {
  app.api.answer(text('Once'), hang());
  const stream = anthropic.messages.stream(ask('Long.'));
  await new Promise<void>((resolve) => void stream.once('text', () => resolve()));
  stream.abort();
  await expect(stream.finalMessage()).rejects.toThrow(Anthropic.APIUserAbortError);
  await asked('Long.').aborted;
});

test.each([
  [429, 'rate_limit_error', 429, Anthropic.RateLimitError],
  [529, 'overloaded_error', 529, Anthropic.InternalServerError],
  [401, 'authentication_error', 401, Anthropic.AuthenticationError],
  [400, 'invalid_request_error', 400, Anthropic.BadRequestError],
])('an API that answers %d is reported as such', async (status, type, expected, kind) => {
  app.api.setDefaultAnswer(httpError(status, type, 'words of the API', { 'retry-after': '120' }));
  const error = await refusal(anthropic.messages.create(ask(`Refuse ${status}.`)));
  expect(error).toBeInstanceOf(kind);
  expect(error).toMatchObject({ status: expected, error: { type: 'error', error: { type } } });
  expect(error.requestID).toMatch(/^req_/);
});

test.each([
  [500, 'api_error'],
  [529, 'overloaded_error'],
  [404, 'not_found_error'],
])(
  'an error of the API with %d has no words of the CLI’s about its commands and the address of the API',
  async (status, type) => {
    app.api.setDefaultAnswer(httpError(status, type, 'words of the API', { 'x-should-retry': 'false' }));
    const { message } = await refusal(anthropic.messages.create(ask(`Fail ${status}.`)));
    expect(message).not.toMatch(/gateway|persists|127\.0\.0\.1|--model/);
    expect(message).toMatch(status === 404 ? /may not exist/ : /words of the API"/);
  },
);

test('an answer that breaks off in the middle ends with an error', async () => {
  app.api.setDefaultAnswer(text('Half'), streamError('overloaded_error', 'Overloaded'));
  const error = await refusal(anthropic.messages.stream(ask('Break.')).finalMessage());
  expect(error.error).toMatchObject({ type: 'error', error: { message: expect.any(String) } });
});

test('an unknown model, a missing limit and an image URL are refused, as the package’s error classes', async () => {
  const missing = await refusal(anthropic.messages.create({ ...ask('x'), model: 'gpt-4' }));
  expect(missing).toBeInstanceOf(Anthropic.NotFoundError);
  expect(missing.message).toContain('gpt-4');
  const unlimited = await refusal(anthropic.messages.create({ ...ask('x'), max_tokens: 0 }));
  expect(unlimited).toBeInstanceOf(Anthropic.BadRequestError);
  expect(unlimited.message).toContain('max_tokens');
  const image = { type: 'image', source: { type: 'url', url: 'https://example.com/x.png' } } as const;
  const fetched = await refusal(anthropic.messages.create({ ...ask(''), messages: [user([image])] }));
  expect(fetched.message).toContain('not fetched');
});

test('batches and other unknown paths are refused in the dialect’s form', async () => {
  const error = await refusal(anthropic.messages.batches.list());
  expect(error).toBeInstanceOf(Anthropic.NotFoundError);
  expect(error.error).toMatchObject({ type: 'error', error: { type: 'not_found_error' } });
  expect((await send(`${app.url}/v1/messages`)).status).toBe(405);
});

test('counting tokens of an unknown model is refused', async () => {
  const counting = anthropic.messages.countTokens({ model: 'llama3', messages: [user('How many?')] });
  await expect(counting).rejects.toMatchObject({ status: 404, error: { error: { type: 'not_found_error' } } });
});

test.each<[string, Partial<Anthropic.MessageCountTokensParams>]>([
  ['a tool choice without tools', { tool_choice: { type: 'any' } }],
  ['a tool’s name', { tools: [{ ...WEATHER, name: 'a b' }] }],
  ['a schema', { output_config: { format: { type: 'json_schema', schema: { type: 'array' } } } }],
  [
    'an image’s address',
    { messages: [user([{ type: 'image', source: { type: 'url', url: 'https://example.com/x' } }])] },
  ],
  [
    'an image',
    { messages: [user([{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }])] },
  ],
  ['a last message of the assistant’s', { messages: [user('Hi.'), { role: 'assistant', content: 'Hello.' }] }],
])('counting tokens refuses %s in the words with which a message is refused', async (_what, fields) => {
  const body = { ...ask('Refused.'), ...fields };
  const { max_tokens: _limit, ...counted } = body;
  const message = await refusal(anthropic.messages.create(body));
  const count = await refusal(anthropic.messages.countTokens(counted));
  expect([count.status, count.message.replace(/"req_\w+"/, '')]).toEqual([
    400,
    message.message.replace(/"req_\w+"/, ''),
  ]);
});

test('tokens are estimated without a model, and the estimate is marked', async () => {
  const counting = anthropic.messages.countTokens({ model: 'sonnet', messages: [user('How many?')], tools: [WEATHER] });
  const { data, response } = await counting.withResponse();
  expect(data.input_tokens).toBeGreaterThan(10);
  expect(response.headers.get('x-claudacity-estimate')).toBe('true');
  expect([...app.api.requests, ...app.api.otherCalls]).toEqual([]);
});

test('the package lists the models and finds one', async () => {
  const ids: string[] = [];
  for await (const { id } of anthropic.models.list()) ids.push(id);
  expect(ids).toContain('sonnet');
  expect(await anthropic.models.retrieve('sonnet')).toMatchObject({ id: 'sonnet', type: 'model' });
});

test('a model has all fields of the package’s types', async () => {
  const types: { [field in keyof Anthropic.ModelInfo]: unknown } = {
    id: 'sonnet',
    type: 'model',
    display_name: expect.stringContaining('Sonnet'),
    created_at: expect.stringMatching(/^\d{4}-.*Z$/),
    deprecated_at: null,
    lifecycle: 'active',
    line: 'sonnet',
    max_input_tokens: expect.any(Number),
    max_tokens: expect.any(Number),
    retires_at: null,
    capabilities: expect.objectContaining(CAPABILITIES),
  };
  expect(await anthropic.models.retrieve('sonnet')).toMatchObject(types);
});

test('the list of models can be limited to a stage of their life', async () => {
  const count = async (lifecycle: ('active' | 'retired')[]) => (await anthropic.models.list({ lifecycle })).data.length;
  expect(await count(['active', 'retired'])).toBeGreaterThan(0);
  expect(await count(['retired'])).toBe(0);
});

test('an unknown model, and a path that only Anthropic has, are refused in Anthropic’s form', async () => {
  for (const ask of [() => anthropic.models.retrieve('gpt-4'), () => anthropic.beta.files.list()]) {
    const error = await refusal(ask());
    expect(error).toBeInstanceOf(Anthropic.NotFoundError);
    expect(error.error).toMatchObject({ type: 'error', error: { type: 'not_found_error' } });
    expect(error.requestID).toMatch(/^req_/);
  }
  expect(JSON.parse((await send(`${app.url}/v1/models/gpt-4`)).text)).toMatchObject({ error: { param: 'model' } });
});

test('beta requests, and base URLs with and without the version, are served', async () => {
  expect((await anthropic.beta.messages.create({ ...ask('Beta.'), betas: ['x-2026-01-01'] })).content).toMatchObject([
    { text: 'OK' },
  ]);
  const body = JSON.stringify(ask('Bare.'));
  expect((await send(`${app.url}/messages`, { body })).status).toBe(200);
});
