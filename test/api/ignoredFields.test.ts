/**
 * A request with every field that the published description of its dialect knows: each has an effect, or the header
 * `x-claudacity-ignored` names it. Ollama's description is docs/openapi.yaml and api.md, OpenAI's its specification 2.3.0, and
 * Anthropic's the types of its package (`MessageCreateParams`, with its betas).
 */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
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

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const parameters = { type: 'object', properties: { city: { type: 'string' } } };
const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'], additionalProperties: false };

/** Asks without a stream. Resolves with the names in the header, and what the CLI sent to the API. */
async function ask(path: string, body: object): Promise<{ ignored: string[]; sent: unknown; answer: unknown }> {
  app.api.chooseAnswer(({ body }) =>
    body.tools?.some(({ name }) => name === 'StructuredOutput')
      ? [toolUse('StructuredOutput', { a: 1 })]
      : [text('Fine.')],
  );
  const { status, text: answer, headers } = await send(`${app.url}${path}`, { body: JSON.stringify(body) });
  expect([status, answer]).toEqual([200, expect.anything()]);
  const ignored = String(headers['x-claudacity-ignored'] ?? '').split(', ');
  return { ignored: ignored.sort(), sent: app.api.requests.at(-1)?.body, answer: JSON.parse(answer) };
}

const OPTIONS = {
  ...{ seed: 1, temperature: 0.5, top_k: 3, top_p: 0.9, min_p: 0.1, stop: ['END'], num_ctx: 4096, num_predict: 77 },
  ...{ num_keep: 5, typical_p: 0.7, repeat_last_n: 33, repeat_penalty: 1.2, presence_penalty: 1.5, numa: false },
  ...{
    frequency_penalty: 1,
    penalize_newline: true,
    num_batch: 2,
    num_gpu: 1,
    main_gpu: 0,
    use_mmap: true,
    num_thread: 8,
  },
};
const IGNORED_OPTIONS = [
  ...['frequency_penalty', 'main_gpu', 'min_p', 'num_batch', 'num_ctx', 'num_gpu', 'num_keep', 'num_thread'],
  ...['penalize_newline', 'presence_penalty', 'repeat_last_n', 'repeat_penalty', 'seed', 'temperature', 'top_k'],
  ...['top_p', 'typical_p', 'use_mmap'],
];

test('/api/chat', async () => {
  const call = { id: 'call_1', function: { index: 0, name: 'weather', arguments: { city: 'Oslo' } } };
  const { ignored, sent } = await ask('/api/chat', {
    ...{
      model: 'sonnet',
      stream: false,
      think: false,
      keep_alive: '1m',
      logprobs: true,
      top_logprobs: 2,
      options: OPTIONS,
    },
    ...{ truncate: true, shift: true },
    format: schema,
    tools: [{ type: 'function', function: { name: 'weather', description: 'The weather.', parameters } }],
    messages: [
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: uniqueWord('Q'), images: [PNG] },
      { role: 'assistant', content: '', thinking: 'Hm.', tool_calls: [call] },
      { role: 'tool', tool_name: 'weather', tool_call_id: 'call_1', content: 'cold' },
      { role: 'user', content: 'And now?' },
    ],
  });
  expect(ignored).toEqual(
    [...IGNORED_OPTIONS, 'logprobs', 'messages.thinking', 'shift', 'top_logprobs', 'truncate'].sort(),
  );
  expect(sent).toMatchObject({ max_tokens: 77, stop_sequences: ['END'] });
});

test('/api/generate', async () => {
  const { ignored, sent } = await ask('/api/generate', {
    ...{
      model: 'sonnet',
      stream: false,
      think: false,
      keep_alive: '1m',
      logprobs: true,
      top_logprobs: 2,
      options: OPTIONS,
    },
    ...{
      prompt: uniqueWord('Q'),
      suffix: '',
      images: [PNG],
      format: schema,
      system: 'Be short.',
      template: '{{ .Prompt }}',
    },
    ...{ raw: false, truncate: true, shift: true },
  });
  expect(ignored).toEqual([...IGNORED_OPTIONS, 'logprobs', 'shift', 'template', 'top_logprobs', 'truncate'].sort());
  expect(sent).toMatchObject({ max_tokens: 77, stop_sequences: ['END'] });
});

