import { expect, test } from 'vitest';
import type { ChatReply, OutputEvent } from '../../app/api/dialect';
import { completionBody, completionReply } from '../../app/api/openai/chatCompletions';
import { validate } from '../../app/api/validate';

const ASKER = { client: 'test', owner: '', header: () => undefined };
const PNG = Buffer.from('\x89PNG\r\n\x1a\n-------', 'latin1').toString('base64');

function completion(body: Record<string, unknown>): ChatReply {
  const asked = { model: 'sonnet', messages: [{ role: 'user', content: 'hi' }], ...body };
  return completionReply(validate(completionBody, asked), ASKER);
}

const usage = {
  inputTokens: 7,
  cacheReadTokens: 100,
  cacheWriteTokens: 20,
  outputTokens: 5,
  thinkingTokens: 2,
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

function streamed(reply: ChatReply, events: OutputEvent[]): Record<string, unknown>[] {
  const wire = reply.wire.stream();
  const lines = events.flatMap((event) => [...wire.lines(event)]);
  expect(lines.pop()).toBe('data: [DONE]\n\n');
  return lines.map((line) => {
    expect(line).toMatch(/^data: [^\n]+\n\n$/);
    return JSON.parse(line.slice(6));
  });
}

test('streams only where told to', () => {
  expect([completion({}).stream, completion({ stream: null }).stream, completion({ stream: true }).stream]).toEqual([
    false,
    false,
    true,
  ]);
});

test('asks the default model where a client names none', () => {
  expect(completion({ model: undefined }).request.model).toBe('default');
});

test('reads texts and images from parts, in order', () => {
  const content = [
    { type: 'text', text: 'a' },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}`, detail: 'high' } },
    { type: 'image_url', image_url: `data:image/png;base64,${PNG}` },
    { type: 'text', text: 'b' },
  ];
  const image = { type: 'image', mediaType: 'image/png', data: PNG };
  expect(completion({ messages: [{ role: 'user', content }] }).request.messages[0]?.content).toEqual([
    { type: 'text', text: 'a' },
    image,
    image,
    { type: 'text', text: 'b' },
  ]);
});

test.each([
  ['an image by address', { type: 'image_url', image_url: { url: 'https://example.com/x.png' } }, 'not fetched'],
  ['audio', { type: 'input_audio', input_audio: { data: '', format: 'wav' } }, '"input_audio" is not supported'],
  ['a file', { type: 'file', file: { file_id: 'x' } }, '"file" is not supported'],
])('refuses %s by its place', (_what, part, message) => {
  const ask = () => completion({ messages: [{ role: 'user', content: [part] }] });
  expect(ask).toThrow(message);
  expect(ask).toThrow('messages[0].content[0]');
});

test('reads calls and results, the deprecated forms too', () => {
  const calls = (...messages: object[]) =>
    completion({ messages: [{ role: 'user', content: 'x' }, ...messages] }).request.messages;
  expect(
    calls(
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } }],
      },
      { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: 'y' }] },
    ).slice(1),
  ).toEqual([
    { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } }] },
    {
      role: 'user',
      content: [{ type: 'tool_result', toolUseId: 'a', content: [{ type: 'text', text: 'y' }], isError: false }],
    },
  ]);
  const deprecated = calls(
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
  ['n', { n: 2 }, 'only one answer'],
])('names %s when it is wrong', (param, body, message) => {
  expect(() => completion(body)).toThrow(expect.objectContaining({ kind: 'invalid_request', param }));
  expect(() => completion(body)).toThrow(message);
});

test('lists the parameters that have an effect elsewhere and none here, and refuses none of them', () => {
  const body = {
    tools: [{ type: 'function' }],
    response_format: { type: 'json_object' },
    stop: 'x',
    temperature: 0,
    max_tokens: 5,
    reasoning_effort: 'high',
    user: 'me',
    metadata: { a: 'b' },
    store: true,
  };
  expect(completion(body).ignored).toEqual([
    'tools',
    'response_format',
    'stop',
    'max_tokens',
    'temperature',
    'reasoning_effort',
  ]);
  const without = {
    tools: [],
    response_format: { type: 'text' },
    frequency_penalty: 0,
    logprobs: false,
    logit_bias: {},
  };
  expect(completion(without).ignored).toEqual([]);
});

test('shows thinking only where an effort is named', () => {
  expect(completion({}).request.thinking).toBe(false);
  expect(completion({ reasoning_effort: 'none' }).request.thinking).toBe(false);
  expect(completion({ reasoning_effort: 'low' }).request.thinking).toBe(true);
  expect(completion({ reasoning: { effort: 'low' } }).request.thinking).toBe(true);
});

test('streams the role once, a chunk an event, and the reason for the end on its own', () => {
  const chunks = streamed(completion({ stream: true }), [
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
});

test('streams the counts once, at the end, where they are asked for', () => {
  const chunks = streamed(completion({ stream: true, stream_options: { include_usage: true } }), [
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
] as const)('gives an answer at once that ended for %s', (reason, finish_reason) => {
  const body = completion({}).wire.once({ text: 'Hello', thinking: '', reason, usage, timings });
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
