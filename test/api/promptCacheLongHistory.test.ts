/** The prompt cache as clients of the app meet it: long histories, conversations that come back, and a breakpoint that is refused. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCacheModel } from '../support/cacheModel';
import { ask, assistant, type ChatMessage, killProcessOf, requestFor, uniqueWord, user } from '../support/conversation';
import { httpError, type RecordedRequest, text } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';

const SYSTEM: ChatMessage = { role: 'system', content: 'Be brief.' };
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

test('where the API refuses the breakpoint, the question is answered without one, and so are the next', async () => {
  const strict = await startTestApp();
  const breakpoints = ({ body }: RecordedRequest) => JSON.stringify(body).split('"cache_control"').length - 1;
  strict.api.chooseAnswer((request) =>
    breakpoints(request) > 3 ? [httpError(400, 'invalid_request_error', 'cache_control: not here')] : undefined,
  );
  const replayed = (word: string) => ask(strict, [SYSTEM, user(word), assistant('A'), user(`${word} again`)]);
  try {
    expect((await replayed(uniqueWord())).status).toBe(200);
    expect((await replayed(uniqueWord())).status).toBe(200);

    // The CLI itself repeats a request that was refused, with fewer of its own fields.
    const counts = strict.api.requests.map(breakpoints);
    expect([counts[0], counts.filter((count) => count === 3)]).toEqual([4, [3, 3]]);
    expect(counts.slice(-2)).toEqual([3, 3]);
    expect(strict.log.entries.filter(({ message }) => message.includes('breakpoint'))).toHaveLength(1);
  } finally {
    await strict.stop();
  }
});