test('/v1/chat/completions', async () => {
  const fn = { name: 'weather', description: 'The weather.', parameters, strict: true };
  const call = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } };
  const { ignored, sent, answer } = await ask('/v1/chat/completions', {
    ...{
      model: 'sonnet',
      n: 1,
      stream: false,
      stop: ['END'],
      max_tokens: 99,
      max_completion_tokens: 77,
      user: 'someone',
    },
    ...{
      temperature: 0.5,
      top_p: 0.9,
      frequency_penalty: 1,
      presence_penalty: 1,
      logit_bias: { 50256: -100 },
      seed: 1,
    },
    ...{ logprobs: true, top_logprobs: 2, modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } },
    ...{ metadata: { a: 'b' }, store: true, service_tier: 'flex', verbosity: 'low', reasoning_effort: 'high' },
    ...{ prompt_cache_key: 'k', prompt_cache_retention: '24h', prompt_cache_options: { mode: 'explicit' } },
    ...{ safety_identifier: 's', moderation: { model: 'm' }, web_search_options: {}, parallel_tool_calls: false },
    ...{
      prediction: { type: 'content', content: 'x' },
      stream_options: { include_usage: true, include_obfuscation: true },
    },
    ...{ tools: [{ type: 'function', function: fn }], tool_choice: 'auto' },
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'a', description: 'A number.', schema, strict: true },
    },
    messages: [
      { role: 'developer', content: 'Be short.', name: 'boss' },
      {
        role: 'user',
        name: 'someone',
        content: [
          { type: 'text', text: uniqueWord('Q') },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}`, detail: 'low' } },
        ],
      },
      { role: 'assistant', content: null, refusal: null, audio: { id: 'a' }, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: 'cold' },
      { role: 'user', content: 'And now?' },
    ],
  });
  expect(ignored).toEqual(
    [
      ...['audio', 'frequency_penalty', 'logit_bias', 'logprobs', 'metadata', 'modalities', 'moderation', 'prediction'],
      ...['messages.audio', 'messages.content.image_url.detail', 'messages.name', 'presence_penalty', 'seed', 'store'],
      ...[
        'prompt_cache_options',
        'prompt_cache_retention',
        'safety_identifier',
        'service_tier',
        'temperature',
        'top_p',
      ],
      ...['stream_options.include_obfuscation', 'tools.strict', 'top_logprobs', 'verbosity', 'web_search_options'],
    ].sort(),
  );
  expect(sent).toMatchObject({
    ...{ max_tokens: 77, stop_sequences: ['END'], output_config: { effort: 'high' } },
    tools: expect.arrayContaining([expect.objectContaining({ name: 'StructuredOutput' })]),
  });
  expect(JSON.stringify(sent)).toContain('A number.');
  expect(answer).toMatchObject({ choices: [{ message: { content: '{"a":1}' } }] });
});

test('/v1/completions', async () => {
  const { ignored, sent, answer } = await ask('/v1/completions', {
    ...{
      model: 'sonnet',
      prompt: 'Q',
      suffix: '',
      echo: true,
      n: 1,
      best_of: 2,
      max_tokens: 77,
      stop: ['END'],
      user: 'u',
    },
    ...{
      temperature: 0.5,
      top_p: 0.9,
      frequency_penalty: 1,
      presence_penalty: 1,
      logit_bias: { 50256: -100 },
      seed: 1,
    },
    ...{ logprobs: 2, stream: false, stream_options: { include_usage: true, include_obfuscation: true } },
  });
  expect(ignored).toEqual(
    [
      ...['best_of', 'frequency_penalty', 'logit_bias', 'logprobs', 'presence_penalty', 'seed', 'temperature', 'top_p'],
      ...['stream_options.include_obfuscation', 'user'],
    ].sort(),
  );
  expect(sent).toMatchObject({ max_tokens: 77, stop_sequences: ['END'] });
  expect(answer).toMatchObject({ choices: [{ text: 'QFine.' }] });
});

test('/v1/responses', async () => {
  const { ignored, sent, answer } = await ask('/v1/responses', {
    ...{
      model: 'sonnet',
      instructions: 'Be short.',
      max_output_tokens: 77,
      temperature: 0.5,
      top_p: 0.9,
      top_logprobs: 2,
    },
    ...{
      background: false,
      include: ['reasoning.encrypted_content'],
      max_tool_calls: 3,
      metadata: { a: 'b' },
      user: 'u',
    },
    ...{ parallel_tool_calls: false, service_tier: 'flex', store: true, stream: false, truncation: 'auto' },
    ...{ prompt_cache_key: 'k', prompt_cache_retention: '24h', prompt_cache_options: { mode: 'explicit' } },
    ...{ safety_identifier: 's', moderation: { model: 'm' }, stream_options: { include_obfuscation: false } },
    context_management: [{ type: 'compaction', compact_threshold: 1000 }],
    reasoning: { effort: 'high', summary: 'auto', context: 'all_turns', mode: 'pro' },
    text: {
      format: { type: 'json_schema', name: 'a', description: 'A number.', schema, strict: true },
      verbosity: 'low',
    },
    tools: [
      { type: 'function', name: 'weather', description: 'The weather.', parameters, strict: true, defer_loading: true },
      { type: 'web_search', search_context_size: 'low' },
    ],
    tool_choice: 'auto',
    input: [
      {
        type: 'message',
        id: 'msg_1',
        status: 'completed',
        role: 'user',
        content: [{ type: 'input_text', text: uniqueWord('Q') }],
      },
      { type: 'reasoning', id: 'rs_1', summary: [] },
      { type: 'function_call', id: 'fc_1', status: 'completed', call_id: 'call_1', name: 'weather', arguments: '{}' },
      { type: 'function_call_output', id: 'fo_1', status: 'completed', call_id: 'call_1', output: 'cold' },
      {
        role: 'user',
        phase: 'final_answer',
        content: [{ type: 'input_image', image_url: `data:image/png;base64,${PNG}`, detail: 'low' }],
      },
    ],
  });
  expect(ignored).toEqual(
    [
      ...['context_management', 'include', 'input.content.detail', 'input.phase', 'input.reasoning', 'max_tool_calls'],
      ...['moderation', 'prompt_cache_options', 'prompt_cache_retention', 'reasoning.context', 'reasoning.mode'],
      ...['safety_identifier', 'service_tier', 'temperature', 'text.verbosity', 'tools.defer_loading', 'tools.strict'],
      ...['tools.web_search', 'top_logprobs', 'top_p', 'truncation', 'user'],
    ].sort(),
  );
  expect(sent).toMatchObject({ max_tokens: 77, output_config: { effort: 'high' } });
  expect(JSON.stringify(sent)).toContain('A number.');
  expect(answer).toMatchObject({ metadata: { a: 'b' }, output: expect.anything() });
});

test('/v1/messages', async () => {
  const cache_control = { type: 'ephemeral' };
  const { ignored, sent } = await ask('/v1/messages', {
    ...{
      model: 'sonnet',
      max_tokens: 77,
      stop_sequences: ['END'],
      stream: false,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 3,
    },
    ...{ metadata: { user_id: 'u' }, service_tier: 'standard_only', speed: 'fast', inference_geo: 'eu', cache_control },
    ...{ container: 'c', diagnostics: { previous_message_id: 'm' }, billing_policy: { type: 'b' }, thread: null },
    ...{ compaction: { type: 'enabled' }, fallback_credit_token: 't', fallbacks: { models: ['haiku'] } },
    context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] },
    mcp_servers: [{ type: 'url', name: 'm', url: 'http://127.0.0.1' }],
    thinking: { type: 'adaptive', display: 'summarized' },
    output_config: {
      effort: 'high',
      format: { type: 'json_schema', schema },
      task_budget: { type: 'tokens', total: 9 },
    },
    system: [{ type: 'text', text: 'Be short.', cache_control, citations: null }],
    tools: [
      { name: 'weather', description: 'The weather.', input_schema: parameters, strict: true, cache_control },
      { type: 'web_search_20250305', name: 'web_search', max_uses: 3 },
    ],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: uniqueWord('Q'), cache_control },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
          {
            type: 'document',
            source: { type: 'text', media_type: 'text/plain', data: 'A page.' },
            citations: { enabled: true },
          },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 's' },
          { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' }, caller: { type: 'direct' } },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'cold', is_error: true }] },
    ],
  });
  expect(ignored).toEqual(
    [
      ...[
        'billing_policy',
        'cache_control',
        'compaction',
        'container',
        'context_management',
        'diagnostics',
        'fallbacks',
      ],
      ...[
        'fallback_credit_token',
        'inference_geo',
        'mcp_servers',
        'messages.content.cache_control',
        'metadata.user_id',
      ],
      ...[
        'messages.content.caller',
        'messages.content.citations',
        'messages.content.signature',
        'service_tier',
        'speed',
      ],
      ...[
        'messages.content.thinking',
        'output_config.task_budget',
        'system.cache_control',
        'temperature',
        'top_k',
        'top_p',
      ],
      ...['tools.cache_control', 'tools.max_uses', 'tools.strict', 'tools.web_search_20250305'],
    ].sort(),
  );
  expect(sent).toMatchObject({ max_tokens: 77, stop_sequences: ['END'], output_config: { effort: 'high' } });
});
