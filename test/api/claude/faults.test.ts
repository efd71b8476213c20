/** What the CLI does when the API refuses a request or breaks an answer off, and how environment variables change that. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { httpError, rateLimits, reset, type Step, stop, streamError, text, usage } from '../../support/messagesApi';
import { type RawCli, type RawCliTest, startRawCliTest } from './rawCli';

const TOO_LONG = httpError(400, 'invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum');

let rig: RawCliTest;

beforeAll(async () => {
  rig = await startRawCliTest();
});

afterEach(() => rig.endTest());

afterAll(() => rig.stop());

/** Starts a CLI and initializes it without a system prompt. */
async function startInitialized(options?: Parameters<RawCliTest['start']>[0]): Promise<RawCli> {
  const cli = rig.start(options);
  await cli.request({ subtype: 'initialize', systemPrompt: [] });
  return cli;
}

const Retry = z.looseObject({
  subtype: z.literal('api_retry'),
  error_status: z.number(),
  retry_delay_ms: z.number(),
  max_retries: z.number(),
});

function retries(cli: RawCli) {
  return cli.lines.flatMap((line) => Retry.safeParse(line).data ?? []);
}

describe('an error of the API becomes a result that is an error', () => {
  let cli: RawCli;

  beforeAll(async () => {
    cli = await startInitialized({
      shared: true,
      env: { CLAUDE_CODE_MAX_RETRIES: '0', CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK: '1', DISABLE_COMPACT: '1' },
    });
  });

  test.each<[number, string, string]>([
    [400, 'invalid_request_error', 'API Error: 400 scripted'],
    [401, 'authentication_error', 'Failed to authenticate. API Error: 401 scripted'],
    [403, 'permission_error', 'Failed to authenticate. API Error: 403 scripted'],
    [404, 'not_found_error', 'There’s an issue with the selected model'],
    [413, 'request_too_large', 'Request too large'],
    [429, 'rate_limit_error', 'API Error: Request rejected (429) · scripted'],
    [500, 'api_error', 'API Error: 500 scripted'],
    [529, 'overloaded_error', 'API Error: 529 scripted'],
  ])('%i, with its status and message', async (status, type, message) => {
    rig.api.setDefaultAnswer(httpError(status, type, 'scripted'));
    const result = await cli.ask('hi');

    expect(result).toMatchObject({ is_error: true, api_error_status: status });
    expect(result.result?.replaceAll("'", '’')).toContain(message);
  });

  test('a prompt that is too long, with its own terminal_reason', async () => {
    rig.api.setDefaultAnswer(TOO_LONG);

    expect(await cli.ask('hi')).toMatchObject({
      is_error: true,
      terminal_reason: 'prompt_too_long',
      result: 'Prompt is too long',
    });
  });

  test.each<[string, Step, number | null]>([
    ['an error in the stream', streamError('overloaded_error', 'Overloaded'), 529],
    ['a connection that is cut', reset(), null],
  ])('%s, after the part that has arrived', async (_, fault, status) => {
    rig.api.answer(text('Half'), fault);
    const from = cli.lines.length;

    expect(await cli.ask('hi')).toMatchObject({ is_error: true, api_error_status: status });
    expect(rig.api.requests).toHaveLength(1);
    expect(stopReasons(cli, from)).not.toContain('end_turn');
  });

  test('but a 404 makes the CLI ask again without streaming', async () => {
    rig.api.answer(httpError(404, 'not_found_error', 'no streaming here'));
    rig.api.answer(text('whole'));
    const from = cli.lines.length;

    expect(await cli.ask('hi')).toMatchObject({ is_error: false, result: 'whole' });
    expect(rig.api.requests.map(({ body }) => body.stream === true)).toEqual([true, false]);
    expect(cli.lines.slice(from).filter(({ type }) => type === 'stream_event')).toEqual([]);
  });
});

describe('api_retry', () => {
  test('says how long the CLI will wait: as long as the retry-after of a 429, and up to 25 % longer', async () => {
    const cli = await startInitialized({ env: { CLAUDE_CODE_MAX_RETRIES: '2' } });
    rig.api.answer(httpError(429, 'rate_limit_error', 'scripted', { 'retry-after': '1' }));

    expect((await cli.ask('hi')).result).toBe('OK');
    const [retry] = retries(cli);
    expect(retry).toMatchObject({ error_status: 429, max_retries: 2 });
    expect(retry?.retry_delay_ms).toBeGreaterThanOrEqual(1_000);
    expect(retry?.retry_delay_ms).toBeLessThanOrEqual(1_250);
  });

  test('comes for a 401, too, and as often as CLAUDE_CODE_MAX_RETRIES says', async () => {
    const cli = await startInitialized({ env: { CLAUDE_CODE_MAX_RETRIES: '1' } });
    rig.api.setDefaultAnswer(httpError(401, 'authentication_error', 'scripted'));

    expect(await cli.ask('hi')).toMatchObject({ is_error: true, api_error_status: 401 });
    expect(retries(cli).map(({ error_status }) => error_status)).toEqual([401]);
    expect(rig.api.requests).toHaveLength(2);
  });
});

