/** Long histories that the app sees for the first time: after the first one, they reach the API as if their conversations had been live. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCacheModel } from '../support/cacheModel';
import { ask, assistant, type ChatMessage, killProcessOf, requestFor, uniqueWord, user } from '../support/conversation';
import { text } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';

const cache = createCacheModel();
let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
  app.api.chooseAnswer((request) => cache.answer(request, text('OK')));
});

afterAll(() => app.stop());

const longHistory = (): ChatMessage[] => {
  const mark = uniqueWord();
  return Array.from({ length: 130 }, (_, at) => [user(`${mark} question ${at}`), assistant(`answer ${at}`)]).flat();
};

const roles = (question: string) => requestFor(app.api, question).body.messages.map(({ role }) => role);

test('the CLI’s notes are learned after the first one, and the next one has them where a live one does', async () => {
  await ask(app, [...longHistory(), user(uniqueWord('Q'))]);
  await expect.poll(() => existsSync(path.join(app.dataDir, 'sessionRows.json')), { timeout: 30_000 }).toBe(true);
  const history = longHistory();
  const [first, second, third] = [uniqueWord('Q'), uniqueWord('Q'), uniqueWord('Q')];

  await ask(app, [...history, user(first)]);
  expect(roles(first).slice(0, 4)).toEqual(['user', 'system', 'assistant', 'user']);
  expect(roles(first).at(-1)).toBe('user');
  const live = await ask(app, [...history, user(first), assistant('OK'), user(second)]);
  expect(live.path).toBe('live');

  const [resumed, followUp] = cache.uses.slice(-2);
  expect(followUp?.hit).toBe(resumed?.blocks);
  // The same conversation from the start, in a new process, reads what the first process has written.
  await killProcessOf(app, live.conversation);
  await ask(app, [...history, user(first), assistant('OK'), user(second), assistant('OK'), user(third)]);
  expect(cache.uses.at(-1)?.hit).toBeGreaterThanOrEqual(followUp?.blocks ?? Number.NaN);
});

test('a conversation that was live reads all of its history from the cache when it comes back to a new process', async () => {
  const long = (word: string) => `${word} ${'and so on '.repeat(800)}`;
  const [first, second, third] = [uniqueWord('Q'), uniqueWord('Q'), uniqueWord('Q')];
  const history = [user(long(first)), assistant('OK'), user(long(second))];
  await ask(app, history.slice(0, 1));
  const { conversation } = await ask(app, history);
  const written = cache.uses.at(-1)?.blocks ?? Number.NaN;
  await killProcessOf(app, conversation);

  const returned = await ask(app, [...history, assistant('OK'), user(third)]);

  expect(returned.path).toBe('replay');
  expect(cache.uses.at(-1)?.hit).toBe(written);
});
