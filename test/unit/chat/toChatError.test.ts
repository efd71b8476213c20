/** Each error of app/claude and of the CLI becomes a ChatError of its kind, with a message that says what to do. */
import { describe, expect, test } from 'vitest';
import { ChatError } from '../../../app/chat/errors';
import { resultToChatError, retryToChatError, toChatError } from '../../../app/chat/toChatError';
import { ClaudeUnavailableError } from '../../../app/claude/installation/problems';
import { PoolBusyError, ProcessFailedError } from '../../../app/claude/pool/errors';
import { CliSilentError, CliTimeoutError } from '../../../app/claude/process/deadlines/within';
import { ProtocolError, type ResultMessage } from '../../../app/claude/process/messages';
import { LineTooLongError } from '../../../app/claude/process/pipe/lines';
import { CliEndedError } from '../../../app/claude/process/protocol';

describe('an error that app/claude throws', () => {
  test.each([
    ['cli_missing', 'cli_missing'],
    ['cli_outdated', 'cli_outdated'],
    ['cli_failed', 'cli_failed'],
    ['signed_out', 'signed_out'],
    ['authentication', 'authentication'],
    ['plan_exhausted', 'rate_limit'],
  ] as const)('the problem `%s`: the message has the remedy', (code, expected) => {
    const error = toChatError(new ClaudeUnavailableError({ code, message: 'It is so.', remedy: 'Do `this`.' }));

    expect(error).toMatchObject({ kind: expected, message: 'It is so. Do `this`.' });
  });

  test('a CLI that does not come up: the error has the time to wait', () => {
    const problem = { code: 'cli_failed', message: 'It is silent.', remedy: 'Wait.' } as const;

    expect(toChatError(new ClaudeUnavailableError(problem, 4_000))).toMatchObject({ retryAfterMs: 4_000 });
  });

  test('a full queue: the error has the time to wait', () => {
    const error = toChatError(new PoolBusyError('all 3 processes are busy'));

    expect(error.kind).toBe('busy');
    expect(error.retryAfterMs).toBeGreaterThan(0);
  });

  test.each([
    ['a process that did not start', new ProcessFailedError('out of memory')],
    ['a process that ended', new CliEndedError()],
    ['a line that cannot be parsed', new ProtocolError('not JSON')],
    ['a line without end', new LineTooLongError('a line of more than 8 bytes')],
  ])('%s becomes `cli_failed`', (_, thrown) => {
    expect(toChatError(thrown)).toMatchObject({ kind: 'cli_failed', cause: thrown });
  });

  test('a process that missed a deadline becomes `cli_timeout`, and the message says which', () => {
    expect(toChatError(new CliTimeoutError('set_model', 10_000))).toMatchObject({
      kind: 'cli_timeout',
      message: 'claude did not respond within 10 s (step: set_model), so its process was ended',
    });
  });

  test('a silence becomes `cli_timeout`, and the message says how long it was', () => {
    expect(toChatError(new CliSilentError(5 * 60_000))).toMatchObject({
      kind: 'cli_timeout',
      message: 'claude wrote nothing for 5 minutes, so the answer was ended',
    });
  });

  test('a CLI that is too slow to start becomes `cli_failed` with the time to wait', () => {
    const cause = new CliTimeoutError('initialize', 60_000);
    const error = toChatError(new ProcessFailedError('', { cause }));

    expect(error).toMatchObject({ kind: 'cli_failed', message: expect.stringContaining('initialize') });
    expect(error.retryAfterMs).toBeGreaterThan(0);
  });

  test('a ChatError is returned as it is', () => {
    const error = new ChatError('too_large', 'too large');

    expect(toChatError(error)).toBe(error);
  });

  test('any other error becomes `internal`', () => {
    expect(toChatError(new TypeError('undefined is not a function')).kind).toBe('internal');
  });
});

