/** Valid bodies with as many fields as possible, by route. The fuzz test mutates them. */
import type { ServedRoute } from './servedRoutes';

/** The bodies for the route; none for a route without a body. @throws if a route that takes a body has none here. */
export function validBodies({ method, path, hasBody = true }: ServedRoute): readonly object[] {
  if (!hasBody || (method !== 'post' && method !== 'delete')) return [];
  const bodies = BODIES[path] ?? BODIES[`/v1${path}`] ?? BODIES[path.replace('/api/v0', '/v1')];
  if (!bodies) throw new Error(`there is no body for ${method} ${path}: add one to test/fuzz/bodies.ts`);
  return bodies;
}

/** A model that does not exist: such a request is validated completely and takes no process. */
export const NO_MODEL = 'no-such-model';

const MODEL = NO_MODEL;
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const DATA_URL = `data:image/png;base64,${PNG}`;

const SCHEMA = {
  type: 'object',
  properties: {
    city: { type: 'string', description: 'Its name.' },
    days: { type: ['integer', 'null'], enum: [1, 2, null] },
  },
  required: ['city'],
  additionalProperties: false,
  $defs: { place: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'number' } }] } },
};
const FUNCTION = { name: 'get_weather', description: 'The weather of a city.', parameters: SCHEMA, strict: true };
const OTHER_FUNCTION = { name: 'run', parameters: {} };

const ollamaQuestion = {
  model: MODEL,
  stream: true,
  think: 'low',
  keep_alive: '5m',
  format: SCHEMA,
  options: {
    num_predict: 40,
    stop: ['END'],
    temperature: 0.2,
    top_p: 0.9,
    top_k: 40,
    seed: 7,
    num_ctx: 4096,
    mirostat: 1,
  },
  tools: [
    { type: 'function', function: FUNCTION },
    { type: 'function', function: OTHER_FUNCTION },
  ],
  logprobs: false,
  top_logprobs: 2,
  tool_choice: { type: 'function', function: { name: 'run' } },
  num_predict: 20,
  id: 'fuzz-native',
};

const ollamaChats = [
  {
    ...ollamaQuestion,
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'What is this?', images: [PNG] },
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'call_1', function: { index: 0, name: 'get_weather', arguments: { city: 'Oslo' } } }],
      },
      { role: 'tool', content: '4 degrees', tool_name: 'get_weather', tool_call_id: 'call_1', images: [PNG] },
      { role: 'assistant', content: 'Cold.', thinking: 'Hm.' },
      { role: 'user', content: 'And Rome?' },
    ],
  },
  { model: MODEL, stream: false, messages: [{ role: 'user', content: 'Hi.' }], format: 'json', think: false },
  { model: MODEL, messages: [], keep_alive: -1 },
];

const generates = [
  {
    ...ollamaQuestion,
    prompt: 'Why is the sky blue?',
    system: 'Be brief.',
    images: [PNG],
    context: [4410436, 6, 1, 2],
    template: '{{ .Prompt }}',
    suffix: '',
    raw: false,
  },
  { model: MODEL, prompt: 'Hi.', stream: false },
  { model: MODEL, prompt: '', keep_alive: 0 },
];

const openaiCommon = {
  model: MODEL,
  stream: true,
  stream_options: { include_usage: true, include_obfuscation: false },
  temperature: 0.5,
  top_p: 1,
  seed: 5,
  presence_penalty: 0.1,
  logit_bias: { 50256: -100 },
  user: 'somebody',
  n: 2,
  stop: ['\n\n', 'END'],
};

const completions = [
  {
    ...openaiCommon,
    messages: [
      { role: 'developer', content: 'Be brief.' },
      {
        role: 'user',
        name: 'ann',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: DATA_URL, detail: 'low' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } },
          { id: 'call_2', type: 'custom', custom: { name: 'run', input: 'ls' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: '4 degrees' },
      { role: 'tool', tool_call_id: 'call_2', content: [{ type: 'text', text: 'none' }] },
      { role: 'user', content: 'And Rome?' },
    ],
    tools: [
      { type: 'function', function: FUNCTION },
      { type: 'function', function: OTHER_FUNCTION },
      { type: 'custom', custom: { name: 'sql' } },
    ],
    tool_choice: {
      type: 'allowed_tools',
      allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'run' } }] },
    },
    parallel_tool_calls: false,
    response_format: { type: 'json_schema', json_schema: { name: 'place', schema: SCHEMA, strict: true } },
    max_completion_tokens: 50,
    reasoning_effort: 'low',
    logprobs: true,
    top_logprobs: 2,
    metadata: { a: 'b' },
    conversation_id: 'fuzz-completions',
  },
  {
    model: MODEL,
    messages: [
      { role: 'user', content: 'Hi.' },
      { role: 'assistant', content: 'Hello.', function_call: { name: 'run', arguments: '{}' } },
      { role: 'function', name: 'run', content: 'done' },
    ],
    functions: [OTHER_FUNCTION],
    function_call: { name: 'run' },
    max_tokens: -1,
    reasoning: { effort: 'high', summary: 'auto' },
    think: true,
    response_format: { type: 'json_object' },
  },
];

