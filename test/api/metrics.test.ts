/** `GET /metrics` and `GET /health`. */
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { rateLimits, text, toolUse, usage } from '../support/messagesApi';
import { send } from '../support/send';
import { startTestApp, type TestApp } from '../support/testApp';

/** Within the next hours, since the CLI ignores limit windows that reset too far in the future. */
const RESET = Math.floor(Date.now() / 1000) + 3600;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ account: 'subscription' });
});
afterAll(() => app.stop());

/** The samples as Prometheus reads them: `name{label="value"}` to number. */
async function scrape(): Promise<ReadonlyMap<string, number>> {
  const { status, headers, text: body } = await send(`${app.url}/metrics`);
  expect([status, headers['content-type']]).toEqual([200, expect.stringContaining('text/plain; version=0.0.4')]);
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

/** Waits for the sample: the journal ends a record only after the client has read the answer. */
async function scraped(sample: string): Promise<ReadonlyMap<string, number>> {
  await expect.poll(async () => (await scrape()).has(sample)).toBe(true);
  return scrape();
}

test('requests, tokens by kind and model, durations and the plan’s limit windows are measured', async () => {
  app.api.answer(
    text('Yes.'),
    usage({ input: 7, cacheRead: 100, cacheWrite: 20, output: 5 }),
    rateLimits({ fiveHour: 0.25, fiveHourReset: RESET, sevenDay: 0.5, sevenDayReset: RESET + 1 }),
  );
  const openai = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: 'any', maxRetries: 0 });
  await openai.chat.completions.create({ model: 'sonnet', messages: [{ role: 'user', content: 'Count.' }] });

  const request = 'claudacity_requests_total{dialect="openai",path="/v1/chat/completions",status="200"}';
  const samples = await scraped(request);
  expect(samples.get(request)).toBe(1);
  const model = [...samples.keys()].map((name) => /kind="input",model="(claude-[^"]+)"/.exec(name)?.[1]).find(Boolean);
  const tokens = (kind: string) => samples.get(`claudacity_tokens_total{kind="${kind}",model="${model}"}`);
  expect(['input', 'cache_read', 'cache_write', 'output'].map(tokens)).toEqual([7, 100, 20, 5]);
  expect(samples.get(`claudacity_cost_usd_total{model="${model}"}`)).toBeGreaterThan(0);
  expect(samples.get(`claudacity_first_token_seconds_count{dialect="openai",model="${model}"}`)).toBe(1);
  expect(samples.get('claudacity_request_duration_seconds_count{dialect="openai",path="/v1/chat/completions"}')).toBe(
    1,
  );
  expect(samples.get('claudacity_rate_limit_status{limit="five_hour",status="allowed"}')).toBe(1);
  expect(samples.get('claudacity_rate_limit_utilization_ratio{window="five_hour"}')).toBe(0.25);
  expect(samples.get('claudacity_rate_limit_utilization_ratio{window="seven_day"}')).toBe(0.5);
  expect(samples.get('claudacity_rate_limit_reset_timestamp_seconds{window="seven_day"}')).toBe(RESET + 1);
});

test('every dialect reports the same token counts, each in its own fields', async () => {
  app.api.setDefaultAnswer(text('Yes.'), usage({ input: 7, cacheRead: 100, cacheWrite: 20, output: 5, thinking: 2 }));
  const ask = async (path: string, body: object) =>
    JSON.parse((await send(app.url + path, { body: JSON.stringify({ model: 'sonnet', ...body }) })).text);
  const messages = [{ role: 'user', content: 'The same.' }];

  const ollama = { prompt_eval_count: 127, eval_count: 5 };
  expect(await ask('/api/chat', { messages, stream: false })).toMatchObject(ollama);
  expect(await ask('/api/generate', { prompt: 'The same.', stream: false })).toMatchObject(ollama);
  const completion = {
    prompt_tokens: 127,
    completion_tokens: 5,
    total_tokens: 132,
    prompt_tokens_details: { cached_tokens: 100 },
    completion_tokens_details: { reasoning_tokens: 2 },
    cost: expect.any(Number),
  };
  expect((await ask('/v1/chat/completions', { messages })).usage).toEqual(completion);
  expect((await ask('/v1/completions', { prompt: 'The same.' })).usage).toEqual(completion);
  expect((await ask('/v1/responses', { input: 'The same.' })).usage).toEqual({
    input_tokens: 127,
    input_tokens_details: { cached_tokens: 100, cache_write_tokens: 20 },
    output_tokens: 5,
    output_tokens_details: { reasoning_tokens: 2 },
    total_tokens: 132,
    cost: expect.any(Number),
  });
  expect((await ask('/v1/messages', { messages, max_tokens: 100 })).usage).toEqual({
    input_tokens: 7,
    cache_creation_input_tokens: 20,
    cache_read_input_tokens: 100,
    output_tokens: 5,
  });
});

