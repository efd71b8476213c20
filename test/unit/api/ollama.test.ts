import { expect, test } from 'vitest';
import type { Answer, ChatReply, OutputEvent } from '../../../app/api/dialect';
import { validate } from '../../../app/api/input/validate';
import { chatBody, chatReply } from '../../../app/api/ollama/chat';
import { generateBody, generateReply } from '../../../app/api/ollama/generate';
import type { Model } from '../../../app/chat/service';

const PNG = Buffer.from('\x89PNG\r\n\x1a\n-------', 'latin1').toString('base64');

const SONNET: Model = {
  id: 'sonnet',
  resolved: 'claude-sonnet-5-5',
  value: 'sonnet',
  displayName: 'Sonnet',
  family: 'sonnet',
  version: '5.5',
  description: '',
  contextLength: 200_000,
  maxOutputTokens: 64_000,
  supportsThinking: true,
};

const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather in a city.',
    parameters: { type: 'object', properties: { city: { type: ['string', 'null'] } }, required: ['city'] },
  },
};

interface Case {
  headers?: Record<string, string>;
  sendsSampling?: boolean;
  model?: Model;
}

const context = ({ headers = {}, sendsSampling = false }: Case) => ({
  asker: { client: 'test', owner: '', header: (name: string) => headers[name] },
  allowances: {
    sendsSampling: () => sendsSampling,
    sendsReasoning: () => false,
    taskModel: () => '',
    fetchesImages: () => false,
  },
});

async function chat(body: Record<string, unknown>, options: Case = {}): Promise<ChatReply> {
  const { asker, allowances } = context(options);
  const asked = await validate(chatBody, { model: 'sonnet', messages: [{ role: 'user', content: 'hi' }], ...body });
  return chatReply(asked, asker, options.model ?? SONNET, allowances);
}

async function generate(body: Record<string, unknown>, options: Case = {}): Promise<ChatReply> {
  const { asker, allowances } = context(options);
  const asked = await validate(generateBody, { model: 'sonnet', prompt: 'hi', ...body });
  return generateReply(asked, asker, options.model ?? SONNET, allowances);
}

const usage = {
  input: 7,
  cacheRead: 100,
  cacheWrite: 20,
  output: 5,
  thinking: 2,
  costUsd: 0.01,
};
const timings = { loadMs: 1.5, promptMs: 0, answerMs: 20, totalMs: 30 };
const end: OutputEvent = { type: 'end', reason: 'stop', usage, timings };
const whole: Answer = {
  text: 'Hello',
  thinking: '',
  toolCalls: [],
  reason: 'stop',
  stopSequence: undefined,
  usage,
  timings,
};

const METRICS = {
  total_duration: 30_000_000,
  load_duration: 1_500_000,
  prompt_eval_count: 127,
  prompt_eval_duration: 1,
  eval_count: 5,
  eval_duration: 20_000_000,
};

const HEAD = { model: 'sonnet', created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z$/) };

function streamed(reply: ChatReply, events: OutputEvent[]): unknown[] {
  const wire = reply.wire.stream();
  return events.flatMap((event) =>
    [...wire.lines(event, 0)].map((line) => {
      expect(line).toMatch(/^[^\n]+\n$/);
      return JSON.parse(line);
    }),
  );
}

test('streams by default', async () => {
  const streams = await Promise.all([chat({}), chat({ stream: false }), generate({})]);
  expect(streams.map(({ stream }) => stream)).toEqual([true, false, true]);
});