const textCompletions = [
  { ...openaiCommon, prompt: 'Once upon a time', echo: true, max_tokens: 16, best_of: 2, logprobs: 1, suffix: null },
  { model: MODEL, prompt: ['Once upon a time'], stream: false },
];

const responses = [
  {
    model: MODEL,
    stream: true,
    instructions: 'Be brief.',
    input: [
      { role: 'developer', content: [{ type: 'input_text', text: 'Be kind.' }] },
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'What is this?' },
          { type: 'input_image', image_url: DATA_URL, detail: 'auto' },
        ],
      },
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'x' },
      {
        type: 'function_call',
        id: 'fc_1',
        call_id: 'call_1',
        name: 'get_weather',
        arguments: '{"city":"Oslo"}',
        status: 'completed',
      },
      { type: 'function_call_output', call_id: 'call_1', output: [{ type: 'input_text', text: '4 degrees' }] },
      { type: 'custom_tool_call', call_id: 'call_2', name: 'run', input: 'ls' },
      { type: 'custom_tool_call_output', call_id: 'call_2', output: 'none' },
      { id: 'rs_2' },
      { type: 'message', role: 'user', content: 'And Rome?' },
    ],
    tools: [
      { type: 'function', ...FUNCTION },
      { type: 'function', ...OTHER_FUNCTION },
      { type: 'namespace', name: 'n', tools: [{ type: 'function', ...OTHER_FUNCTION }] },
      { type: 'web_search' },
      { type: 'custom', name: 'sql', format: { type: 'grammar', syntax: 'lark', definition: 'x' } },
    ],
    tool_choice: { type: 'function', name: 'run' },
    parallel_tool_calls: true,
    reasoning: { effort: 'low', summary: 'auto' },
    text: { format: { type: 'json_schema', name: 'place', schema: SCHEMA, strict: true }, verbosity: 'low' },
    max_output_tokens: 60,
    max_tool_calls: 3,
    temperature: 1,
    truncation: 'auto',
    include: ['reasoning.encrypted_content'],
    store: false,
    metadata: { a: 'b' },
    prompt_cache_key: 'fuzz-responses',
    safety_identifier: 'x',
    background: false,
    client_metadata: { thread_id: 't' },
  },
  { model: MODEL, input: 'Hi.', previous_response_id: null, store: true },
];

const messages = [
  {
    model: MODEL,
    max_tokens: 100,
    stream: true,
    system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
          {
            type: 'document',
            title: 'T',
            context: 'C',
            source: { type: 'content', content: [{ type: 'text', text: 'D' }] },
          },
          { type: 'search_result', source: 'somewhere', title: 'T', content: [{ type: 'text', text: 'S' }] },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 'x' },
          { type: 'text', text: 'Let me see.' },
          { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Oslo' } },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'toolu_1',
            is_error: true,
            content: [
              { type: 'text', text: '4' },
              { type: 'image', source: { type: 'base64', data: PNG } },
            ],
          },
          { type: 'text', text: 'And Rome?' },
        ],
      },
    ],
    tools: [
      { name: 'get_weather', description: 'The weather of a city.', input_schema: SCHEMA },
      { type: 'custom', name: 'run', input_schema: { type: 'object' } },
      { type: 'web_search_20250305', name: 'web_search' },
    ],
    tool_choice: { type: 'tool', name: 'run', disable_parallel_tool_use: true },
    thinking: { type: 'enabled', budget_tokens: 2048 },
    output_config: { effort: 'low', format: { type: 'json_schema', schema: SCHEMA } },
    stop_sequences: ['END'],
    temperature: 1,
    top_k: 5,
    metadata: { user_id: 'somebody' },
    service_tier: 'auto',
  },
  { model: MODEL, max_tokens: 10, messages: [{ role: 'user', content: 'Hi.' }], thinking: { type: 'disabled' } },
];

const BODIES: Readonly<Record<string, readonly object[]>> = {
  '/api/chat': ollamaChats,
  '/api/generate': generates,
  '/api/show': [{ model: 'sonnet', verbose: true }, { name: 'sonnet' }],
  '/api/pull': [
    { model: 'sonnet', insecure: false, stream: true },
    { name: MODEL, stream: false },
  ],
  '/api/push': [{ model: 'sonnet', stream: true }],
  '/api/create': [{ model: 'mine', from: 'sonnet', files: { a: 'sha256:00' }, parameters: { stop: ['x'] } }],
  '/api/copy': [{ source: 'sonnet', destination: 'sonnet:latest' }],
  '/api/delete': [{ model: 'sonnet' }, { name: MODEL }],
  '/api/embed': [
    { model: 'sonnet', input: ['a', 'b'], truncate: true, dimensions: 5 },
    { model: 'sonnet', input: [] },
  ],
  '/api/embeddings': [{ model: 'sonnet', prompt: 'a' }],
  '/v1/chat/completions': completions,
  '/v1/completions': textCompletions,
  '/v1/responses': responses,
  '/v1/embeddings': [{ model: 'sonnet', input: ['a'], encoding_format: 'base64', dimensions: 5 }],
  '/v1/messages': messages,
  '/v1/messages/count_tokens': messages,
};
