/** OpenAI's own client package at `/v1/responses` with the real CLI. */
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { stop, streamError, text, thinking, toolUse, usage } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;
let openai: OpenAI;

beforeAll(async () => {
  app = await startTestApp();
  openai = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: 'any', maxRetries: 0 });
});
afterAll(() => app.stop());
beforeEach(() => app.api.reset());

const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const weather: OpenAI.Responses.Tool = { type: 'function', name: 'get_weather', parameters, strict: false };

function last() {
  const request = app.api.requests.at(-1);
  if (request === undefined) throw new Error('nobody asked');
  return request;
}

test('a response has the text and the counts', async () => {
  app.api.answer(text('Hel', 'lo'), usage({ input: 7, cacheRead: 100, cacheWrite: 20, output: 5 }));
  const response = await openai.responses.create({ model: 'sonnet', input: 'Hi.', instructions: 'Be brief.' });
  expect(response).toMatchObject({
    status: 'completed',
    model: 'sonnet',
    output_text: 'Hello',
    usage: {
      input_tokens: 127,
      input_tokens_details: { cached_tokens: 100, cache_write_tokens: 20 },
      output_tokens: 5,
      total_tokens: 132,
    },
  });
  expect(last().system.join('\n')).toContain('Be brief.');
});

test('the package’s own stream helper assembles thinking, text and calls', async () => {
  app.api.answer(thinking('Hm.'), text('Let me ', 'see.'), toolUse('get_weather', { city: 'Oslo' }, { pieces: 3 }));
  const stream = openai.responses.stream({
    model: 'sonnet',
    input: 'Weather?',
    tools: [weather],
    reasoning: { effort: 'low', summary: 'auto' },
  });
  const response = await stream.finalResponse();
  expect(response.output).toMatchObject([
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
    { type: 'message', content: [{ type: 'output_text', text: 'Let me see.' }] },
    { type: 'function_call', name: 'get_weather', arguments: '{"city":"Oslo"}', status: 'completed' },
  ]);
});

test('functions of the same name in two groups are distinguished by the model and by the client', async () => {
  const group = (name: string) => ({ type: 'namespace' as const, name, description: 'A group.', tools: [weather] });
  const tools = [group('mcp__north'), group('mcp__south')];
  app.api.answer(toolUse('mcp__south__get_weather', { city: 'Rome' }));
  const asked = { role: 'user' as const, content: 'Weather?' };
  const { output } = await openai.responses.create({ model: 'sonnet', input: [asked], tools, store: false });
  expect(
    last()
      .body.tools?.map(({ name }) => name)
      .sort(),
  ).toEqual(['mcp__north__get_weather', 'mcp__south__get_weather']);
  const called = output.find((item) => item.type === 'function_call');
  expect(called).toMatchObject({ namespace: 'mcp__south', name: 'get_weather', arguments: '{"city":"Rome"}' });

  app.api.answer(text('Warm.'));
  const result = { type: 'function_call_output' as const, call_id: called?.call_id ?? '', output: '30 degrees' };
  const input = [asked, ...(called ? [called] : []), result];
  const { response } = await openai.responses.create({ model: 'sonnet', input, tools, store: false }).withResponse();
  expect(response.headers.get('x-claudacity-path')).toBe('live');
  expect(last().history.at(-1)?.content).toMatchObject([{ content: [{ type: 'text', text: '30 degrees' }] }]);
});

test('the turn continues with the results of calls, by the response’s id and by the whole history', async () => {
  app.api.answer(toolUse('get_weather', { city: 'Oslo' }));
  const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: 'Weather in Oslo?' }];
  const first = await openai.responses.create({ model: 'sonnet', input, tools: [weather] });
  const [call] = first.output;
  if (call?.type !== 'function_call') throw new Error('no call');
  const result = { type: 'function_call_output' as const, call_id: call.call_id, output: 'Sun.' };

  app.api.answer(text('Sunny.'));
  const byId = await openai.responses
    .create({ model: 'sonnet', previous_response_id: first.id, input: [result], tools: [weather] })
    .withResponse();
  expect([byId.data.output_text, byId.response.headers.get('x-claudacity-path')]).toEqual(['Sunny.', 'live']);
  expect(last().history.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);

  app.api.answer(text('Sunny again.'));
  const whole = await openai.responses.create({ model: 'sonnet', input: [...input, call, result], tools: [weather] });
  expect(whole.output_text).toBe('Sunny again.');
  expect(last().history.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
});

test('an answer with a schema is JSON that follows it', async () => {
  app.api.answer(toolUse('StructuredOutput', { city: 'Oslo' }));
  const response = await openai.responses.parse({
    model: 'sonnet',
    input: 'JSON.',
    text: { format: { type: 'json_schema', name: 'place', schema: parameters, strict: true } },
  });
  expect(response.output_parsed).toEqual({ city: 'Oslo' });
});

test('a response that reached the token limit says so', async () => {
  app.api.answer(text('Hel'), stop('max_tokens'));
  const response = await openai.responses.create({ model: 'sonnet', input: 'Cut.', max_output_tokens: 16 });
  expect(response).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
  expect(last().body.max_tokens).toBe(16);
});

test('a stream that breaks off ends with a failed response', async () => {
  app.api.setDefaultAnswer(text('Hel'), streamError('api_error', 'Broken.'));
  const events: OpenAI.Responses.ResponseStreamEvent[] = [];
  for await (const event of await openai.responses.create({ model: 'sonnet', input: 'Break.', stream: true }))
    events.push(event);
  expect(events.at(-1)).toMatchObject({
    type: 'response.failed',
    response: { status: 'failed', error: { code: 'server_error' } },
  });
});

test('an invalid request is refused before the model is asked', async () => {
  await expect(openai.responses.create({ model: 'sonnet', input: [] })).rejects.toMatchObject({
    status: 400,
    param: 'input',
  });
  await expect(openai.responses.create({ model: 'gpt-4', input: 'x' })).rejects.toMatchObject({
    status: 404,
    code: 'model_not_found',
  });
  expect(app.api.requests).toEqual([]);
});
