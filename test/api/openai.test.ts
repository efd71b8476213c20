/** OpenAI's own client package against the server with the real CLI. */
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { stop, text, thinking, usage } from '../support/messagesApi';
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

const user = (content: string) => [{ role: 'user' as const, content }];

/** The request of the question as the API received it. The CLI may have sent further requests by itself, such as to continue after a limit. */
function asked(question: string) {
  const found = app.api.requests.find(({ history }) => JSON.stringify(history.at(-1)).includes(question));
  if (found === undefined) throw new Error(`nobody asked “${question}”`);
  return found;
}

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const parts: T[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

test('a completion has the text and the counts', async () => {
  app.api.answer(text('Hel', 'lo'), usage({ input: 7, cacheRead: 100, cacheWrite: 20, output: 5 }));
  const completion = await openai.chat.completions.create({ model: 'sonnet', messages: user('Hi.') });
  expect(completion).toMatchObject({
    object: 'chat.completion',
    model: 'sonnet',
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hello', refusal: null }, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: 127,
      completion_tokens: 5,
      total_tokens: 132,
      prompt_tokens_details: { cached_tokens: 100 },
    },
  });
});

test('a stream arrives chunk for chunk as the model wrote it', async () => {
  const deltas = ['Grü', 'ße ', '👋🏽', ' 漢', '字', '\n\n', 'data: x', '👩‍👩‍👧'];
  app.api.answer(text(...deltas));
  const chunks = await all(
    await openai.chat.completions.create({ model: 'sonnet', messages: user('Stream.'), stream: true }),
  );
  expect(chunks.map(({ choices }) => choices[0]?.delta.content)).toEqual(['', ...deltas, undefined]);
  expect(chunks.map(({ choices }) => choices[0]?.finish_reason)).toEqual([null, ...deltas.map(() => null), 'stop']);
});

test('the package’s own stream helper assembles the completion, including the counts', async () => {
  app.api.answer(text('Hel', 'lo'), usage({ input: 3, output: 2 }), stop('max_tokens'));
  const stream = openai.chat.completions.stream({
    model: 'sonnet',
    messages: user('Help.'),
    stream_options: { include_usage: true },
  });
  const completion = await stream.finalChatCompletion();
  expect(completion.choices[0]).toMatchObject({ message: { content: 'Hello' }, finish_reason: 'length' });
  expect(completion.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 });
});

test('roles reach the API as sent, including developer and a late system message', async () => {
  await openai.chat.completions.create({
    model: 'sonnet',
    messages: [
      { role: 'developer', content: 'Answer in one word.' },
      { role: 'user', content: [{ type: 'text', text: 'A fruit?' }] },
      { role: 'assistant', content: 'Apple.' },
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'A colour?' },
    ],
  });
  const { system, history } = asked('A colour?');
  expect(system.join('\n')).toContain('Answer in one word.\n\nBe kind.');
  expect(history.map(({ role, content }) => [role, content.map((block) => block.text).join('')])).toEqual([
    ['user', 'A fruit?'],
    ['assistant', 'Apple.'],
    ['user', 'A colour?'],
  ]);
});

