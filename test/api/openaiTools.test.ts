/** OpenAI's own client package with the real CLI: tools, schemas, limits, choices, and the deprecated APIs. */
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { gate, stop, text, toolUse, usage } from '../support/messagesApi';
import { send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;
let openai: OpenAI;

beforeAll(async () => {
  app = await startTestApp();
  openai = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: 'any', maxRetries: 0 });
});
afterAll(() => app.stop());
beforeEach(() => app.api.reset());

type Messages = OpenAI.ChatCompletionMessageParam[];

const user = (content: string): Messages => [{ role: 'user', content }];

const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const tools: OpenAI.ChatCompletionTool[] = [
  { type: 'function', function: { name: 'get_weather', description: 'The weather of a city.', parameters } },
  { type: 'function', function: { name: 'get_time', parameters } },
];

/** The last request that the API received. */
function last() {
  const request = app.api.requests.at(-1);
  if (request === undefined) throw new Error('nobody asked');
  return request;
}

describe('tool calls', () => {
  test('are sent without a stream, and the turn continues with their results', async () => {
    app.api.answer(
      toolUse('get_weather', { city: 'Oslo' }, { id: 'toolu_a' }),
      toolUse('get_time', { city: 'Rome' }, { id: 'toolu_b' }),
    );
    const asked = { model: 'sonnet', messages: user('Weather and time?'), tools };
    const first = await openai.chat.completions.create(asked);
    expect(first.choices[0]).toMatchObject({
      message: {
        content: null,
        tool_calls: [
          { id: 'toolu_a', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } },
          { id: 'toolu_b', type: 'function', function: { name: 'get_time', arguments: '{"city":"Rome"}' } },
        ],
      },
      finish_reason: 'tool_calls',
    });
    expect(last().body.tools).toEqual(
      expect.arrayContaining([
        { name: 'get_weather', description: 'The weather of a city.', input_schema: parameters },
        expect.objectContaining({ name: 'get_time', input_schema: parameters }),
      ]),
    );

    app.api.answer(text('Sunny at noon.'));
    const answered = first.choices[0]?.message;
    if (!answered) throw new Error('no answer');
    const { data, response } = await openai.chat.completions
      .create({
        ...asked,
        messages: [
          ...asked.messages,
          answered,
          { role: 'tool', tool_call_id: 'toolu_b', content: 'Noon.' },
          { role: 'tool', tool_call_id: 'toolu_a', content: [{ type: 'text', text: 'Sun.' }] },
        ],
      })
      .withResponse();
    expect(data.choices[0]?.message.content).toBe('Sunny at noon.');
    expect(response.headers.get('x-claudacity-path')).toBe('live');
    expect(last().history.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  });

  test('are streamed in pieces, as the package’s own runner needs them', async () => {
    app.api.answer(text('Let me see.'), toolUse('get_weather', { city: 'Oslo' }, { pieces: 3 }));
    app.api.answer(text('It is '), text('sunny.'));
    const runner = openai.chat.completions.runTools({
      model: 'sonnet',
      stream: true,
      messages: user('Weather, streamed?'),
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            description: 'The weather of a city.',
            parameters,
            parse: JSON.parse,
            function: ({ city }: { city: string }) => `${city} is sunny`,
          },
        },
      ],
    });
    expect(await runner.finalContent()).toBe('It is sunny.');
    expect(JSON.stringify(last().history.at(-1))).toContain('Oslo is sunny');
    expect(runner.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
  });

  test.each([
    ['none', { type: 'none' }],
    ['required', { type: 'any' }],
    [{ type: 'function', function: { name: 'get_time' } } as const, { type: 'tool', name: 'get_time' }],
  ] as const)('are made as tool_choice says: %j', async (tool_choice, sent) => {
    await openai.chat.completions.create({ model: 'sonnet', messages: user('Choose.'), tools, tool_choice });
    expect(last().body.tool_choice).toEqual(sent);
  });

  test('are refused by the name of the field if their tools are not supported', async () => {
    const wrong = { type: 'function' as const, function: { name: 'a b' } };
    await expect(
      openai.chat.completions.create({ model: 'sonnet', messages: user('Wrong.'), tools: [wrong] }),
    ).rejects.toMatchObject({ status: 400, param: 'tools[0].function.name' });
  });
});

