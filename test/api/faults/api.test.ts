/** The Messages API refuses, breaks off or resets the connection. */
import { type Gate, gate, httpError, reset, streamError, text, thinking } from '../../support/messagesApi';
import type { TestApp } from '../../support/testApp';
import { TOLD, testFaults } from './testFaults';

/** The answer goes on to the fault. */
const goOn = (_app: TestApp, _pid: number, gates: readonly Gate[]) => {
  for (const { open } of gates) open();
};

testFaults('api', {
  faults: {
    'The API answers 400': {
      answer: () => [httpError(400, 'invalid_request_error', 'messages: too odd')],
      lasts: true,
      expected: TOLD,
    },
    'The API answers 403': {
      answer: () => [httpError(403, 'permission_error', 'not for you')],
      lasts: true,
      expected: TOLD,
    },
    'The API answers 429, with `retry-after: 30`': {
      answer: () => [httpError(429, 'rate_limit_error', 'slow down', { 'retry-after': '30' })],
      lasts: true,
      expected: TOLD,
    },
    'The API answers 500': { answer: () => [httpError(500, 'api_error', 'it broke')], lasts: true, expected: TOLD },
    'The API answers 529': {
      answer: () => [httpError(529, 'overloaded_error', 'Overloaded')],
      lasts: true,
      expected: TOLD,
    },
    'The API resets the connection before it answers': { answer: () => [reset()], lasts: true, expected: TOLD },
    'The API resets the connection in the middle of the text': {
      answer: () => [thinking('Hm.'), text('It is'), gate(), reset()],
      lasts: true,
      at: 'output',
      during: goOn,
      expected: TOLD,
    },
    'The API sends an error in the middle of the text': {
      answer: () => [text('It is'), gate(), streamError('overloaded_error', 'Overloaded')],
      lasts: true,
      at: 'output',
      during: goOn,
      expected: TOLD,
    },
  },
});