test('tool calls and results of a history reach the API as such', async () => {
  await openai.chat.completions.create({
    model: 'sonnet',
    messages: [
      { role: 'user', content: 'Weather in Oslo?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: '18 degrees' },
    ],
  });
  const { history } = asked('18 degrees');
  expect(history[1]?.content).toEqual([
    expect.objectContaining({ type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Oslo' } }),
  ]);
  expect(history[2]?.content[0]).toMatchObject({ type: 'tool_result', tool_use_id: 'call_1' });
});

test.each([true, false])(
  'thinking is sent to a client that says nothing about it (as the setting is: %s)',
  async (sends) => {
    await app.core.calls['settings.change']({ sendReasoning: sends });
    app.api.answer(thinking('Hm.'), text('Noon.'));
    const messages = user(`What time is it? ${sends}`);
    const parts = await all(await openai.chat.completions.create({ model: 'sonnet', messages, stream: true }));
    await app.core.calls['settings.change']({ sendReasoning: true });
    const deltas = parts.flatMap(({ choices }) => choices.map(({ delta }) => delta));
    expect(deltas.filter((delta) => 'reasoning_content' in delta)).toHaveLength(sends ? 1 : 0);
    expect(deltas.map(({ content }) => content ?? '').join('')).toBe('Noon.');
  },
);

test('system texts without any other message are the question', async () => {
  for (const role of ['system', 'developer'] as const) {
    const question = `Say yes, ${role}.`;
    app.api.answer(text('Yes.'));
    const { choices } = await openai.chat.completions.create({
      model: 'sonnet',
      messages: [{ role, content: question }],
    });
    expect(choices[0]?.message.content).toBe('Yes.');
    expect(asked(question).history).toEqual([{ role: 'user', content: [{ type: 'text', text: question }] }]);
  }
});

test('thinking is sent under both of its names if the request has an effort', async () => {
  app.api.answer(thinking('Hm.'), text('Yes.'));
  const completion = await openai.chat.completions.create({
    model: 'sonnet',
    messages: user('Really?'),
    reasoning_effort: 'low',
  });
  expect(completion.choices[0]?.message).toMatchObject({
    content: 'Yes.',
    reasoning: 'Hm.',
    reasoning_content: 'Hm.',
  });
});

test('models are listed, found in any spelling, and refused if unknown', async () => {
  const ids = (await all(await openai.models.list())).map(({ id }) => id);
  expect(ids).toContain('sonnet');
  expect(await openai.models.retrieve('anthropic/sonnet')).toMatchObject({ id: 'anthropic/sonnet', object: 'model' });
  await expect(openai.models.retrieve('gpt-4')).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
});

test('the model list has the fields that Anthropic’s packages and Codex read', async () => {
  const { text: body } = await send(`${app.url}/v1/models?client_version=1`);
  expect(JSON.parse(body)).toMatchObject({
    object: 'list',
    has_more: false,
    models: [],
    data: expect.arrayContaining([
      expect.objectContaining({ id: 'sonnet', type: 'model', display_name: expect.stringContaining('Claude') }),
    ]),
  });
});

test('the same is served without /v1', async () => {
  const bare = new OpenAI({ baseURL: app.url, apiKey: 'any', maxRetries: 0 });
  app.api.answer(text('Hello'));
  const completion = await bare.chat.completions.create({ model: 'sonnet', messages: user('Bare.') });
  expect(completion.choices[0]?.message.content).toBe('Hello');
  expect((await all(await bare.models.list())).length).toBeGreaterThan(0);
  expect(JSON.parse((await send(`${app.url}/version`)).text)).toMatchObject({ version: '0.0.0-test' });
});

test('a request is recorded from its arrival to its last byte', async () => {
  app.api.answer(text('Hello'), usage({ input: 3, output: 2 }));
  const { response } = await openai.chat.completions
    .create({ model: 'sonnet', messages: user('Record me.'), stream: true })
    .withResponse();
  const id = response.headers.get('x-request-id') ?? '';
  await response.text().catch(() => '');
  await expect.poll(() => app.core.calls['requests.details'](id)?.phase).toBe('done');
  expect(app.core.calls['requests.details'](id)).toMatchObject({
    client: 'openai-node',
    dialect: 'openai',
    path: '/v1/chat/completions',
    model: 'sonnet',
    stream: true,
    status: 200,
    usage: { input: 3, cacheRead: 0, cacheWrite: 0, output: 2 },
    conversation: response.headers.get('x-claudacity-conversation'),
    served: response.headers.get('x-claudacity-path'),
    messages: 1,
    firstTokenMs: expect.any(Number),
    loadMs: expect.any(Number),
    resolvedModel: expect.stringContaining('claude-'),
  });
  expect(JSON.stringify(app.log.entries)).not.toContain('Record me.');
});
