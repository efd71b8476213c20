/** The comparison of what two processes have sent to the API. */
import { expect, test } from 'vitest';
import type { RawRequest } from '../../../../app/claude/loopback/loopbackApi';
import { firstDifference } from '../../../../app/claude/selfTest/compareRequests';

const request = (session: string, change: Partial<RawRequest> = {}): RawRequest => ({
  url: '/v1/messages',
  headers: ['Accept', 'a', 'X-Claude-Code-Session-Id', session, 'x-client-request-id', session, 'Content-Length', '1'],
  body: `{"user":"${session}","text":"hi"}`,
  isTurn: true,
  ...change,
});

test('the ids of session and request make no difference', () => {
  expect(firstDifference([request('one')], [request('two')])).toBeUndefined();
});

test.each([
  ['number', [], 'sent 0 requests in place of 1'],
  ['address', [request('one', { url: '/v1/other' })], 'sent request 1 to another address'],
  ['header', [request('one', { headers: ['accept', 'b'] })], 'sent another header with request 1: accept'],
  ['number of headers', [request('one', { headers: ['accept', 'a'] })], 'sent fewer headers with request 1'],
  ['body', [request('one', { body: '{"user":"one","text":"ho"}' })], /^sent another body with request 1, from .* on$/],
] as const)('another %s is told', (_, actual, difference) => {
  expect(firstDifference(actual, [request('two')])).toMatch(difference);
});