test('reads roles in any case, and a developer as system', async () => {
  const { request } = await chat({
    messages: [
      { role: 'DEVELOPER', content: 'Be brief.' },
      { role: 'User', content: 'a' },
      { role: 'assistant', content: 'b' },
      { role: 'user', content: 'c' },
    ],
  });
  expect(request.system).toBe('Be brief.');
  expect(request.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
});

test('uses a top-level system prompt only if there is no system message', async () => {
  const messages = [
    { role: 'system', content: 'own' },
    { role: 'user', content: 'hi' },
  ];
  expect((await chat({ system: 'root' })).request.system).toBe('root');
  expect((await chat({ system: 'root', messages })).request.system).toBe('own');
});

test('reads images by their bytes, with or without a data: prefix', async () => {
  const { request } = await chat({
    messages: [{ role: 'user', content: 'x', images: [PNG, `data:image/jpeg;base64,${PNG}`] }],
  });
  expect(request.messages[0]?.content).toEqual([
    { type: 'image', mediaType: 'image/png', data: PNG },
    { type: 'image', mediaType: 'image/png', data: PNG },
    { type: 'text', text: 'x' },
  ]);
});

test.each([
  ['no image', 'aGVsbG8gd29ybGQ=', 'not a PNG'],
  ['an address', 'https://example.com/cat.png', 'images are not fetched from URLs'],
])('refuses %s and names the field', async (_what, image, message) => {
  const refused = chat({ messages: [{ role: 'user', content: 'x', images: [image] }] });
  await expect(refused).rejects.toThrow(`messages[0].images[0]: ${message}`);
});

test('passes the tools on unchanged, and the tool choice', async () => {
  const { request, ignored } = await chat({
    tools: [WEATHER],
    tool_choice: { type: 'function', function: { name: 'get_weather' } },
  });
  const { name, description, parameters } = WEATHER.function;
  expect(request.tools).toEqual([{ name, description, inputSchema: parameters }]);
  expect(request.toolChoice).toEqual({ type: 'named', name: 'get_weather' });
  expect(ignored).toEqual([]);
});

test.each([
  ['no description and no parameters', { name: 'now' }],
  ['null for both', { name: 'now', description: null, parameters: null }],
  ['an empty schema', { name: 'now', parameters: {} }],
])('accepts a tool with %s', async (_what, tool) => {
  const { request } = await chat({ tools: [{ type: 'function', function: tool }] });
  expect(request.tools).toEqual([{ name: 'now', description: '', inputSchema: { type: 'object', properties: {} } }]);
});

test.each([
  ['auto', { type: 'auto' }, []],
  ['none', { type: 'none' }, []],
  ['required', { type: 'required' }, []],
  ['whatever', undefined, ['tool_choice']],
  [{ type: 'function', function: { name: 'nowhere' } }, undefined, ['tool_choice']],
  [undefined, undefined, []],
])('reads the tool choice %s', async (choice, toolChoice, names) => {
  const { request, ignored } = await chat({ tools: [WEATHER], tool_choice: choice });
  expect([request.toolChoice, ignored]).toEqual([toolChoice, names]);
});

test('matches a result with its call by id, by name or by order', async () => {
  const calls = [
    { id: 'a', function: { name: 'f', arguments: {} } },
    { id: 'b', function: { name: 'g', arguments: {} } },
  ];
  const answered = async (results: object[], tool_calls: object[] = calls) => {
    const { request } = await chat({
      messages: [{ role: 'user', content: '?' }, { role: 'assistant', tool_calls }, ...results],
    });
    return request.messages
      .at(-1)
      ?.content.map((block) => (block.type === 'tool_result' ? [block.toolUseId, block.content] : block));
  };
  const text = (text: string) => [{ type: 'text', text }];
  const both = [
    ['b', text('G')],
    ['a', text('F')],
  ];
  const tool = (content: string, more: object = {}) => ({ role: 'tool', content, ...more });
  expect(await answered([tool('G', { tool_call_id: 'b' }), tool('F', { tool_call_id: 'a' })])).toEqual(both);
  expect(await answered([tool('G', { tool_name: 'g' }), tool('F', { tool_name: 'f' })])).toEqual(both);
  expect(await answered([tool('F'), tool('G')])).toEqual(both.toReversed());
  expect(await answered([{ role: 'user', content: 'F and G' }])).toEqual([{ type: 'text', text: 'F and G' }]);
});

test('reads arguments that are JSON text as an object', async () => {
  const call = async (args: unknown) => {
    const { request } = await chat({
      messages: [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: null, tool_calls: [{ function: { name: 'f', arguments: args } }] },
        { role: 'tool', content: 'y', tool_name: 'f' },
      ],
    });
    return request.messages[1];
  };
  expect(await call('{"a":1}')).toEqual(await call({ a: 1 }));
});