describe('without CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK', () => {
  test('the CLI asks again after a stream that breaks off, and the second answer is in the result only', async () => {
    const cli = await startInitialized();
    rig.api.answer(text('Half'), streamError('overloaded_error', 'Overloaded'));
    rig.api.answer(text('Whole'));

    expect(await cli.ask('hi')).toMatchObject({ is_error: false, result: 'Whole' });
    expect(rig.api.requests.map(({ body }) => body.stream === true)).toEqual([true, false]);
    expect(stopReasons(cli, 0)).toEqual([]);
  });
});

describe('a context window that is full', () => {
  test('is replaced by a summary of the CLI’s, which asks again', async () => {
    const cli = await startInitialized();
    await cli.replay('old', [{ type: 'text', text: 'older' }]);
    rig.api.answer(TOO_LONG);

    expect((await cli.ask('hi')).is_error).toBe(false);
    expect(cli.lines.map(({ subtype }) => subtype)).toContain('compact_boundary');
  });

  test.each(['DISABLE_COMPACT', 'DISABLE_AUTO_COMPACT'])('is an error with %s', async (name) => {
    const cli = await startInitialized({ env: { [name]: '1' } });
    await cli.replay('old', [{ type: 'text', text: 'older' }]);
    rig.api.answer(TOO_LONG);

    expect(await cli.ask('hi')).toMatchObject({ is_error: true, terminal_reason: 'prompt_too_long' });
    expect(rig.api.requests).toHaveLength(1);
  });

  test('may be an error of the CLI, which then sends no request', async () => {
    const cli = await startInitialized({ env: { DISABLE_COMPACT: '1' } });
    rig.api.answer(text('a'), usage({ input: 990_000 }));
    await cli.ask('one');

    expect(await cli.ask('two')).toMatchObject({ is_error: true, terminal_reason: 'blocking_limit' });
    expect(rig.api.requests).toHaveLength(1);
  });
});

describe('an answer that the API refuses to finish', () => {
  test('makes the CLI ask again with a message of its own', async () => {
    const cli = await startInitialized();
    rig.api.answer(text('No'), stop('refusal'));

    expect((await cli.ask('hi')).result).toBe('OK');
    expect(rig.api.requests).toHaveLength(2);
  });

  test('ends the turn with CLAUDE_CODE_DISABLE_REFUSAL_RETRY', async () => {
    const cli = await startInitialized({ env: { CLAUDE_CODE_DISABLE_REFUSAL_RETRY: '1' } });
    rig.api.answer(text('No'), stop('refusal'));

    expect((await cli.ask('hi')).is_error).toBe(true);
    expect(rig.api.requests).toHaveLength(1);
    expect(stopReasons(cli, 0)).toEqual(['refusal']);
  });
});

test('a plan’s limit that is used up is reported with the time at which it ends', async () => {
  const cli = await startInitialized({ account: 'subscription', env: { CLAUDE_CODE_MAX_RETRIES: '2' } });
  const resetsAt = Math.floor(Date.now() / 1000) + 3600;
  const used = rateLimits({ status: 'rejected', fiveHour: 1, fiveHourReset: resetsAt, sevenDayReset: resetsAt });
  const fields = used.kind === 'headers' ? used.headers : {};
  rig.api.setDefaultAnswer(httpError(429, 'rate_limit_error', 'scripted', fields));

  const result = await cli.ask('hi');

  expect(result).toMatchObject({ is_error: true, api_error_status: 429 });
  expect(result.result).toContain('You’ve hit your'.replace('’', "'"));
  expect(await cli.line(({ type }) => type === 'rate_limit_event')).toMatchObject({
    rate_limit_info: { status: 'rejected', resetsAt },
  });
});

test('a missing sign-in is an error, and no request is sent', async () => {
  const cli = await startInitialized({ account: 'signed-out' });

  expect(await cli.ask('hi')).toMatchObject({
    is_error: true,
    result: expect.stringMatching(/^Not logged in/),
    api_error_status: null,
  });
  expect(rig.api.requests).toEqual([]);
});

test('CLAUDE_CODE_EXTRA_BODY and CLAUDE_CODE_MAX_OUTPUT_TOKENS change the request, so the app removes them from the environment', async () => {
  const cli = await startInitialized({
    env: { CLAUDE_CODE_EXTRA_BODY: '{"temperature":0.5}', CLAUDE_CODE_MAX_OUTPUT_TOKENS: '7' },
  });
  await cli.ask('hi');

  expect(rig.api.requests[0]?.body).toMatchObject({ temperature: 0.5, max_tokens: 7 });
});

const MessageDelta = z.object({
  event: z.object({ type: z.literal('message_delta'), delta: z.object({ stop_reason: z.string() }) }),
});

function stopReasons(cli: RawCli, from: number): string[] {
  return cli.lines.slice(from).flatMap((line) => {
    const { data } = MessageDelta.safeParse(line);
    return data ? [data.event.delta.stop_reason] : [];
  });
}
