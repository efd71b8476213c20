import { expect, test } from 'vitest';
import { parseReply } from '../../../app/control/reply';

test.each([
  { id: 1, result: null },
  { id: 2, result: { a: 1 } },
  { id: 3, update: { snapshot: true, values: {} } },
  { id: 4, error: { message: 'no' } },
  { id: null, error: { message: 'no' } },
])('%j is a reply', (reply) => {
  expect(parseReply(JSON.stringify(reply))).toEqual(reply);
});

test.each([
  [],
  'text',
  null,
  7,
  {},
  { id: 1 },
  { id: '1', result: 1 },
  { result: 1 },
  { id: 1.5, result: 1 },
  { id: 1, error: 'no' },
  { id: 1, update: 1 },
])('%j is none', (message) => {
  expect(() => parseReply(JSON.stringify(message))).toThrow('no reply');
});
