import { expect, test } from 'vitest';
import type { ChatReply, OutputEvent } from '../../app/api/dialect';
import { type ChatBody, chatBody, chatReply } from '../../app/api/ollama/chat';
import { generateBody, generateReply } from '../../app/api/ollama/generate';
import { validate } from '../../app/api/validate';

const ASKER = { client: 'test', owner: '', header: () => undefined };
const PNG = Buffer.from('\x89PNG\r\n\x1a\n-------', 'latin1').toString('base64');

function chat(body: Record<string, unknown>): ChatReply {
  const asked: ChatBody = validate(chatBody, { model: 'sonnet', messages: [{ role: 'user', content: 'hi' }], ...body });
  return chatReply(asked, ASKER, true);
}

function generate(body: Record<string, unknown>): ChatReply {
  return generateReply(validate(generateBody, { model: 'sonnet', prompt: 'hi', ...body }), ASKER, true);
}

const usage = {
  inputTokens: 7,
  cacheReadTokens: 100,
  cacheWriteTokens: 20,
  outputTokens: 5,
  thinkingTokens: 2,
  costUsd: 0.01,
};
const timings = { loadMs: 1.5, promptMs: 0, answerMs: 20, totalMs: 30 };
const end: OutputEvent = { type: 'end', reason: 'stop', usage, timings };

const METRICS = {
  total_duration: 30_000_000,
  load_duration: 1_500_000,
  prompt_eval_count: 127,
  prompt_eval_duration: 1,
  eval_count: 5,
  eval_duration: 20_000_000,
};

function streamed(reply: ChatReply, events: OutputEvent[]): unknown[] {
  const wire = reply.wire.stream();
  return events.flatMap((event) =>
    [...wire.lines(event)].map((line) => {
      expect(line).toMatch(/^[^\n]+\n$/);
      return JSON.parse(line);
    }),
  );
}

test('streams unless told not to', () => {
  expect([chat({}).stream, chat({ stream: false }).stream, generate({}).stream]).toEqual([true, false, true]);
});

test('reads roles in any case, and a developer as system', () => {
  const { request } = chat({
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

test('takes a system prompt at the root only where there is none among the messages', () => {
  expect(chat({ system: 'root' }).request.system).toBe('root');
  const messages = [
    { role: 'system', content: 'own' },
    { role: 'user', content: 'hi' },
  ];
  expect(chat({ system: 'root', messages }).request.system).toBe('own');
});

test('reads images by their bytes, with or without a data: prefix', () => {
  const { request } = chat({
    messages: [{ role: 'user', content: 'x', images: [PNG, `data:image/jpeg;base64,${PNG}`] }],
  });
  expect(request.messages[0]?.content).toEqual([
    { type: 'image', mediaType: 'image/png', data: PNG },
    { type: 'image', mediaType: 'image/png', data: PNG },
    { type: 'text', text: 'x' },
  ]);
});

test('refuses what is no image, naming it', () => {
  const messages = [{ role: 'user', content: 'x', images: ['aGVsbG8gd29ybGQ='] }];
  expect(() => chat({ messages })).toThrow('messages[0].images[0]');
});

test('reads a call whose arguments are JSON text as one whose arguments are an object', () => {
  const call = (args: unknown) =>
    chat({
      messages: [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: null, tool_calls: [{ function: { name: 'f', arguments: args } }] },
        { role: 'tool', content: 'y', tool_name: 'f' },
      ],
    }).request.messages[1];
  expect(call('{"a":1}')).toEqual(call({ a: 1 }));
});

test.each([
  ['think false', { think: false }],
  ['an empty format', { format: '' }],
  ['no tools', { tools: [] }],
  ['nothing at all', { format: null, options: null, tools: null, keep_alive: null, think: null }],
  ['unknown keys', { tool_choice: 'auto', shift: true, options: { num_gpu: 1 } }],
  ['a schema', { format: { type: 'object' } }],
  ['keep_alive as a number', { keep_alive: -1 }],
  ['keep_alive as a duration', { keep_alive: '1h30m' }],
])('takes %s', (_what, body) => {
  expect(chat(body).request.messages).toHaveLength(1);
});

test.each([
  ['model', { model: undefined }, 'model is required'],
  ['model', { model: '' }, 'model is required'],
  ['model', { model: 3 }, 'model: expected string, received number'],
  ['stream', { stream: 'yes' }, 'stream: expected boolean, received string'],
  ['format', { format: 'xml' }, 'format must be'],
  ['think', { think: 'hard' }, 'think must be'],
  ['keep_alive', { keep_alive: '5' }, 'keep_alive must be'],
  ['messages', { messages: 'hi' }, 'messages: expected array, received string'],
  ['messages[0].content', { messages: [{ role: 'user', content: 1 }] }, 'expected string, received number'],
  ['messages[0].role', { messages: [{ role: 'cat', content: '' }] }, 'messages[0].role'],
])('names %s when it is wrong', (param, body, message) => {
  expect(() => chat(body)).toThrow(expect.objectContaining({ kind: 'invalid_request', param }));
  expect(() => chat(body)).toThrow(message);
});

test('lists the parameters that have an effect elsewhere and none here', () => {
  const body = {
    tools: [{}],
    format: 'json',
    think: 'high',
    num_predict: 5,
    options: { temperature: 0, stop: [], seed: -1, num_ctx: 9, top_k: 3 },
  };
  expect(chat(body).ignored).toEqual(['tools', 'format', 'think', 'num_predict', 'temperature', 'top_k']);
  expect(chat({ tools: [], format: '', options: { num_ctx: 9, num_predict: -1 } }).ignored).toEqual([]);
});

test('streams a chat one line an event, the counts on the last alone, and nothing that is null', () => {
  const lines = streamed(chat({}), [{ type: 'thinking', text: 'Hm' }, { type: 'text', text: 'Grüße 👋🏽' }, end]);
  const head = { model: 'sonnet', created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z$/) };
  expect(lines).toStrictEqual([
    { ...head, message: { role: 'assistant', content: '', thinking: 'Hm' }, done: false },
    { ...head, message: { role: 'assistant', content: 'Grüße 👋🏽' }, done: false },
    { ...head, message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', ...METRICS },
  ]);
});

test('gives a chat at once with all of its text', () => {
  const body = chat({}).wire.once({ text: 'Hello', thinking: '', reason: 'length', usage, timings });
  expect(body).toStrictEqual({
    model: 'sonnet',
    created_at: expect.any(String),
    message: { role: 'assistant', content: 'Hello' },
    done: true,
    done_reason: 'length',
    ...METRICS,
  });
});

test('streams a generated text as `response`, with a context at the end', () => {
  const lines = streamed(generate({}), [{ type: 'text', text: 'Hello' }, end]);
  expect(lines).toMatchObject([
    { response: 'Hello', done: false },
    { response: '', done: true, context: [1], eval_count: 5 },
  ]);
});

test('makes one question of prompt, system and images', () => {
  const { request } = generate({ system: 'Be brief.', images: [PNG] });
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

test.each([
  ['fill-in-the-middle', { suffix: '}' }, 'does not support insert'],
  ['raw with a system prompt', { raw: true, system: 'x' }, 'raw mode does not support'],
])('refuses %s', (_what, body, message) => {
  expect(() => generate(body)).toThrow(message);
});

test('says an error in a stream as a line of its own', () => {
  const fault = { status: 502, code: 'cli_failed', recorded: '', param: null, retryAfterS: null, rerun: true } as const;
  expect(
    chat({})
      .wire.stream()
      .fault({ ...fault, message: 'broke off' }),
  ).toBe('{"error":"broke off"}\n');
});