test('reads a format that is a schema or any object', async () => {
  const schema = { type: 'object', properties: { age: { type: 'integer' } } };
  expect((await chat({ format: schema })).request.schema).toEqual(schema);
  expect((await generate({ format: 'json' })).request.schema).toEqual({ type: 'object' });
  expect((await chat({ format: { properties: {} } })).request.schema).toEqual({ type: 'object', properties: {} });
  expect((await chat({ format: '' })).request.schema).toBeUndefined();
});

test.each([
  [true, true, undefined],
  [false, false, undefined],
  [undefined, true, undefined],
  ['low', true, 'low'],
  ['max', true, 'max'],
])('reads think %s', async (think, thinking, effort) => {
  const { request } = await chat({ think });
  expect([request.thinking, request.effort]).toEqual([thinking, effort]);
});

test('refuses thinking with a model that does not support it, and accepts false', async () => {
  const model = { ...SONNET, supportsThinking: false };
  await expect(chat({ think: true }, { model })).rejects.toThrow('"sonnet" does not support thinking');
  expect((await chat({ think: false }, { model })).request.thinking).toBe(false);
  expect((await chat({}, { model })).request.thinking).toBe(false);
});

test.each([
  ['the options', { options: { num_predict: 5 } }, 5],
  ['the root, where Open WebUI puts it', { num_predict: 6 }, 6],
  ['the root, where ollama-ai-provider-v2 puts it', { max_output_tokens: 7 }, 7],
  ['both', { options: { num_predict: 5 }, num_predict: 6 }, 5],
  ['a number that means no limit', { options: { num_predict: -2 } }, undefined],
  ['a number that no model reaches', { options: { num_predict: 1e300 } }, 2 ** 31 - 1],
])('reads the token limit from %s', async (_what, body, maxTokens) => {
  expect((await chat(body)).request.maxTokens).toBe(maxTokens);
});

test('reads one stop sequence or several, and lists unsupported ones as ignored', async () => {
  expect((await chat({ options: { stop: 'END' } })).request.stop).toEqual(['END']);
  const { request, ignored } = await chat({ options: { stop: ['A', '', '\n', 'B\n'] } });
  expect(request.stop).toEqual(['A', 'B\n']);
  expect(ignored).toEqual(['stop']);
});

test('passes sampling parameters on if the user allows it, and otherwise lists them as ignored', async () => {
  const body = { options: { temperature: 0, top_p: 0.9, top_k: -1 } };
  const without = await chat(body);
  expect([without.request.sampling, without.ignored]).toEqual([undefined, ['temperature', 'top_p']]);
  const sent = await chat(body, { sendsSampling: true });
  expect([sent.request.sampling, sent.ignored]).toEqual([{ temperature: 0, topP: 0.9 }, []]);
});

test('lists the parameters that have no effect here', async () => {
  const options = { seed: -1, num_ctx: 9, min_p: 0.1, repeat_penalty: 1.1, mirostat: 0 };
  expect((await chat({ logprobs: true, options })).ignored).toEqual([
    'logprobs',
    'num_ctx',
    'min_p',
    'repeat_penalty',
    'mirostat',
  ]);
});

test.each([
  ['think false', { think: false }],
  ['an empty format', { format: '' }],
  ['no tools', { tools: [] }],
  ['nothing at all', { format: null, options: null, tools: null, keep_alive: null, think: null, tool_choice: null }],
  ['unknown keys', { tool_choice: 'auto', shift: true }],
  ['keep_alive as a number', { keep_alive: -1 }],
  ['keep_alive as a duration', { keep_alive: '1h30m' }],
])('accepts %s', async (_what, body) => {
  const { request, ignored } = await chat(body);
  expect(request.messages).toHaveLength(1);
  expect(request.tools).toBeUndefined();
  expect(ignored).toEqual([]);
});

