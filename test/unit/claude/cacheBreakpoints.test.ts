/** The lifetime of the app's breakpoint in replayed histories is that of the CLI's own. */
import { expect, test } from 'vitest';
import { createCacheBreakpoints } from '../../../app/claude/cacheBreakpoints';
import type { CliMessage } from '../../../app/claude/process/messages';

function breakpointsOf(account: { method: string | undefined }) {
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  return { ...{ warnings }, breakpoints: createCacheBreakpoints({ authMethod: () => account.method, onWarning }) };
}

const answer = (minutes: number, hour: number): CliMessage => ({
  type: 'stream_event',
  event: {
    type: 'message_start',
    message: {
      ...{ id: 'msg_1', model: 'sonnet' },
      usage: { cache_creation: { ephemeral_5m_input_tokens: minutes, ephemeral_1h_input_tokens: hour } },
    },
  },
});
const refusal = (status: number, result: string): CliMessage => ({
  ...{ type: 'result', subtype: 'success', is_error: true },
  ...{ api_error_status: status, result },
});

const MINUTES = { type: 'ephemeral' };
const HOUR = { type: 'ephemeral', ttl: '1h' };

test.each([
  ['api_key', MINUTES],
  ['claude.ai', HOUR],
  ['oauth_token', HOUR],
  [undefined, MINUTES],
])('before the first answer, the account %s decides', (method, expected) => {
  expect(breakpointsOf({ method }).breakpoints.current).toEqual(expected);
});

test.each([
  ['five minutes', answer(10, 0), MINUTES],
  ['an hour', answer(0, 10), HOUR],
  ['an hour for the system prompt only', answer(10, 10), MINUTES],
  ['nothing', answer(0, 0), HOUR],
])('an answer says what the API has cached: %s', (_, message, expected) => {
  const { breakpoints } = breakpointsOf({ method: 'claude.ai' });

  breakpoints.recordMessage(message, false);

  expect(breakpoints.current).toEqual(expected);
});

test('another account is another matter', () => {
  const account = { method: 'claude.ai' };
  const { breakpoints } = breakpointsOf(account);
  breakpoints.recordMessage(answer(10, 0), false);

  account.method = 'api_key';
  breakpoints.recordMessage(answer(0, 10), false);
  account.method = 'claude.ai';

  expect(breakpoints.current).toEqual(HOUR);
});

test.each([
  ['names the field', true, refusal(400, 'API Error: 400 cache_control: …'), true],
  ['names something else', true, refusal(400, 'API Error: 400 image too large'), false],
  ['has another status', true, refusal(500, 'API Error: 500 cache_control'), false],
  ['concerns a request without a breakpoint of the app', false, refusal(400, 'API Error: 400 cache_control: …'), false],
])('an error that %s turns it off or not', (_, hasBreakpoint, message, refuses) => {
  const { breakpoints, warnings } = breakpointsOf({ method: 'api_key' });

  expect(breakpoints.recordMessage(message, hasBreakpoint)).toBe(refuses);
  breakpoints.recordMessage(message, hasBreakpoint);

  expect([breakpoints.current === undefined, warnings.length]).toEqual([refuses, refuses ? 1 : 0]);
});
