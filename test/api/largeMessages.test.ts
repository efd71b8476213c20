/** Messages of 30 MB over HTTP: answered, stored exactly, and continued exactly. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { killProcessOf, storedMessages } from '../support/conversation';
import { text } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
beforeEach(() => app.api.reset());

const file = (byte: number) =>
  Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(7_500_000, byte)]).toString('base64');
const WORDS = 'a "long" question \\ \u0001 ä 中文 \u{1f600}\n'.repeat(10_000);

/** More than 30 MB as JSON. The CLI itself refuses texts that no model reads, so most of it is files. */
const CONTENT = [
  { type: 'text', text: WORDS },
  ...[1, 2, 3].map((byte) => ({
    type: 'file',
    file: { filename: `${byte}.pdf`, file_data: `data:application/pdf;base64,${file(byte)}` },
  })),
  { type: 'text', text: 'What is it?' },
];

/** Sends the messages under the id. Returns how the conversation was continued, its id in the app, and the answer. */
async function ask(id: string, messages: readonly object[]) {
  const body = JSON.stringify({ model: 'sonnet', id, messages });
  const response = await fetch(`${app.url}/v1/chat/completions`, { method: 'POST', body });
  const answer = await response.text();
  expect([response.status, answer.slice(0, 300)]).toEqual([200, expect.any(String)]);
  const { headers } = response;
  return {
    path: headers.get('x-claudacity-path'),
    conversation: headers.get('x-claudacity-conversation') ?? '',
    bytes: Buffer.byteLength(body),
  };
}

/** The messages that the model got with the request of this number, counted from 1. */
function historyOf(request: number) {
  return app.api.requests[request - 1]?.history ?? [];
}

test('a message of 30 MB is answered, stored exactly, and its follow-ups are exact', async () => {
  const id = randomUUID();
  app.api.answer(text('One.'));
  app.api.answer(text('Two.'));
  app.api.answer(text('Three.'));
  const first = await ask(id, [{ role: 'user', content: CONTENT }]);
  expect([first.path, first.bytes > 30_000_000]).toEqual(['new', true]);

  const [question] = historyOf(1);
  const sent = question?.content ?? [];
  expect(sent.map(({ type }) => type)).toEqual(['text', 'document', 'document', 'document', 'text']);
  expect([sent[0]?.text === WORDS, sent[4]?.text === 'What is it?']).toEqual([true, true]);
  for (const byte of [1, 2, 3]) expect(JSON.stringify(sent[byte]).includes(file(byte))).toBe(true);

  const stored = await storedMessages(app, first.conversation);
  const parts = stored[0]?.parts ?? [];
  expect(parts.map(({ kind }) => kind)).toEqual(['text', 'document', 'document', 'document', 'text']);
  expect(parts[0]).toEqual({ kind: 'text', text: WORDS });
  expect(stored.slice(1)).toEqual([{ role: 'assistant', parts: [{ kind: 'text', text: 'One.' }] }]);

  // The process that holds the conversation continues it; where it has died, another one reads the history from the store.
  expect((await ask(id, [{ role: 'user', content: 'next' }])).path).toBe('live');
  await killProcessOf(app, first.conversation);
  expect((await ask(id, [{ role: 'user', content: 'last' }])).path).toBe('replay');
  for (const request of [2, 3]) {
    expect(JSON.stringify(historyOf(request)[0]) === JSON.stringify(question)).toBe(true);
  }
  const after = historyOf(3).slice(1);
  expect(after.map(({ role, content }) => `${role}: ${content[0]?.text}`)).toEqual([
    'assistant: One.',
    'user: next',
    'assistant: Two.',
    'user: last',
  ]);
});
