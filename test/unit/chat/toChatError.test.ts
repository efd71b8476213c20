/** Every fault of the driver and of the CLI has its kind, and words that help. */
import { describe, expect, test } from 'vitest';
import { ChatError } from '../../../app/chat/errors';
import { resultToChatError, retryToChatError, toChatError } from '../../../app/chat/toChatError';
import { ClaudeUnavailableError } from '../../../app/claude/claude';
import { PoolBusyError, ProcessFailedError } from '../../../app/claude/pool/pool';
import { LineTooLongError } from '../../../app/claude/process/lines';
import { ProtocolError, type ResultMessage } from '../../../app/claude/process/messages';
import { CliEndedError } from '../../../app/claude/process/protocol';

describe('what the driver throws', () => {
  test.each([
    ['missing', 'cli_missing'],
    ['outdated', 'cli_outdated'],
    ['failed', 'cli_failed'],
    ['signed_out', 'signed_out'],
  ] as const)('a CLI that is %s, with the remedy', (kind, expected) => {
    const error = toChatError(new ClaudeUnavailableError({ kind, message: 'It is so.', remedy: 'Do `this`.' }));

    expect(error).toMatchObject({ kind: expected, message: 'It is so. Do `this`.' });
  });

  test('a full queue, with the time to wait', () => {
    const error = toChatError(new PoolBusyError('all 3 processes are busy'));

    expect(error.kind).toBe('busy');
    expect(error.retryAfterMs).toBeGreaterThan(0);
  });

  test.each([
    ['a process that did not come up', new ProcessFailedError('out of memory')],
    ['a process that ended', new CliEndedError()],
    ['a line that cannot be understood', new ProtocolError('not JSON')],
    ['a line without end', new LineTooLongError('a line of more than 8 bytes')],
  ])('%s is the CLI’s failure', (_, thrown) => {
    expect(toChatError(thrown)).toMatchObject({ kind: 'cli_failed', cause: thrown });
  });

  test('an error that is one already stays as it is', () => {
    const error = new ChatError('too_large', 'too large');

    expect(toChatError(error)).toBe(error);
  });

  test('all else is a defect of ours', () => {
    expect(toChatError(new TypeError('undefined is not a function')).kind).toBe('internal');
  });
});

describe('a result that is an error', () => {
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
  ] as const)('of status %s is %s', (api_error_status, kind) => {
    expect(resultToChatError(result({ api_error_status, result: 'API Error: so' }), undefined).kind).toBe(kind);
  });

  test('keeps the API’s status and its words, without those of the CLI', () => {
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
    ['by the API', { api_error_status: 400, terminal_reason: 'prompt_too_long' }],
    ['by the CLI itself', { terminal_reason: 'blocking_limit' }],
  ])('a prompt that was found too long %s is told from other bad requests', (_, fields) => {
    expect(resultToChatError(result({ ...fields, result: 'Prompt is too long' }), undefined).kind).toBe(
      'context_too_long',
    );
  });

  test('nobody signed in says what to do', () => {
    const error = resultToChatError(result({ result: 'Not logged in · Please run /login' }), undefined);

    expect(error.kind).toBe('signed_out');
    expect(error.message).toContain('`claude auth login`');
  });

  test('a sign-in that the API refused says what to do', () => {
    expect(resultToChatError(result({ api_error_status: 401, result: 'Failed' }), undefined).message).toContain(
      '`claude auth login`',
    );
  });

  test('without words says how the turn ended', () => {
    expect(resultToChatError(result({ terminal_reason: 'aborted_streaming' }), undefined).message).toContain(
      'aborted_streaming',
    );
  });

  test('a plan’s limit says how long it lasts', () => {
    const resetsAt = Math.floor(Date.now() / 1000) + 3600;

    const { retryAfterMs } = resultToChatError(result({ api_error_status: 429, result: 'limit' }), {
      status: 'rejected',
      resetsAt,
    });

    expect(retryAfterMs).toBeGreaterThan(3_500_000);
    expect(retryAfterMs).toBeLessThanOrEqual(3_600_000);
  });

  test('a limit that is over already says to wait a second', () => {
    const { retryAfterMs } = resultToChatError(result({ api_error_status: 429, result: 'limit' }), {
      status: 'rejected',
      resetsAt: 1,
    });

    expect(retryAfterMs).toBe(1_000);
  });

  test('the window that is used up says how long it lasts, where the CLI does not', () => {
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

  test('other errors name no time to wait', () => {
    const limit = { status: 'allowed', resetsAt: Math.floor(Date.now() / 1000) + 3600 };

    expect(resultToChatError(result({ api_error_status: 500, result: 'so' }), limit).retryAfterMs).toBeUndefined();
  });
});

describe('a refusal that the CLI would wait out', () => {
  test('of a rate limit says for how long', () => {
    expect(retryToChatError(429, 30_400)).toMatchObject({ kind: 'rate_limit', apiStatus: 429, retryAfterMs: 30_400 });
    expect(retryToChatError(429, 30_400).message).toContain('31 s');
  });

  test('of another kind has its kind and status', () => {
    const error = retryToChatError(401, 600);

    expect(error).toMatchObject({ kind: 'authentication', apiStatus: 401 });
    expect(error.retryAfterMs).toBeUndefined();
  });
});

function result(fields: Partial<ResultMessage>): ResultMessage {
  return { type: 'result', subtype: 'success', is_error: true, ...fields };
}
