/** The mocked Messages API, on which all other tests rely: it sends the real CLI exactly what a test has scripted. */
import { execFile } from 'node:child_process';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { claudePath, cliEnvironment, leftoverProcesses, removeFolder, scratchFolder } from '../support/cli';
import {
  closeBlock,
  gate,
  hang,
  httpError,
  type MessagesApi,
  rateLimits,
  split,
  startMessagesApi,
  stop,
  streamError,
  text,
  thinking,
  toolUse,
  usage,
} from '../support/messagesApi';

let api: MessagesApi;
let home: string;

beforeEach(async () => {
  home = await scratchFolder();
  api = await startMessagesApi();
});

afterEach(async () => {
  await api.close();
  expect(await leftoverProcesses(home)).toEqual([]);
  await removeFolder(home);
});

const Result = z.looseObject({
  result: z.string().optional(),
  is_error: z.boolean(),
  usage: z.looseObject({
    input_tokens: z.number(),
    output_tokens: z.number(),
    cache_read_input_tokens: z.number(),
    cache_creation_input_tokens: z.number(),
  }),
});

test('the real CLI receives the scripted text and usage, and the mock records its request as the client sent it', async () => {
  api.answer(text('Hel', 'lo'), usage({ input: 7, cacheRead: 100, cacheWrite: 20, output: 2 }));

  const answer = await ask('hi');

  expect(answer.result).toBe('Hello');
  expect(answer.usage).toMatchObject({
    input_tokens: 7,
    output_tokens: 2,
    cache_read_input_tokens: 100,
    cache_creation_input_tokens: 20,
  });
  expect(api.requests).toHaveLength(1);
  expect(api.requests[0]?.history).toEqual([{ role: 'user', content: [{ type: 'text', text: 'hi' }] }]);
  expect(api.requests[0]?.system).toEqual(['Be brief.']);
  expect(await api.requests[0]?.outcome).toBe('answered');
});

test('every delta arrives as one event in its block, with intact multi-byte characters', async () => {
  api.answer(thinking('Hm', 'm'), text('Grüße ', '👋🏽'), closeBlock(), text('日本'), split(3));

  const deltas = await streamed('hi');

  expect(deltas).toEqual([
    [0, 'thinking_delta', 'Hm'],
    [0, 'thinking_delta', 'm'],
    [0, 'signature_delta', 'c2lnbmF0dXJl'],
    [1, 'text_delta', 'Grüße '],
    [1, 'text_delta', '👋🏽'],
    [2, 'text_delta', '日本'],
  ]);
});

test('a delta of one megabyte arrives completely', async () => {
  const megabyte = 'x'.repeat(1_000_000);
  api.answer(text(megabyte));

  expect((await ask('hi')).result).toBe(megabyte);
});

test('a scripted HTTP error reaches the CLI with its status and message', async () => {
  api.setDefaultAnswer(httpError(401, 'authentication_error', 'scripted'));

  const answer = await ask('hi', { CLAUDE_CODE_MAX_RETRIES: '0' });

  expect(answer.is_error).toBe(true);
  expect(answer.result).toContain('401 scripted');
});

test('an error event in the stream reaches the CLI', async () => {
  api.setDefaultAnswer(text('Half an ans'), streamError('overloaded_error', 'Overloaded'));

  expect((await ask('hi', { CLAUDE_CODE_MAX_RETRIES: '0' })).is_error).toBe(true);
});

test('the CLI’s unstreamed request after a broken stream is recorded and answered like any other', async () => {
  api.answer(text('Half an ans'), streamError('overloaded_error', 'Overloaded'));
  api.answer(text('The whole answer'));

  expect((await ask('hi', { CLAUDE_CODE_MAX_RETRIES: '0' })).result).toBe('The whole answer');
  expect(api.requests.map((request) => request.body.stream === true)).toEqual([true, false]);
});

test('a function of the request chooses the answer', async () => {
  api.chooseAnswer((request) => (JSON.stringify(request.history).includes('weather') ? [text('Sunny')] : undefined));

  expect((await ask('the weather?')).result).toBe('Sunny');
  expect((await ask('the time?')).result).toBe('OK');
});

test('a request without an answer is recorded as aborted when the CLI is killed', async () => {
  api.answer(text('One moment'), hang());
  const child = start(['hi', '--output-format', 'json']);

  const request = await api.waitForRequest(1);
  child.kill('SIGKILL');

  await request.aborted;
  expect(await request.outcome).toBe('aborted');
  await ended(child);
});