describe('an answer', () => {
  test('with a schema is JSON that follows it, streamed and not streamed', async () => {
    app.api.chooseAnswer(() => [toolUse('StructuredOutput', { city: 'Oslo' }, { pieces: 3 })]);
    const json_schema = { name: 'place', strict: true, schema: parameters };
    const asked = { model: 'sonnet', response_format: { type: 'json_schema' as const, json_schema } };
    const completion = await openai.chat.completions.parse({ ...asked, messages: user('JSON.') });
    expect(completion.choices[0]).toMatchObject({ message: { parsed: { city: 'Oslo' } }, finish_reason: 'stop' });
    const stream = openai.chat.completions.stream({ ...asked, messages: user('JSON, streamed.') });
    expect(JSON.parse((await stream.finalContent()) ?? '')).toEqual({ city: 'Oslo' });
  });

  test('ends at the client’s limits', async () => {
    app.api.answer(text('Hello'), stop('stop_sequence', 'END'));
    const stopped = await openai.chat.completions.create({
      model: 'sonnet',
      messages: user('Stop.'),
      stop: 'END',
      max_completion_tokens: 77,
    });
    expect(stopped.choices[0]?.finish_reason).toBe('stop');
    expect(last().body).toMatchObject({ stop_sequences: ['END'], max_tokens: 77 });
    app.api.answer(text('Hel'), stop('max_tokens'));
    const cut = await openai.chat.completions.create({ model: 'sonnet', messages: user('Cut.'), max_tokens: 1 });
    expect(cut.choices[0]).toMatchObject({ message: { content: 'Hel' }, finish_reason: 'length' });
  });

  test('lists the parameters without effect', async () => {
    const { response } = await openai.chat.completions
      .create({ model: 'sonnet', messages: user('Ignore.'), seed: 1, temperature: 0.5 })
      .withResponse();
    expect(response.headers.get('x-claudacity-ignored')).toBe('temperature, seed');
    expect(last().body).not.toHaveProperty('temperature');
  });

  test('uses sampling parameters if the user allows them', async () => {
    app.settings.change({ sendSampling: true });
    await openai.chat.completions.create({ model: 'sonnet', messages: user('Sample.'), temperature: 0.5, top_p: 0.9 });
    app.settings.change({ sendSampling: false });
    expect(last().body).toMatchObject({ temperature: 0.5, top_p: 0.9 });
  });
});

describe('several answers', () => {
  test('are requested at the same time and counted together', async () => {
    const gates = [gate(), gate()];
    const words = ['One', 'Two'];
    app.api.chooseAnswer(() => {
      const [held, word] = [gates.shift(), words.shift()];
      return held && word ? [held, text(word), usage({ input: 3, output: 2 })] : undefined;
    });
    const [first, second] = gates;
    const asking = openai.chat.completions.create({ model: 'sonnet', messages: user('Two answers.'), n: 2 });
    await Promise.all([first?.reached, second?.reached]);
    first?.open();
    second?.open();
    const { choices, usage: counts } = await asking;
    expect(choices.map(({ index }) => index)).toEqual([0, 1]);
    expect(choices.map(({ message }) => message.content).sort()).toEqual(['One', 'Two']);
    expect(counts).toMatchObject({ prompt_tokens: 6, completion_tokens: 4 });
  });

  test('are streamed side by side, and the journal has the counts of all', async () => {
    app.api.setDefaultAnswer(text('Hel', 'lo'), usage({ input: 3, output: 2 }));
    const { data, response } = await openai.chat.completions
      .create({ model: 'sonnet', messages: user('Two streams.'), n: 2, stream: true })
      .withResponse();
    const texts = ['', ''];
    for await (const { choices } of data) {
      for (const { index, delta } of choices) texts[index] += delta.content ?? '';
    }
    expect(texts).toEqual(['Hello', 'Hello']);
    const id = response.headers.get('x-request-id') ?? '';
    await expect.poll(() => app.core.calls['requests.details'](id)?.phase).toBe('done');
    expect(app.core.calls['requests.details'](id)?.usage).toMatchObject({ input: 6, output: 4 });
  });

  test('are all interrupted when the client disconnects', async () => {
    const gates = [gate(), gate()];
    const [first, second] = gates;
    app.api.chooseAnswer(() => [gates.shift() ?? text('late')]);
    const leave = new AbortController();
    const asking = openai.chat.completions.create(
      { model: 'sonnet', messages: user('Nobody waits.'), n: 2 },
      { signal: leave.signal },
    );
    await Promise.all([first?.reached, second?.reached]);
    leave.abort();
    await expect(asking).rejects.toThrow();
    await Promise.all(app.api.requests.slice(0, 2).map(({ aborted }) => aborted));
    expect(app.api.requests).toHaveLength(2);
  });
});

