/**
 * Programs that cannot be run here: the requests that each sends, in its order, with the fields that its source writes, and what its
 * types require of the answers. Each lists the models, chats, follows up in the same process, and has a tool called.
 *
 * * VS Code: microsoft/vscode-copilot-chat, `ollamaProvider.ts`; the chat goes to OpenAI's API.
 * * Zed: zed-industries/zed, `crates/ollama/src/ollama.rs` and `crates/language_models/src/provider/ollama.rs`.
 * * Home Assistant: home-assistant/core, `components/ollama/entity.py`, which uses Ollama's Python package.
 * * Raycast: MassimilianoPasquini97/raycast_ollama, `src/lib/ollama/ollama.ts`.
 * * Obsidian: logancyang/obsidian-copilot, which uses LangChain's `ChatOllama`.
 * * JetBrains' AI Assistant and Xcode are closed. Their requests are those that servers written for them accept:
 *   Stream29/ProxyAsLocalModel, `ConfigureServer.kt`, and the npm package xcode-copilot-server; for Xcode with Anthropic's API also the
 *   recording in Geri-Borbas/iOS.Blog.Coding_Assistant.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { uniqueWord } from '../support/conversation';
import { text, thinking, toolUse } from '../support/messagesApi';
import { type HttpAnswer, send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
beforeEach(() => app.api.reset());

type Headers = Readonly<Record<string, string>>;

function get(path: string, headers: Headers = {}): Promise<HttpAnswer> {
  return send(`${app.url}${path}`, { headers });
}

async function getJson(path: string, headers?: Headers): Promise<unknown> {
  const { status, text } = await get(path, headers);
  expect(status).toBe(200);
  return JSON.parse(text);
}

interface Streamed {
  readonly events: readonly unknown[];
  readonly served: unknown;
}

/** Lines of JSON, or the data of server-sent events. @throws where the answer is not a complete stream */
async function stream(path: string, body: object, headers: Headers = {}): Promise<Streamed> {
  const sent = { 'content-type': 'application/json', ...headers };
  const {
    status,
    text,
    headers: received,
  } = await send(`${app.url}${path}`, {
    body: JSON.stringify(body),
    headers: sent,
  });
  expect([status, text]).toEqual([200, expect.any(String)]);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('event:'));
  const data = lines.map((line) => line.replace(/^data: /, '')).filter((line) => line !== '[DONE]');
  return { events: data.map((line) => JSON.parse(line)), served: received['x-claudacity-path'] };
}