test.each([
  ['model', { model: undefined }, 'model is required'],
  ['model', { model: '' }, 'model is required'],
  ['model', { model: 3 }, 'model: expected string, received number'],
  ['stream', { stream: 'yes' }, 'stream: expected boolean, received string'],
  ['format', { format: 'xml' }, 'format must be'],
  ['format', { format: { type: 'array' } }, 'format must be a schema of type "object"'],
  ['format', { format: { anyOf: [] } }, '"anyOf" is not supported at the top'],
  ['think', { think: 'hard' }, 'think must be'],
  ['keep_alive', { keep_alive: '5' }, 'keep_alive must be'],
  ['top_logprobs', { top_logprobs: 21 }, 'top_logprobs must be 0 to 20'],
  ['options.num_predict', { options: { num_predict: 'x' } }, 'expected number, received string'],
  ['options.stop', { options: { stop: 3 } }, 'options.stop must be'],
  ['tools[0].function', { tools: [{}] }, 'expected object, received undefined'],
  ['tools[0].function.name', { tools: [{ function: { name: '' } }] }, 'must be 1 to 128 letters'],
  ['tools[1].function.name', { tools: [WEATHER, WEATHER] }, 'must differ'],
  [
    'tools[0].function.parameters',
    { tools: [{ function: { name: 'f', parameters: { type: 'string' } } }] },
    'must be a schema of type "object"',
  ],
  ['messages', { messages: 'hi' }, 'messages: expected array, received string'],
  ['messages[0].content', { messages: [{ role: 'user', content: 1 }] }, 'expected string, received number'],
  ['messages[0].role', { messages: [{ role: 'cat', content: '' }] }, 'messages[0].role'],
])('names %s if it is invalid', async (param, body, message) => {
  const refused = await chat(body).catch((error: unknown) => error);
  expect(refused).toMatchObject({ kind: 'invalid_request', param, message: expect.stringContaining(message) });
});