test('the cost is reported at the end of the turn, and not with a tool call', async () => {
  const openai = new OpenAI({ baseURL: `${app.url}/v1`, apiKey: 'any', maxRetries: 0 });
  const tools = [{ type: 'function' as const, function: { name: 'look', parameters: { type: 'object' } } }];
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Look.' }];
  const costOf = (usage: object | undefined) => z.object({ cost: z.number() }).parse(usage).cost;

  app.api.answer(toolUse('look', {}, { id: 'toolu_look' }));
  const called = await openai.chat.completions.create({ model: 'sonnet', messages, tools });
  expect([called.choices[0]?.finish_reason, costOf(called.usage)]).toEqual(['tool_calls', 0]);
  const call = called.choices[0]?.message;
  if (call) messages.push(call, { role: 'tool', tool_call_id: call.tool_calls?.[0]?.id ?? '', content: 'Seen.' });
  const ended = await openai.chat.completions.create({ model: 'sonnet', messages, tools });
  expect(costOf(ended.usage)).toBeGreaterThan(0);
});

test('processes are counted by state', async () => {
  const samples = await scrape();
  const states = ['preparing', 'answering', 'waiting_for_tool', 'idle', 'spare'];
  expect(states.map((state) => samples.has(`claudacity_processes{state="${state}"}`))).toEqual(states.map(() => true));
  expect(samples.get('claudacity_queue_length')).toBe(0);
  expect(samples.get('claudacity_cli_ready')).toBe(1);
});

test('names that a client invents do not become labels', async () => {
  await send(`${app.url}/v1/models/made-up-1`);
  await send(`${app.url}/made/up/2`);
  await send(`${app.url}/api/chat`, { body: JSON.stringify({ model: 'made-up-3', messages: [] }) });
  const model = 'claudacity_requests_total{dialect="openai",path="/v1/models/*id",status="404"}';
  const samples = await scraped(model);
  expect(samples.get(model)).toBe(1);
  expect(samples.get('claudacity_requests_total{dialect="openai",path="other",status="404"}')).toBe(1);
  expect([...samples.keys()].filter((name) => name.includes('made'))).toEqual([]);
});

test('the app is healthy if the CLI was found and is signed in', async () => {
  const { status, text: body } = await send(`${app.url}/health`);
  expect(status).toBe(200);
  expect(JSON.parse(body)).toEqual({
    status: 'ok',
    state: 'Running',
    version: '0.0.0-test',
    problems: [],
    cli: {
      payer: 'Claude plan',
      // The mocked API counts as a gateway.
      billing: 'unknown',
      phase: 'ready',
      version: expect.stringMatching(/^\d/),
      reuses_processes: true,
      problem: null,
      resets_at: null,
    },
    server: { phase: 'running', started_at: expect.any(Number) },
  });
});

test('the app is not healthy if the CLI is signed out, and the answer does not name the account', async () => {
  const signedOut = await startTestApp({ account: 'signed-out' });
  const { status, text: body } = await send(`${signedOut.url}/health`);
  await signedOut.stop();
  expect(status).toBe(503);
  expect(JSON.parse(body)).toMatchObject({ status: 'unavailable', cli: { problem: 'signed_out' } });
  expect(body).not.toContain(signedOut.home);
});

test('the label `path` is the template of the route that matched', async () => {
  await send(`${app.url}/v1/models/a/b`);
  await send(`${app.url}/api/blobs/x/`, { body: '{}' });
  await send(`${app.url}/api/blobs/x/y`);
  // Paths are case-sensitive.
  await send(`${app.url}/V1/models`);
  await send(`${app.url}/api/blobs/%zz`, { body: '{}' });
  const label = (path: string, status: number, dialect = 'ollama') =>
    `claudacity_requests_total{dialect="${dialect}",path="${path}",status="${status}"}`;
  const samples = await scraped(label('other', 400));
  expect(samples.get(label('/v1/models/*id', 404, 'openai'))).toBe(2);
  expect(samples.get(label('/api/blobs/:digest', 400))).toBe(1);
  expect(samples.get(label('other', 404))).toBe(1);
  expect(samples.get(label('other', 404, 'openai'))).toBe(2);
});

test('a refused request is counted under the path that it was for', async () => {
  await send(`${app.url}/api/show`, { method: 'GET' });
  await send(`${app.url}/api/show`, { headers: { host: 'evil.example' }, body: '{}' });
  const forbidden = 'claudacity_requests_total{dialect="ollama",path="/api/show",status="403"}';
  const samples = await scraped(forbidden);
  expect(samples.get(forbidden)).toBe(1);
  expect(samples.get('claudacity_requests_total{dialect="ollama",path="/api/show",status="405"}')).toBe(1);
});