async function show(body: object, headers?: Headers): Promise<unknown> {
  const { status, text } = await send(`${app.url}/api/show`, {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
  expect(status).toBe(200);
  return JSON.parse(text);
}

/** What the model was asked last, and what it was given as the result of a tool. */
const lastQuestion = () => JSON.stringify(app.api.requests.at(-1)?.history.at(-1)?.content);

const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const tools = [{ type: 'function', function: { name: 'weather', description: 'The weather.', parameters } }];

/** One chunk of `/api/chat`, as strict programs read it: no field may be null. */
const Chunk = z.object({
  model: z.string(),
  created_at: z.string(),
  done: z.boolean(),
  done_reason: z.string().optional(),
  message: z.object({
    role: z.literal('assistant'),
    content: z.string(),
    thinking: z.string().optional(),
    tool_calls: z
      .array(
        z.object({
          id: z.string().optional(),
          function: z.object({
            index: z.number().optional(),
            name: z.string(),
            arguments: z.record(z.string(), z.unknown()),
          }),
        }),
      )
      .optional(),
  }),
  prompt_eval_count: z.int().nonnegative().optional(),
  eval_count: z.int().nonnegative().optional(),
});

function chatText({ events }: Streamed): string {
  return events.map((event) => Chunk.parse(event).message.content).join('');
}

function chatCalls({ events }: Streamed) {
  return events.flatMap((event) => Chunk.parse(event).message.tool_calls ?? []);
}

const CompletionChunk = z.object({
  id: z.string(),
  choices: z.array(
    z.object({
      index: z.number(),
      delta: z.object({
        content: z.string().nullish(),
        tool_calls: z
          .array(
            z.object({
              index: z.number(),
              id: z.string().optional(),
              function: z.object({ name: z.string().optional(), arguments: z.string() }),
            }),
          )
          .optional(),
      }),
      finish_reason: z.string().nullable(),
    }),
  ),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
});

function completionText({ events }: Streamed): string {
  const choices = events.flatMap((event) => CompletionChunk.parse(event).choices);
  return choices.map(({ delta }) => delta.content ?? '').join('');
}

function completionCall({ events }: Streamed) {
  const deltas = events.flatMap((event) =>
    CompletionChunk.parse(event).choices.flatMap(({ delta }) => delta.tool_calls ?? []),
  );
  return {
    id: deltas[0]?.id ?? '',
    type: 'function',
    function: {
      name: deltas[0]?.function.name ?? '',
      arguments: deltas.map(({ function: { arguments: json } }) => json).join(''),
    },
  };
}

describe('VS Code', () => {
  // Without a key it sends an empty one.
  const headers = { authorization: 'Bearer ', 'user-agent': 'GitHubCopilotChat/0.40.0' };

  test('finds the models, with their limits and what they can do', async () => {
    const version = z.object({ version: z.string().regex(/^\d+\.\d+\.\d+$/) }).parse(await getJson('/api/version'));
    expect(version.version.localeCompare('0.6.4', undefined, { numeric: true })).toBe(1);
    const tags = z.object({ models: z.array(z.object({ model: z.string() })) }).parse(await getJson('/api/tags'));
    for (const { model } of tags.models) {
      const info = z
        .object({
          template: z.string(),
          capabilities: z.array(z.string()),
          details: z.object({ family: z.string() }),
          model_info: z.looseObject({ 'general.basename': z.string(), 'general.architecture': z.string() }),
        })
        .parse(await show({ model }, headers));
      expect(info.capabilities).toEqual(expect.arrayContaining(['tools', 'vision']));
      expect(info.model_info[`${info.model_info['general.architecture']}.context_length`]).toBeGreaterThan(100_000);
    }
  });

  test('chats, follows up and has a tool called', async () => {
    const ask = (messages: readonly object[]) => {
      const body = { model: 'sonnet:latest', messages, tools, tool_choice: 'auto', temperature: 0.1, top_p: 1, n: 1 };
      return stream(
        '/v1/chat/completions',
        { ...body, stream: true, stream_options: { include_usage: true } },
        headers,
      );
    };
    app.api.answer(text('Hello', ' there.'));
    const messages: object[] = [
      { role: 'system', content: 'You are an expert AI programming assistant.' },
      { role: 'user', content: [{ type: 'text', text: uniqueWord('Q') }] },
    ];
    const first = await ask(messages);
    expect(completionText(first)).toBe('Hello there.');
    expect(CompletionChunk.parse(first.events.at(-1)).usage).toBeDefined();

    app.api.answer(toolUse('weather', { city: 'Oslo' }));
    messages.push({ role: 'assistant', content: 'Hello there.' }, { role: 'user', content: 'And the weather?' });
    const second = await ask(messages);
    const call = completionCall(second);
    expect([second.served, JSON.parse(call.function.arguments)]).toEqual(['live', { city: 'Oslo' }]);

    app.api.answer(text('Cold.'));
    messages.push({ role: 'assistant', content: '', tool_calls: [call] });
    messages.push({ role: 'tool', content: 'minus 3', tool_call_id: call.id });
    const third = await ask(messages);
    expect([third.served, completionText(third)]).toEqual(['live', 'Cold.']);
    expect(lastQuestion()).toContain('minus 3');
  });
});

describe('Zed', () => {
  const options = { num_ctx: 16_384, num_predict: null, stop: [], temperature: 1, top_p: null };
  const ask = (messages: readonly object[]) =>
    stream('/api/chat', {
      model: 'sonnet:latest',
      messages,
      stream: true,
      keep_alive: -1,
      options,
      tools,
      think: true,
    });

  test('finds the models', async () => {
    const details = z.object({
      format: z.string(),
      family: z.string(),
      families: z.array(z.string()).optional(),
      parameter_size: z.string(),
      quantization_level: z.string(),
    });
    const listing = z.object({
      name: z.string(),
      modified_at: z.string(),
      size: z.int().nonnegative(),
      digest: z.string(),
      details,
    });
    const { models } = z
      .object({ models: z.array(listing) })
      .parse(await getJson('/api/tags', { accept: 'application/json' }));
    for (const { name } of models) {
      const { capabilities } = z.object({ capabilities: z.array(z.string()) }).parse(await show({ model: name }));
      expect(capabilities).toContain('tools');
    }
  });

  test('chats with thinking, follows up and has a tool called, whose result it names by the tool', async () => {
    app.api.answer(thinking('Hm.'), text('Hello.'));
    const messages: object[] = [
      { role: 'system', content: 'You are an agent.' },
      { role: 'user', content: uniqueWord('Q') },
    ];
    const first = await ask(messages);
    expect(chatText(first)).toBe('Hello.');
    expect(first.events.map((event) => Chunk.parse(event).message.thinking ?? '').join('')).toBe('Hm.');

    app.api.answer(toolUse('weather', { city: 'Oslo' }));
    messages.push({ role: 'assistant', content: 'Hello.', tool_calls: null, thinking: 'Hm.' });
    messages.push({ role: 'user', content: 'And the weather?' });
    const second = await ask(messages);
    expect([second.served, chatCalls(second)[0]?.function.arguments]).toEqual(['live', { city: 'Oslo' }]);

    app.api.answer(text('Cold.'));
    const fn = { name: 'weather', arguments: { city: 'Oslo' } };
    messages.push({ role: 'assistant', content: '', tool_calls: [{ function: fn }], thinking: null });
    messages.push({ role: 'tool', tool_name: 'weather', content: 'minus 3' });
    const third = await ask(messages);
    expect([third.served, chatText(third)]).toEqual(['live', 'Cold.']);
  });
});

describe('Home Assistant', () => {
  const ask = (messages: readonly object[], also: object = {}) => {
    const body = { model: 'sonnet:latest', messages, tools, stream: true, keep_alive: -1, options: { num_ctx: 8192 } };
    return stream(
      '/api/chat',
      { ...body, think: false, ...also },
      { 'user-agent': 'ollama-python/0.6.0 (x86_64 linux) Python/3.13.7' },
    );
  };

  test('has two tools called at once, and sends the results in their order, without ids or names', async () => {
    app.api.answer(
      toolUse('weather', { city: 'Oslo' }, { id: 'toolu_o' }),
      toolUse('weather', { city: 'Rome' }, { id: 'toolu_r' }),
    );
    const messages: object[] = [
      { role: 'system', content: 'You control a house.' },
      { role: 'user', content: uniqueWord('Q') },
    ];
    const calls = chatCalls(await ask(messages)).map(({ function: { name, arguments: input } }) => ({
      function: { name, arguments: input },
    }));
    expect(calls.map((call) => call.function.arguments)).toEqual([{ city: 'Oslo' }, { city: 'Rome' }]);

    app.api.answer(text('Oslo is colder.'));
    messages.push({ role: 'assistant', content: '', tool_calls: calls });
    messages.push({ role: 'tool', content: '{"data":"minus 3","error":null}' });
    messages.push({ role: 'tool', content: '{"data":"plus 9","error":null}' });
    const second = await ask(messages);
    expect([second.served, chatText(second)]).toEqual(['live', 'Oslo is colder.']);
    expect(app.api.requests.at(-1)?.history.at(-1)?.content).toMatchObject([
      { tool_use_id: 'toolu_o', content: [{ text: expect.stringContaining('minus 3') }] },
      { tool_use_id: 'toolu_r', content: [{ text: expect.stringContaining('plus 9') }] },
    ]);

    app.api.answer(text('Yes.'));
    messages.push({ role: 'assistant', content: 'Oslo is colder.' }, { role: 'user', content: 'Sure?' });
    expect((await ask(messages)).served).toBe('live');
  });

  test('has data generated by a schema that it derives', async () => {
    app.api.answer(toolUse('StructuredOutput', { names: ['Kitchen'] }));
    const schema = {
      type: 'object',
      properties: { names: { type: 'array', items: { type: 'string' } } },
      required: ['names'],
    };
    const answer = await ask([{ role: 'user', content: uniqueWord('Q') }], { format: schema, tools: null });
    expect(JSON.parse(chatText(answer))).toEqual({ names: ['Kitchen'] });
  });
});

test('Raycast finds and describes the models by their older name, and lists and uses them', async () => {
  z.object({ version: z.string() }).parse(await getJson('/api/version'));
  const models = z.array(z.object({ name: z.string(), digest: z.string(), size: z.number() }));
  const { models: listed } = z.object({ models }).parse(await getJson('/api/tags'));
  const parts = { modelfile: z.string(), parameters: z.string(), template: z.string() };
  const shown = z.object({ ...parts, capabilities: z.array(z.string()) }).parse(await show({ name: listed[0]?.name }));
  expect(shown.parameters).toMatch(/^num_ctx +\d+$/m);

  app.api.answer(text('Fine.'));
  const options = { num_ctx: 2048 };
  const question = {
    model: 'sonnet:latest',
    prompt: uniqueWord('Q'),
    images: undefined,
    system: '',
    context: [],
    options,
    keep_alive: '5m',
  };
  const first = await stream('/api/generate', question);
  const Last = z.object({ done: z.literal(true), context: z.array(z.number()), eval_count: z.number() });
  const { context } = Last.parse(first.events.at(-1));
  const second = await stream('/api/generate', { ...question, prompt: 'And now?', context });
  expect(second.served).toBe('live');
  const ps = z.object({
    models: z.array(z.object({ name: z.string(), expires_at: z.string(), size_vram: z.number() })),
  });
  expect(ps.parse(await getJson('/api/ps')).models.map(({ name }) => name)).toContain('sonnet:latest');
});

test('Obsidian lists the models and chats from its own origin, with a key that nobody made', async () => {
  const headers = { origin: 'app://obsidian.md', authorization: 'Bearer default-key' };
  z.object({ data: z.array(z.object({ id: z.string() })) }).parse(await getJson('/v1/models', headers));
  const ask = (messages: readonly object[]) => {
    const options = { temperature: 0.1, num_ctx: 131_072 };
    return stream(
      '/api/chat',
      { model: 'sonnet', messages, stream: true, options, keep_alive: '5m', think: false },
      headers,
    );
  };
  app.api.answer(text('A note.'));
  const messages = [{ role: 'user', content: uniqueWord('Q'), images: [] }];
  expect(chatText(await ask(messages))).toBe('A note.');
  const next = [
    ...messages,
    { role: 'assistant', content: 'A note.' },
    { role: 'user', content: 'Shorter.', images: [] },
  ];
  expect((await ask(next)).served).toBe('live');
});

describe('JetBrains’ AI Assistant', () => {
  test('as a client of Ollama probes the server, lists the models and chats', async () => {
    expect((await get('/')).text).toBe('Ollama is running');
    z.object({ models: z.array(z.object({ name: z.string(), model: z.string() })) }).parse(await getJson('/api/tags'));
    z.object({ model_info: z.looseObject({}) }).parse(await show({ model: 'sonnet:latest' }));
    app.api.answer(text('Kotlin.'));
    const messages = [
      { role: 'system', content: 'You are JetBrains AI.' },
      { role: 'user', content: uniqueWord('Q') },
    ];
    const options = { temperature: 0, num_predict: 2000 };
    expect(chatText(await stream('/api/chat', { model: 'sonnet:latest', messages, stream: true, options }))).toBe(
      'Kotlin.',
    );
  });

  test('as a client of LM Studio lists the models and chats', async () => {
    const model = z.object({ id: z.string(), type: z.string(), state: z.string(), max_context_length: z.number() });
    z.object({ data: z.array(model) }).parse(await getJson('/api/v0/models'));
    const ask = (messages: readonly object[]) =>
      stream('/api/v0/chat/completions', { model: 'sonnet', messages, temperature: 0, max_tokens: -1, stream: true });
    app.api.answer(text('Java.'));
    const messages = [{ role: 'user', content: uniqueWord('Q') }];
    expect(completionText(await ask(messages))).toBe('Java.');
    const next = [...messages, { role: 'assistant', content: 'Java.' }, { role: 'user', content: 'Or not?' }];
    expect((await ask(next)).served).toBe('live');
  });
});

describe('Xcode', () => {
  const agent = { 'user-agent': 'Xcode/24141.23 CFNetwork/3852.100.1 Darwin/25.0.0' };

  test('as a client of OpenAI lists the models, chats and has a tool called', async () => {
    z.object({ data: z.array(z.object({ id: z.string(), object: z.literal('model') })) }).parse(
      await getJson('/v1/models', agent),
    );
    const ask = (messages: readonly object[]) =>
      stream('/v1/chat/completions', { model: 'sonnet', messages, stream: true, tools, temperature: 0 }, agent);
    app.api.answer(toolUse('weather', { city: 'Oslo' }));
    const messages: object[] = [
      { role: 'system', content: 'You are a coding assistant specializing in analyzing codebases.' },
      { role: 'user', content: [{ type: 'text', text: uniqueWord('Q') }] },
    ];
    const call = completionCall(await ask(messages));
    app.api.answer(text('Swift.'));
    messages.push({ role: 'assistant', tool_calls: [call] });
    messages.push({ role: 'tool', tool_call_id: call.id, content: [{ type: 'text', text: 'minus 3' }] });
    const second = await ask(messages);
    expect([second.served, completionText(second)]).toEqual(['live', 'Swift.']);
  });

  test('as a client of Anthropic offers the API’s text editor, which it runs itself', async () => {
    const tools = [{ type: 'text_editor_20250124', name: 'str_replace_editor' }];
    const messages: object[] = [{ role: 'user', content: [{ type: 'text', text: uniqueWord('Q') }] }];
    const ask = async () => {
      const body = { model: 'claude-3-7-sonnet-20250219', max_tokens: 8192, stream: true, system: 'Be short.', tools };
      const answer = await send(`${app.url}/v1/messages`, {
        body: JSON.stringify({ ...body, messages }),
        headers: {
          'content-type': 'application/json',
          'anthropic-version': '2023-06-01',
          'x-api-key': 'any',
          ...agent,
        },
      });
      expect([answer.status, answer.headers['x-claudacity-ignored']]).toEqual([200, undefined]);
      return { text: answer.text, served: answer.headers['x-claudacity-path'] };
    };
    const input = { command: 'view', path: '/repo' };
    app.api.answer(toolUse('str_replace_editor', input, { id: 'toolu_editor' }));
    expect((await ask()).text).toContain('"name":"str_replace_editor"');
    expect(app.api.requests.at(-1)?.body.tools).toMatchObject([
      { name: 'str_replace_editor', input_schema: { required: ['command', 'path'] } },
    ]);

    app.api.answer(text('Swift.'));
    messages.push({
      role: 'assistant',
      content: [{ type: 'tool_use', id: 'toolu_editor', name: 'str_replace_editor', input }],
    });
    messages.push({
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: 'toolu_editor', content: 'main.swift' }],
    });
    const second = await ask();
    expect([second.served, second.text.includes('"text":"Swift."')]).toEqual(['live', true]);
  });
});
