/** Tools, structured output and options, with Ollama's own client package and the real CLI. */
import { type Message, Ollama, type Tool, type ToolCall } from 'ollama';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { stop, text, thinking, toolUse } from '../support/messagesApi';
import { send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;
let ollama: Ollama;

beforeAll(async () => {
  app = await startTestApp();
  ollama = new Ollama({ host: app.url });
});
afterAll(() => app.stop());
beforeEach(() => app.api.reset());

const WEATHER: Tool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather in a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};
const tools = [WEATHER];

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const parts: T[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

/** The last request that the API received. */
function last() {
  const request = app.api.requests.at(-1);
  if (request === undefined) throw new Error('the API was not asked');
  return request;
}

/** How the last request was served: `live` if its process already held the history. */
function served(): string | null {
  const [row] = app.core.snapshot().requests;
  return app.core.calls['requests.details'](row?.id ?? '')?.served ?? null;
}

/** The tool results in the last request to the API, by the call's id. */
function results(): Record<string, unknown> {
  const content = last().history.at(-1)?.content ?? [];
  return Object.fromEntries(content.map((block) => [String(block.tool_use_id), JSON.stringify(block.content)]));
}

describe('tools', () => {
  test('whose names the Messages API refuses have valid ones for the model, and their own for the client', async () => {
    const names = ['files.read', 'server/search', 'with space', 'x'.repeat(70)];
    const odd = names.map((name) => ({ ...WEATHER, function: { ...WEATHER.function, name } }));
    app.api.chooseAnswer(({ body, history }) => {
      const offered = (body.tools ?? []).map(({ name }) => name);
      return history.length > 1 ? undefined : [toolUse(offered[0] ?? '', { city: 'Oslo' }, { id: 'toolu_odd' })];
    });
    app.api.setDefaultAnswer(text('Read.'));
    const question = { role: 'user', content: 'Read the odd file.' };
    const { message } = await ollama.chat({ model: 'sonnet', messages: [question], tools: odd });
    const sent = last().body.tools?.map(({ name }) => name) ?? [];
    expect(sent.filter((name) => !/^[a-zA-Z0-9_-]{1,64}$/.test(name))).toEqual([]);
    expect(new Set(sent).size).toBe(names.length);
    expect(names).toContain(message.tool_calls?.[0]?.function.name);

    const result = { role: 'tool', content: 'Text', tool_name: message.tool_calls?.[0]?.function.name ?? '' };
    const second = await ollama.chat({ model: 'sonnet', messages: [question, message, result], tools: odd });
    expect([second.message.content, served()]).toEqual(['Read.', 'live']);
  });

  test('reach the API unchanged, and their calls reach the client in one chunk before the last', async () => {
    app.api.answer(
      text('Let me see.'),
      toolUse('get_weather', { city: 'Oslo' }, { id: 'toolu_a' }),
      toolUse('get_weather', { city: 'Rome' }, { id: 'toolu_b' }),
    );
    const messages = [{ role: 'user', content: 'Oslo and Rome?' }];
    const parts = await all(await ollama.chat({ model: 'sonnet', messages, tools, stream: true }));
    const call = (index: number, id: string, city: string) => ({
      id,
      function: { index, name: 'get_weather', arguments: { city } },
    });
    expect(parts.map(({ message, done }) => [message.content, message.tool_calls, done])).toEqual([
      ['Let me see.', undefined, false],
      ['', [call(0, 'toolu_a', 'Oslo'), call(1, 'toolu_b', 'Rome')], false],
      ['', undefined, true],
    ]);
    expect(parts.at(-1)?.done_reason).toBe('stop');
    const { name, description, parameters } = WEATHER.function;
    expect(last().body.tools).toEqual([{ name, description, input_schema: parameters }]);
  });

  test('are called in an answer that is not streamed, too', async () => {
    app.api.answer(toolUse('get_weather', { city: 'Oslo' }));
    const messages = [{ role: 'user', content: 'Oslo, at once?' }];
    const { message, done_reason } = await ollama.chat({ model: 'sonnet', messages, tools });
    expect([message.content, message.tool_calls?.length, done_reason]).toEqual(['', 1, 'stop']);
  });

  type Answer = (calls: ToolCall[]) => Message[];
  const tool = (content: string, more: object = {}) => ({ role: 'tool', content, ...more }) as Message;
  const idOf = (call: ToolCall | undefined) => String(Reflect.get(call ?? {}, 'id'));
  test.each<[string, Answer, (calls: ToolCall[]) => ToolCall[]]>([
    [
      'by id, in any order',
      ([a, b]) => [tool('R-b', { tool_call_id: idOf(b) }), tool('R-a', { tool_call_id: idOf(a) })],
      (calls) => calls,
    ],
    [
      'by name',
      () => [tool('R-b', { tool_name: 'get_time' }), tool('R-a', { tool_name: 'get_weather' })],
      (calls) => calls,
    ],
    ['by order', () => [tool('R-a'), tool('R-b')], (calls) => calls],
    [
      'by order where the client has lost the ids',
      () => [tool('R-a'), tool('R-b')],
      (calls) => calls.map(({ function: called }) => ({ function: called })),
    ],
  ])('go on with their results in the same process: %s', async (how, answer, kept) => {
    const more = [...tools, { type: 'function', function: { name: 'get_time' } }];
    app.api.answer(toolUse('get_weather', { city: 'Oslo' }), toolUse('get_time', {}));
    app.api.answer(text('Cold and late.'));
    const question = { role: 'user', content: `Weather and time, ${how}?` };
    const first = await ollama.chat({ model: 'sonnet', messages: [question], tools: more });
    const calls = first.message.tool_calls ?? [];
    const pid = app.core.snapshot().conversations.find(({ phase }) => phase === 'waiting_for_tool')?.pid;
    expect(pid).toBeGreaterThan(0);

    const messages = [question, { ...first.message, tool_calls: kept(calls) }, ...answer(calls)];
    const second = await ollama.chat({ model: 'sonnet', messages, tools: more });
    expect([second.message.content, served()]).toEqual(['Cold and late.', 'live']);
    expect(app.core.snapshot().conversations.map((row) => row.pid)).toContain(pid);
    expect(last().history.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    const given = results();
    expect(given[idOf(calls[0])]).toContain('R-a');
    expect(given[idOf(calls[1])]).toContain('R-b');
  });

  test('are called in three rounds', async () => {
    const messages: Message[] = [{ role: 'user', content: 'Three cities, one after the other.' }];
    for (const city of ['Oslo', 'Rome', 'Bern']) {
      app.api.answer(toolUse('get_weather', { city }));
      const { message } = await ollama.chat({ model: 'sonnet', messages, tools });
      expect(message.tool_calls?.[0]?.function.arguments).toEqual({ city });
      messages.push(message, { role: 'tool', content: `cold in ${city}`, tool_name: 'get_weather' });
    }
    app.api.answer(text('Cold everywhere.'));
    const { message } = await ollama.chat({ model: 'sonnet', messages, tools });
    expect([message.content, served()]).toEqual(['Cold everywhere.', 'live']);
    expect(last().history).toHaveLength(7);
  });

  test('can return an image', async () => {
    app.api.answer(toolUse('get_weather', { city: 'Oslo' }));
    app.api.answer(text('A map.'));
    const question = { role: 'user', content: 'A map?' };
    const { message } = await ollama.chat({ model: 'sonnet', messages: [question], tools });
    const result = { role: 'tool', content: 'Here.', images: [PNG], tool_name: 'get_weather' };
    await ollama.chat({ model: 'sonnet', messages: [question, message, result], tools });
    expect(Object.values(results())[0]).toContain(PNG);
  });

  test('can be chosen with tool_choice', async () => {
    app.api.answer(toolUse('get_weather', { city: 'Oslo' }));
    const body = {
      model: 'sonnet',
      messages: [{ role: 'user', content: 'Must.' }],
      tools,
      tool_choice: 'required',
      think: false,
      stream: false,
    };
    await send(`${app.url}/api/chat`, { body: JSON.stringify(body) });
    expect(last().body.tool_choice).toEqual({ type: 'any' });
  });
});

const AGE = { type: 'object', properties: { age: { type: 'integer' } }, required: ['age'] };

describe('structured output', () => {
  test('with a schema is JSON that follows it, streamed', async () => {
    app.api.answer(toolUse('StructuredOutput', { age: 42 }, { pieces: 3 }));
    const messages = [{ role: 'user', content: 'How old?' }];
    const parts = await all(await ollama.chat({ model: 'sonnet', messages, format: AGE, stream: true }));
    expect(parts.length).toBeGreaterThan(2);
    expect(JSON.parse(parts.map(({ message }) => message.content).join(''))).toEqual({ age: 42 });
    expect(parts.flatMap(({ message }) => message.tool_calls ?? [])).toEqual([]);
    expect(parts.at(-1)?.done_reason).toBe('stop');
  });

  test('with any object is JSON, not streamed', async () => {
    app.api.answer(toolUse('StructuredOutput', { any: ['thing'] }));
    const { response } = await ollama.generate({ model: 'sonnet', prompt: 'Anything as JSON.', format: 'json' });
    expect(JSON.parse(String(response))).toEqual({ any: ['thing'] });
  });
});

describe('options', () => {
  test('for stop sequences and the token limit reach the API, and a truncated answer says so', async () => {
    app.api.answer(text('Cut'), stop('max_tokens'));
    const messages = [{ role: 'user', content: 'Briefly.' }];
    const options = { num_predict: 7, stop: ['END'], num_ctx: 4096 };
    const { message, done_reason } = await ollama.chat({ model: 'sonnet', messages, options });
    expect([message.content, done_reason]).toEqual(['Cut', 'length']);
    expect(last().body).toMatchObject({ max_tokens: 7, stop_sequences: ['END'] });
  });

  test('for the effort reach the API', async () => {
    app.api.answer(thinking('Hm.'), text('42'));
    const messages = [{ role: 'user', content: 'Think hard.' }];
    const { message } = await ollama.chat({ model: 'sonnet', messages, think: 'high' });
    expect([message.thinking, message.content]).toEqual(['Hm.', '42']);
    expect(last().body).toMatchObject({ output_config: { effort: 'high' } });
  });

  test('for sampling reach the API only if the user’s settings allow it', async () => {
    const ask = async (content: string) => {
      await ollama.chat({ model: 'sonnet', messages: [{ role: 'user', content }], options: { temperature: 0.2 } });
      return last().body.temperature;
    };
    const before = await ask('Cool?');
    await app.core.calls['settings.change']({ sendSampling: true });
    const after = await ask('Cool!');
    await app.core.calls['settings.change']({ sendSampling: false });
    expect([before, after]).toEqual([undefined, 0.2]);
  });
});
