/** What became of a request, in one word. */
import { expect, test } from 'vitest';
import { REQUEST_OUTCOMES } from '../../../../app/shared/requests/outcomes';
import { type OutcomeFacts, requestOutcome } from '../../../../app/shared/requests/requestOutcome';

const outcome = (facts: Partial<OutcomeFacts>) =>
  requestOutcome({ phase: 'failed', status: 500, firstTokenMs: null, billing: null, ...facts });

test.each<[expected: string, facts: Partial<OutcomeFacts>]>([
  ['waiting', { phase: 'waiting' }],
  ['answering', { phase: 'waiting', firstTokenMs: 3 }],
  ['answering', { phase: 'streaming' }],
  ['answered', { phase: 'done', status: 200 }],
  ['answered', { phase: 'done', status: 200, endReason: 'stop' }],
  ['called_tools', { phase: 'done', status: 200, endReason: 'tool_use' }],
  ['output_limit', { phase: 'done', status: 200, endReason: 'length' }],
  ['declined', { phase: 'done', status: 200, endReason: 'refusal' }],
  ['hung_up', { phase: 'cancelled', status: 499 }],
  ['stopped', { phase: 'stopped', status: 503, failure: 'stopped' }],
  ['broke_off', { status: 200, failure: 'plan_limit' }],
  ['plan_limit', { status: 429, failure: 'plan_limit' }],
  ['plan_limit', { status: 429, failure: 'rate_limit', billing: 'plan' }],
  ['overloaded', { status: 429, failure: 'rate_limit', billing: 'use' }],
  ['refused', { status: 429, failure: 'key_limit' }],
  ['refused', { status: 401, failure: 'invalid_api_key' }],
  ['signed_out', { status: 401, failure: 'signed_out' }],
  ['invalid', { status: 404, failure: 'model_not_found' }],
  ['timeout', { status: 504, failure: 'cli_timeout' }],
  ['failed', { status: 500, failure: 'internal' }],
  ['refused', { status: 403 }],
  ['invalid', { status: 404 }],
  ['failed', { status: 502 }],
])('%s: %j', (expected, facts) => {
  expect(outcome(facts)).toBe(expected);
  expect(REQUEST_OUTCOMES).toContain(expected);
});