test('streams a chat as one line for each event, with counts only on the last, and without null', async () => {
  const lines = streamed(await chat({}), [{ type: 'thinking', text: 'Hm' }, { type: 'text', text: 'Grüße 👋🏽' }, end]);
  expect(lines).toStrictEqual([
    { ...HEAD, message: { role: 'assistant', content: '', thinking: 'Hm' }, done: false },
    { ...HEAD, message: { role: 'assistant', content: 'Grüße 👋🏽' }, done: false },
    { ...HEAD, message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', ...METRICS },
  ]);
});

const CALLS: OutputEvent[] = [
  { type: 'tool_call', index: 0, id: 'toolu_1', name: 'get_weather' },
  { type: 'tool_input', index: 0, json: '{"city":"Oslo"}' },
  { type: 'tool_end', index: 0, id: 'toolu_1', name: 'get_weather', input: { city: 'Oslo' } },
  { type: 'tool_call', index: 1, id: 'toolu_2', name: 'get_time' },
  { type: 'tool_end', index: 1, id: 'toolu_2', name: 'get_time', input: {} },
  { ...end, reason: 'tool_use' },
];

const TOOL_CALLS = [
  { id: 'toolu_1', function: { index: 0, name: 'get_weather', arguments: { city: 'Oslo' } } },
  { id: 'toolu_2', function: { index: 1, name: 'get_time', arguments: {} } },
];

test('streams all calls in one line after the text, and ends with the reason stop', async () => {
  const lines = streamed(await chat({}), [{ type: 'text', text: 'Let me see.' }, ...CALLS]);
  expect(lines).toStrictEqual([
    { ...HEAD, message: { role: 'assistant', content: 'Let me see.' }, done: false },
    { ...HEAD, message: { role: 'assistant', content: '', tool_calls: TOOL_CALLS }, done: false },
    { ...HEAD, message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', ...METRICS },
  ]);
});

test('writes a whole chat answer with its text', async () => {
  const { wire } = await chat({});
  expect(wire.completeBody({ ...whole, reason: 'length' }, [])).toStrictEqual({
    ...HEAD,
    message: { role: 'assistant', content: 'Hello' },
    done: true,
    done_reason: 'length',
    ...METRICS,
  });
});

test('writes thinking and calls beside the text', async () => {
  const { wire } = await chat({});
  const toolCalls = [{ id: 'toolu_1', name: 'get_weather', input: { city: 'Oslo' } }];
  expect(wire.completeBody({ ...whole, text: '', thinking: 'Hm', toolCalls, reason: 'tool_use' }, [])).toMatchObject({
    message: { role: 'assistant', content: '', thinking: 'Hm', tool_calls: TOOL_CALLS.slice(0, 1) },
    done_reason: 'stop',
  });
});

test('streams a generated text as `response`', async () => {
  const lines = streamed(await generate({}), [{ type: 'text', text: 'Hello' }, end]);
  expect(lines).toMatchObject([
    { response: 'Hello', done: false },
    { response: '', done: true, eval_count: 5 },
  ]);
});

test('combines prompt, system and images into one message', async () => {
  const { request } = await generate({ system: 'Be brief.', images: [PNG] });
  expect(request.system).toBe('Be brief.');
  expect(request.messages).toEqual([
    {
      role: 'user',
      content: [
        { type: 'image', mediaType: 'image/png', data: PNG },
        { type: 'text', text: 'hi' },
      ],
    },
  ]);
});

/** The context at the end of the answer `text` to the body. */
async function contextAfter(body: Record<string, unknown>, text: string): Promise<number[]> {
  const answer: unknown = (await generate(body)).wire.completeBody({ ...whole, text }, []);
  return (answer as { context: number[] }).context;
}

test('continues from the context of an answer, streamed or not', async () => {
  const first = await contextAfter({ prompt: 'A fruit?', system: 'One word.' }, 'Apple 🍎.');
  const second = await generate({ prompt: 'Its colour?', context: first });
  expect(second.request.system).toBe('One word.');
  const said = (role: string, text: string) => ({ role, content: [{ type: 'text', text }] });
  const history = [said('user', 'A fruit?'), said('assistant', 'Apple 🍎.'), said('user', 'Its colour?')];
  expect(second.request.messages).toEqual(history);

  const [last] = streamed(second, [{ type: 'text', text: 'Re' }, { type: 'text', text: 'd.' }, end]).slice(-1);
  const third = await generate({ prompt: 'Sure?', context: (last as { context: number[] }).context });
  expect(third.request.messages).toEqual([...history, said('assistant', 'Red.'), said('user', 'Sure?')]);
});

test('continues twice from the same context, and with another system prompt if one is sent', async () => {
  const before = await contextAfter({ prompt: 'A fruit?', system: 'One word.' }, 'Apple.');
  const one = await generate({ prompt: 'Its colour?', context: before });
  const two = await generate({ prompt: 'Its taste?', context: before, system: 'Two words.' });
  expect([one.request.messages.length, two.request.messages.length]).toEqual([3, 3]);
  expect(two.request.system).toBe('Two words.');
});

test('writes a context as numbers that look like tokens', async () => {
  const context = await contextAfter({ prompt: 'x'.repeat(1_000) }, '漢字'.repeat(1_000));
  expect(context.every((word) => Number.isInteger(word) && word >= 0 && word < 2 ** 24)).toBe(true);
});

test.each([
  ['of another maker', [1, 2, 3]],
  ['that was changed', 'changed'],
  ['that was cut off', 'cut'],
  ['of numbers that are none of ours', [4410180, 3, 0.5]],
])('ignores a context %s, and lists it', async (_what, context) => {
  const own = await contextAfter({ prompt: 'A fruit?' }, 'Apple.');
  const sent = { changed: own.map((word, index) => (index === 4 ? word ^ 0xff : word)), cut: own.slice(0, -1) };
  const { request, ignored } = await generate({
    context: typeof context === 'string' ? sent[context as 'changed' | 'cut'] : context,
  });
  expect(request.messages).toHaveLength(1);
  expect(ignored).toEqual(['context']);
});

test.each([
  ['fill-in-the-middle', { suffix: '}' }, 'does not support insert'],
  ['raw with a system prompt', { raw: true, system: 'x' }, 'raw mode does not support'],
])('refuses %s', async (_what, body, message) => {
  await expect(generate(body)).rejects.toThrow(message);
});

test('writes an error in a stream as a separate line', async () => {
  const fault = {
    status: 502,
    code: 'cli_failed',
    recorded: '',
    param: null,
    retryAfterS: null,
    shouldRetry: true,
  } as const;
  const { wire } = await chat({});
  expect(wire.stream().fault({ ...fault, message: 'broke off' })).toBe('{"error":"broke off"}\n');
});