describe('the deprecated APIs', () => {
  test('complete a text', async () => {
    app.api.setDefaultAnswer(text(' upon', ' a time'), usage({ input: 3, output: 2 }));
    const completion = await openai.completions.create({ model: 'sonnet', prompt: 'Once', echo: true });
    expect(completion).toMatchObject({
      object: 'text_completion',
      choices: [{ text: 'Once upon a time', finish_reason: 'stop' }],
      usage: { total_tokens: 5 },
    });
    let streamed = '';
    for await (const { choices } of await openai.completions.create({ model: 'sonnet', prompt: 'Once', stream: true }))
      streamed += choices[0]?.text ?? '';
    expect(streamed).toBe(' upon a time');
  });

  test('accept functions as tools', async () => {
    app.api.answer(toolUse('get_weather', { city: 'Oslo' }));
    const completion = await openai.chat.completions.create({
      model: 'sonnet',
      messages: user('Functions?'),
      functions: [{ name: 'get_weather', parameters }],
    });
    expect(completion.choices[0]?.finish_reason).toBe('tool_calls');
  });
});

test('LM Studio’s paths are served, and their errors are OpenAI’s', async () => {
  const models = JSON.parse((await send(`${app.url}/api/v0/models`)).text);
  expect(models.data).toContainEqual(expect.objectContaining({ id: 'sonnet', object: 'model', state: 'not-loaded' }));
  app.api.answer(text('Hello'));
  const body = JSON.stringify({ model: 'sonnet', messages: user('Studio.'), max_tokens: -1 });
  const { status, text: said } = await send(`${app.url}/api/v0/chat/completions`, { body });
  expect([status, JSON.parse(said).choices[0].message.content]).toEqual([200, 'Hello']);
  const wrong = await send(`${app.url}/api/v0/nothing`);
  expect([wrong.status, JSON.parse(wrong.text).error.type]).toEqual([404, 'not_found_error']);
});

test.each([
  ['POST', '/v1/embeddings', 400, 'Claude has no embeddings'],
  ['POST', '/v1/audio/speech', 404, 'there is nothing at'],
  ['POST', '/v1/images/generations', 404, 'there is nothing at'],
  ['GET', '/v1/responses/resp_1', 404, 'there is nothing at'],
  ['DELETE', '/v1/responses/resp_1', 404, 'there is nothing at'],
  ['POST', '/v1/responses/compact', 404, 'there is nothing at'],
  ['GET', '/v1/completions', 405, 'is not allowed here'],
])('%s %s is refused with %i, in OpenAI’s form', async (method, path, status, message) => {
  const refused = await send(`${app.url}${path}`, { method, ...(method === 'POST' && { body: '{"input":"x"}' }) });
  expect(refused.status).toBe(status);
  expect(JSON.parse(refused.text)).toEqual({
    error: {
      message: expect.stringContaining(message),
      type: expect.any(String),
      param: null,
      code: expect.toSatisfy((code) => code === null || typeof code === 'string'),
    },
  });
});
