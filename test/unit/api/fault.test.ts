import { expect, test } from 'vitest';
import { dialectOf } from '../../../app/api/dialectTable';
import { toFault } from '../../../app/api/fault';
import { ChatError, type ChatErrorKind, type ChatErrorOptions } from '../../../app/chat/errors';

const fault = (kind: ChatErrorKind, options: ChatErrorOptions = {}) =>
  toFault(new ChatError(kind, 'why', options), 'r1');

test.each<[ChatErrorKind, ollama: number, openai: number, anthropic: number, type: string]>([
  ['invalid_request', 400, 400, 400, 'invalid_request_error'],
  ['model_not_found', 404, 404, 404, 'not_found_error'],
  ['context_too_long', 400, 400, 400, 'invalid_request_error'],
  ['too_large', 413, 413, 413, 'invalid_request_error'],
  ['signed_out', 403, 401, 401, 'authentication_error'],
  ['authentication', 403, 401, 401, 'authentication_error'],
  ['permission', 403, 403, 403, 'permission_error'],
  ['rate_limit', 429, 429, 429, 'rate_limit_error'],
  ['overloaded', 503, 503, 529, 'api_error'],
  ['busy', 503, 503, 503, 'api_error'],
  ['cli_missing', 503, 503, 503, 'api_error'],
  ['cli_outdated', 503, 503, 503, 'api_error'],
  ['cli_failed', 502, 502, 502, 'api_error'],
  ['cli_timeout', 504, 504, 504, 'api_error'],
  ['api', 502, 502, 502, 'api_error'],
  ['cancelled', 499, 499, 499, 'invalid_request_error'],
  ['internal', 500, 500, 500, 'api_error'],
])('%s has a status in every dialect and a type in OpenAI’s', (kind, ollama, openai, anthropic, type) => {
  const replies = ['/api/chat', '/v1/chat/completions', '/v1/messages'].map((path) =>
    dialectOf(path).fault(fault(kind)),
  );
  expect(replies.map(({ status }) => status)).toEqual([ollama, openai, anthropic]);
  expect(replies[1]?.body).toMatchObject({ error: { type } });
});

test('each dialect has its own form of an error', () => {
  const bodies = ['/api/x', '/', '/v1/x', '/x', '/v1/messages', '/v1/messages/count_tokens'].map(
    (path) => dialectOf(path).fault(fault('model_not_found')).body,
  );
  const openai = { error: { message: 'why', type: 'not_found_error', param: 'model', code: 'model_not_found' } };
  const anthropic = {
    type: 'error',
    error: { type: 'not_found_error', message: 'why' },
    request_id: expect.stringMatching(/^req_/),
  };
  expect(bodies).toStrictEqual([{ error: 'why' }, { error: 'why' }, openai, openai, anthropic, anthropic]);
});

test('a refusal of the API keeps its status; a failure of the API becomes 502', () => {
  expect(fault('api', { apiStatus: 422 }).status).toBe(422);
  expect(fault('api', { apiStatus: 500 }).status).toBe(502);
});

test('the wait is rounded up to whole seconds', () => {
  expect(fault('rate_limit', { retryAfterMs: 1500 }).retryAfterS).toBe(2);
  expect(fault('busy').retryAfterS).toBeGreaterThan(0);
  expect(fault('overloaded').retryAfterS).toBeNull();
});

test('a retry is advised only where it can succeed soon', () => {
  const kinds: ChatErrorKind[] = ['rate_limit', 'overloaded', 'busy', 'cli_failed', 'api', 'cli_missing', 'internal'];
  expect(kinds.filter((kind) => fault(kind).shouldRetry)).toEqual([
    'rate_limit',
    'overloaded',
    'busy',
    'cli_failed',
    'api',
  ]);
  expect(fault('rate_limit', { retryAfterMs: 3_600_000 }).shouldRetry).toBe(false);
  expect(fault('api', { apiStatus: 400 }).shouldRetry).toBe(false);
});

test('the client sees neither the message nor the stack of an internal error', () => {
  const { message, recorded } = toFault(new Error('secret path'), 'r1');
  expect(message).toBe('internal error; the log tells more about request r1');
  expect(recorded).toBe('secret path');
});