test('a process that is still running is found by its home, and by its command', async () => {
  api.setDefaultAnswer(hang());
  const child = start(['hi', '--output-format', 'json']);
  await api.waitForRequest(1);

  expect(await leftoverProcesses(home)).toMatchObject([
    { pid: child.pid, command: expect.stringContaining('--no-session-persistence') },
  ]);

  child.kill('SIGKILL');
  await ended(child);
});

test('a probe of a model is answered and recorded apart from the requests', async () => {
  const child = start(
    ['--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose'],
    undefined,
    false,
  );
  const lines = output(child);

  child.stdin?.write(
    `${JSON.stringify({
      type: 'control_request',
      request_id: 'r1',
      request: { subtype: 'set_model', model: 'claude-sonnet-9-9' },
    })}\n`,
  );
  await vi.waitFor(() => expect(api.otherCalls).toHaveLength(1), 5_000);
  child.stdin?.end();

  expect(await lines).toContain('"success"');
  expect(api.requests).toEqual([]);
});

test('requests for an unknown model are refused', async () => {
  await api.close();
  api = await startMessagesApi({ unknownModels: ['claude-sonnet-9-9'] });

  const lines = await output(start(['hi', '--output-format', 'json', '--model', 'claude-sonnet-9-9']));

  expect(Result.parse(JSON.parse(lines)).is_error).toBe(true);
  expect(api.requests).toEqual([]);
});

test('an answer waits at a gate until the test opens it', async () => {
  const halfway = gate();
  api.answer(text('before '), halfway, text('after'));
  const answer = ask('hi');

  await halfway.reached;
  halfway.open();

  expect((await answer).result).toBe('before after');
});

test('a tool call arrives in the scripted pieces, and its result is in the next request', async () => {
  api.answer(toolUse('Nothing', { city: 'Kyiv' }, { id: 'toolu_1', pieces: 3 }), stop('tool_use'));
  api.answer(text('No such tool'));

  const deltas = await streamed('hi');

  expect(deltas.filter(([, type]) => type === 'input_json_delta').map(([, , json]) => json)).toHaveLength(3);
  expect(api.requests[1]?.history.at(-2)?.content).toEqual([
    { type: 'tool_use', id: 'toolu_1', name: 'Nothing', input: { city: 'Kyiv' } },
  ]);
});

test('rate-limit headers become the CLI’s rate_limit_event for a subscription', async () => {
  const resetsAt = Math.floor(Date.now() / 1000) + 3600;
  api.answer(text('Hello'), rateLimits({ fiveHourReset: resetsAt, sevenDayReset: resetsAt + 86_400 }));

  const lines = await output(
    start(['hi', '--output-format', 'stream-json', '--verbose'], cliEnvironment(api, home, 'subscription')),
  );

  expect(lines).toContain('"rate_limit_event"');
  expect(lines).toContain(String(resetsAt));
});

const ASK = ['--tools', '', '--system-prompt', 'Be brief.', '--no-session-persistence', '--safe-mode'];

function start(args: string[], env = cliEnvironment(api, home), endInput = true) {
  const child = execFile(claudePath(), ['-p', ...args, ...ASK], { env, cwd: home, maxBuffer: 16_000_000 });
  if (endInput) child.stdin?.end();
  return child;
}

async function ask(question: string, env: Record<string, string> = {}): Promise<z.infer<typeof Result>> {
  const child = start([question, '--output-format', 'json'], { ...cliEnvironment(api, home), ...env });
  return Result.parse(JSON.parse(await output(child)));
}

const DeltaLine = z.object({
  type: z.literal('stream_event'),
  event: z.object({
    type: z.literal('content_block_delta'),
    index: z.number(),
    delta: z.looseObject({ type: z.string() }),
  }),
});

/** Block, kind and content of each delta that the CLI passed on. */
async function streamed(question: string): Promise<[number, string, unknown][]> {
  const lines = await output(
    start([question, '--output-format', 'stream-json', '--verbose', '--include-partial-messages']),
  );
  return lines.split('\n').flatMap((line) => {
    const parsed = DeltaLine.safeParse(line === '' ? null : JSON.parse(line));
    if (!parsed.success) return [];
    const { index, delta } = parsed.data.event;
    const { type, ...rest } = delta;
    const content = [rest.text, rest.thinking, rest.signature, rest.partial_json].find((part) => part !== undefined);
    return [[index, type, content] as [number, string, unknown]];
  });
}

async function output(child: ReturnType<typeof execFile>): Promise<string> {
  let out = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  await ended(child);
  return out;
}

function ended(child: ReturnType<typeof execFile>): Promise<void> {
  return new Promise((resolve) => child.once('close', () => resolve()));
}