describe('a result message that is an error', () => {
  test.each([
    [400, 'invalid_request'],
    [401, 'authentication'],
    [403, 'permission'],
    [404, 'model_not_found'],
    [413, 'too_large'],
    [422, 'invalid_request'],
    [429, 'rate_limit'],
    [500, 'api'],
    [529, 'overloaded'],
    [null, 'api'],
  ] as const)('with status %s becomes `%s`', (api_error_status, kind) => {
    expect(resultToChatError(result({ api_error_status, result: 'API Error: so' }), undefined).kind).toBe(kind);
  });

  test('keeps the API’s status and message, without the CLI’s prefix', () => {
    expect(
      resultToChatError(result({ api_error_status: 500, result: 'API Error: 500 scripted' }), undefined),
    ).toMatchObject({
      message: '500 scripted',
      apiStatus: 500,
    });
    expect(
      resultToChatError(
        result({ api_error_status: 429, result: 'API Error: Request rejected (429) · slow down' }),
        undefined,
      ).message,
    ).toBe('slow down');
  });

  test.each([
    [
      'API Error: 500 Broken. This is a server-side issue, usually temporary — try again in a moment. If it persists, check your inference gateway (10.0.0.7:8080).',
      '500 Broken',
    ],
    [
      'API Error: Repeated 529 Overloaded errors. The API is at capacity — this is usually temporary. Try again in a moment. If it persists, check https://status.claude.com.',
      'Repeated 529 Overloaded errors. The API is at capacity — this is usually temporary. Try again in a moment.',
    ],
    ['It may not exist. Run --model to pick a different model.', 'It may not exist.'],
    [
      'API Error: 400 due to tool use concurrency issues. Run /rewind to recover the conversation.',
      '400 due to tool use concurrency issues.',
    ],
    ['API Error: 500 If it persists, check the\nmanual.', '500 If it persists, check the\nmanual.'],
  ])('does not have the CLI’s advice: %s', (text, message) => {
    expect(resultToChatError(result({ api_error_status: 500, result: text }), undefined).message).toBe(message);
  });

  test.each([
    ['by the API', { api_error_status: 400, terminal_reason: 'prompt_too_long' }],
    ['by the CLI itself', { terminal_reason: 'blocking_limit' }],
  ])('about a prompt that was found too long %s becomes `context_too_long`', (_, fields) => {
    expect(resultToChatError(result({ ...fields, result: 'Prompt is too long' }), undefined).kind).toBe(
      'context_too_long',
    );
  });

  test('of a signed-out CLI says how to sign in', () => {
    const error = resultToChatError(result({ result: 'Not logged in · Please run /login' }), undefined);

    expect(error.kind).toBe('signed_out');
    expect(error.message).toContain('`claude auth login`');
  });

  test('about a sign-in that the API refused has its kind and the reason', () => {
    const error = resultToChatError(
      result({ api_error_status: 401, result: 'Failed to authenticate. API Error: 401 scripted' }),
      undefined,
    );

    expect(error).toMatchObject({
      kind: 'authentication',
      apiStatus: 401,
      message: expect.stringContaining('scripted'),
    });
  });

  test('without a message says how the turn ended', () => {
    expect(resultToChatError(result({ terminal_reason: 'aborted_streaming' }), undefined).message).toContain(
      'aborted_streaming',
    );
  });

  test('about a plan’s rate limit has the time until its reset', () => {
    const resetsAt = Math.floor(Date.now() / 1000) + 3600;

    const { retryAfterMs } = resultToChatError(result({ api_error_status: 429, result: 'limit' }), {
      status: 'rejected',
      resetsAt,
    });

    expect(retryAfterMs).toBeGreaterThan(3_500_000);
    expect(retryAfterMs).toBeLessThanOrEqual(3_600_000);
  });

  test('about a limit that has been reset already says to wait a second', () => {
    const { retryAfterMs } = resultToChatError(result({ api_error_status: 429, result: 'limit' }), {
      status: 'rejected',
      resetsAt: 1,
    });

    expect(retryAfterMs).toBe(1_000);
  });

  test('has the time until the full window’s reset where the CLI does not name one', () => {
    const now = Math.floor(Date.now() / 1000);

    const { retryAfterMs } = resultToChatError(result({ api_error_status: 429, result: 'limit' }), {
      status: 'rejected',
      unifiedWindows: {
        five_hour: { utilization: 0.4, resetsAt: now + 60 },
        seven_day: { utilization: 1, resetsAt: now + 3600 },
      },
    });

    expect(retryAfterMs).toBeGreaterThan(3_500_000);
  });

  test('of any other kind has no time to wait', () => {
    const limit = { status: 'allowed', resetsAt: Math.floor(Date.now() / 1000) + 3600 };

    expect(resultToChatError(result({ api_error_status: 500, result: 'so' }), limit).retryAfterMs).toBeUndefined();
  });
});

describe('a refusal that the CLI would retry', () => {
  test('for a rate limit has the time to wait', () => {
    expect(retryToChatError(429, 30_400)).toMatchObject({ kind: 'rate_limit', apiStatus: 429, retryAfterMs: 30_400 });
    expect(retryToChatError(429, 30_400).message).toContain('31 s');
  });

  test('for another reason has its kind and status', () => {
    const error = retryToChatError(401, 600);

    expect(error).toMatchObject({ kind: 'authentication', apiStatus: 401 });
    expect(error.retryAfterMs).toBeUndefined();
  });
});

function result(fields: Partial<ResultMessage>): ResultMessage {
  return { type: 'result', subtype: 'success', is_error: true, ...fields };
}
