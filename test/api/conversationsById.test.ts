/** Ids: a client that sends its newest message alone is understood as if it had sent all that was said before. */
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { removeFolder, scratchFolder } from '../support/cli';
import {
  ask,
  assistant,
  killProcessOf,
  requestFor,
  startStream,
  transcriptSeenByApi,
  uniqueWord,
  user,
  waitForProcessEnd,
} from '../support/conversation';
import { gate, text } from '../support/messagesApi';
import { startTestApp, type TestApp, type TestAppOptions } from '../support/testApp';

let app: TestApp;
let id: string;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(() => app.stop());

beforeEach(() => {
  app.api.reset();
  id = randomUUID();
});

/** One turn under the id, and what the model was told of the next. */
async function twice(first: Record<string, unknown>, second: Record<string, unknown> = first) {
  const [question, next, answer] = [uniqueWord('Q'), uniqueWord('Q'), uniqueWord('A')];
  app.api.answer(text(answer));
  const one = await ask(app, [user(question)], first);
  const two = await ask(app, [user(next)], second);
  return { one, two, question, answer, next, transcript: transcriptSeenByApi(requestFor(app.api, next)) };
}

describe('a lone message under an id', () => {
  test.each(['id', 'conversation_id'])('is the next of the conversation that `%s` names', async (field) => {
    const { one, two, question, answer, next, transcript } = await twice({ [field]: id });

    expect([one.path, two.path]).toEqual(['new', 'live']);
    expect(two.conversation).toBe(one.conversation);
    expect(transcript).toEqual([`user: ${question}`, `assistant: ${answer}`, `user: ${next}`]);
  });

  test('may name it by a number', async () => {
    const { two } = await twice({ id: Date.now() });

    expect(two.path).toBe('live');
  });

  test('is known over Ollama’s API too', async () => {
    const question = uniqueWord('Q');
    await ask(app, [user(question)], { id });
    const next = uniqueWord('Q');

    const response = await fetch(`${app.url}/api/chat`, {
      method: 'POST',
      body: JSON.stringify({ model: 'sonnet', id, stream: false, messages: [user(next)] }),
    });

    expect([response.status, response.headers.get('x-claudacity-path')]).toEqual([200, 'live']);
    expect(transcriptSeenByApi(requestFor(app.api, next))).toEqual([
      `user: ${question}`,
      'assistant: OK',
      `user: ${next}`,
    ]);
  });

  test('is the next also when the process has ended, with the system prompt of before', async () => {
    const [question, next] = [uniqueWord('Q'), uniqueWord('Q')];
    const one = await ask(app, [{ role: 'system', content: 'Be brief.' }, user(question)], { id });
    await killProcessOf(app, one.conversation);

    const two = await ask(app, [user(next)], { id });

    expect([two.path, two.conversation]).toEqual(['replay', one.conversation]);
    expect(transcriptSeenByApi(requestFor(app.api, next))).toEqual([
      `user: ${question}`,
      'assistant: OK',
      `user: ${next}`,
    ]);
    expect(requestFor(app.api, next).system).toEqual(['Be brief.']);
  });

  test('follows the one before it where both were sent at once', async () => {
    const [question, next] = [uniqueWord('Q'), uniqueWord('Q')];
    const waiting = gate();
    app.api.answer(text('A1'), waiting);

    const one = ask(app, [user(question)], { id });
    await waiting.reached;
    const two = ask(app, [user(next)], { id });
    waiting.open();

    expect([(await one).path, (await two).path]).toEqual(['new', 'live']);
    expect(transcriptSeenByApi(requestFor(app.api, next))).toEqual([
      `user: ${question}`,
      'assistant: A1',
      `user: ${next}`,
    ]);
  });

  test('whose client hung up was never said', async () => {
    const { two, question, answer, next } = await twice({ id });
    app.api.answer(text('par'), gate());
    const lost = await startStream(app, [user(uniqueWord('lost'))], { id });
    lost.hangUp();
    await waitForProcessEnd(app, two.conversation);

    const last = uniqueWord('Q');
    const three = await ask(app, [user(last)], { id });

    expect([three.path, three.conversation]).toEqual(['replay', two.conversation]);
    expect(transcriptSeenByApi(requestFor(app.api, last))).toEqual([
      `user: ${question}`,
      `assistant: ${answer}`,
      `user: ${next}`,
      'assistant: OK',
      `user: ${last}`,
    ]);
  });

  test('begins a chat of its own under another id, and under none', async () => {
    const question = uniqueWord('Q');
    await ask(app, [user(question)], { id });

    const answers = [
      await ask(app, [user(uniqueWord('Q'))], { id: randomUUID() }),
      await ask(app, [user(uniqueWord('Q'))]),
    ];

    expect(answers.map((answer) => answer.path)).toEqual(['new', 'new']);
    expect(app.api.requests.map(({ history }) => history.length)).toEqual([1, 1, 1]);
  });
});

describe('a history that is sent with an id', () => {
  test('wins, the conversation follows it, and the older branch stays in reach', async () => {
    const { one, question, answer, next } = await twice({ id });
    const [edited, last] = [uniqueWord('edited'), uniqueWord('Q')];

    const two = await ask(app, [user(edited), assistant('no'), user('why?')], { id });
    const three = await ask(app, [user(last)], { id });

    expect([two.path, three.path]).toEqual(['replay', 'live']);
    expect(two.conversation).toBe(one.conversation);
    expect(transcriptSeenByApi(requestFor(app.api, last))).toEqual([
      `user: ${edited}`,
      'assistant: no',
      'user: why?',
      'assistant: OK',
      `user: ${last}`,
    ]);

    const older = [user(question), assistant(answer), user(next), assistant('OK')];
    expect(await ask(app, [...older, user(uniqueWord('Q'))])).toMatchObject({ path: 'live' });
  });

  test('leaves the id with its conversation where the client hangs up', async () => {
    const { two, question } = await twice({ id });
    app.api.answer(text('par'), gate());
    const lost = await startStream(app, [user(uniqueWord('edited')), assistant('no'), user('why?')], { id });
    lost.hangUp();
    await waitForProcessEnd(app, lost.conversation);

    const last = uniqueWord('Q');
    const three = await ask(app, [user(last)], { id });

    expect([lost.conversation, three.conversation, three.path]).toEqual([two.conversation, two.conversation, 'live']);
    expect(transcriptSeenByApi(requestFor(app.api, last))[0]).toBe(`user: ${question}`);
  });

  test('that equals another id’s conversation leaves that one alone', async () => {
    const { question, answer, next } = await twice({ id });
    const history = [user(question), assistant(answer), user(next), assistant('OK')];
    const [other, last] = [uniqueWord('Q'), uniqueWord('Q')];

    const stranger = await ask(app, [...history, user(other)], { id: randomUUID() });
    const nameless = await ask(app, [...history, user(other)]);
    await ask(app, [user(last)], { id });

    expect([stranger.status, nameless.status]).toEqual([200, 200]);
    expect(transcriptSeenByApi(requestFor(app.api, last))).toEqual([
      ...history.map(({ role, content }) => `${role}: ${content}`),
      `user: ${last}`,
    ]);
  });

  test('a label names a conversation and adds nothing to it', async () => {
    const { two, transcript } = await twice({ prompt_cache_key: id });

    expect(two.path).toBe('new');
    expect(transcript).toHaveLength(1);
  });
});

describe('a user’s name', () => {
  test('stands for an id where there is none, until that user has sent a history', async () => {
    const name = uniqueWord('user');

    const before = await twice({ user: name });
    await ask(app, [user(uniqueWord('Q')), assistant('A'), user(uniqueWord('Q'))], { user: name });
    const after = await twice({ user: name });

    expect([before.two.path, after.one.path, after.two.path]).toEqual(['live', 'new', 'new']);
  });

  test('stands for nothing beside an id', async () => {
    const name = uniqueWord('user');

    const { two } = await twice({ user: name, id }, { user: name, id: randomUUID() });

    expect(two.path).toBe('new');
  });

  test('stands for nothing where the setting is off', async () => {
    await app.core.calls['settings.change']({ usersAreIds: false });
    try {
      expect((await twice({ user: uniqueWord('user') })).two.path).toBe('new');
    } finally {
      await app.core.calls['settings.change']({ usersAreIds: true });
    }
  });
});

test('no name of a conversation is ever in what the model sees', async () => {
  const names = {
    id: uniqueWord('name'),
    conversation_id: uniqueWord('name'),
    prompt_cache_key: uniqueWord('name'),
    user: uniqueWord('name'),
  };
  const headers = { 'x-openwebui-chat-id': uniqueWord('name'), 'thread-id': uniqueWord('name') };
  const question = uniqueWord('Q');

  for (let turn = 0; turn < 2; turn += 1) await ask(app, [user(`${question} ${turn}`)], names, { headers });

  expect(app.api.requests).toHaveLength(2);
  const sent = JSON.stringify(app.api.requests.map(({ body, headers, path }) => [body, headers, path]));
  for (const name of [...Object.values(names), ...Object.values(headers)]) expect(sent).not.toContain(name);
});

describe('what is kept', () => {
  test('can be listed and read, newest first', async () => {
    const { two, question, answer, next } = await twice({ id });

    const [newest] = app.core.calls['conversations.list'](Number.POSITIVE_INFINITY, 1);

    expect(newest).toMatchObject({ id: two.conversation, name: id, turns: 2, title: question });
    expect(app.core.calls['conversations.read'](two.conversation ?? '')).toEqual([
      { role: 'user', text: question },
      { role: 'assistant', text: answer },
      { role: 'user', text: next },
      { role: 'assistant', text: 'OK' },
    ]);
  });

  test('is gone when it was deleted, its process too', async () => {
    const { two } = await twice({ id });

    await app.core.calls['conversations.delete'](two.conversation ?? '');

    expect(app.core.snapshot().conversations.map((row) => row.id)).not.toContain(two.conversation);
    expect(app.core.calls['conversations.read'](two.conversation ?? '')).toBeNull();
    expect((await twice({ id })).one.path).toBe('new');
  });

  test('can be deleted while it is answering', async () => {
    const { two } = await twice({ id });
    app.api.answer(text('par'), gate());
    const answer = await startStream(app, [user(uniqueWord('Q'))], { id });

    await app.core.calls['conversations.delete'](two.conversation ?? '');

    expect(await answer.rest()).toContain('"error"');
    expect(app.core.calls['conversations.read'](two.conversation ?? '')).toBeNull();
    expect((await twice({ id })).one.path).toBe('new');
  });

  test('is gone altogether when all was deleted: nothing of it is left in any file', async () => {
    const { question, answer } = await twice({ id });

    await app.core.calls['conversations.deleteAll']();

    expect(app.core.snapshot().conversations).toEqual([]);
    expect(app.core.calls['conversations.list'](Number.POSITIVE_INFINITY, 1)).toEqual([]);
    const bytes = await bytesOf(app.dataDir);
    for (const words of [question, answer]) expect(bytes.includes(words)).toBe(false);
  });
});

describe('an app of its own', () => {
  let home: string;
  let own: TestApp | undefined;

  beforeEach(async () => {
    home = await scratchFolder();
  });

  afterEach(async () => {
    await own?.stop();
    await removeFolder(home);
  });

  const restart = async (options: TestAppOptions = {}) => {
    await own?.stop();
    own = await startTestApp({ ...options, home });
    return own;
  };

  test('knows the conversation of an id after a restart', async () => {
    const [question, next] = [uniqueWord('Q'), uniqueWord('Q')];
    await ask(await restart(), [user(question)], { id });

    const again = await restart();
    const { path } = await ask(again, [user(next)], { id });

    expect(path).toBe('replay');
    expect(transcriptSeenByApi(requestFor(again.api, next))).toEqual([
      `user: ${question}`,
      'assistant: OK',
      `user: ${next}`,
    ]);
  });

  test('that keeps no texts follows up while the process lives, says so afterwards, and has written nothing of them', async () => {
    const app = await restart({ settings: { keepTexts: false } });
    const [system, question, answer, next, last] = [
      uniqueWord('Be'),
      uniqueWord('Q'),
      uniqueWord('A'),
      uniqueWord('Q'),
      uniqueWord('Q'),
    ];
    app.api.answer(text(answer));
    await ask(app, [{ role: 'system', content: system }, user(question)], { id });

    const two = await ask(app, [user(next)], { id });
    const seen = requestFor(app.api, next);
    await killProcessOf(app, two.conversation);
    const three = await ask(app, [user(last)], { id });
    const four = await ask(app, [user(question), assistant(answer), user(last)], { id });

    expect(two.path).toBe('live');
    expect([...seen.system, ...transcriptSeenByApi(seen)]).toEqual([
      ...[system, `user: ${question}`, `assistant: ${answer}`, `user: ${next}`],
    ]);
    expect([three.status, three.text]).toEqual([400, expect.stringContaining('send its whole history')]);
    expect([four.status, four.path]).toEqual([200, 'replay']);
    const bytes = await bytesOf(app.dataDir);
    for (const words of [system, question, answer, next, last]) expect(bytes.includes(words)).toBe(false);
  });
});

/** All that the app has written to disk. */
async function bytesOf(folder: string): Promise<Buffer> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  // Those that note the processes come and go meanwhile.
  return Buffer.concat(await Promise.all(files.map((file) => readFile(file).catch(emptyIfGone))));
}

function emptyIfGone(error: NodeJS.ErrnoException): Buffer {
  if (error.code === 'ENOENT') return Buffer.alloc(0);
  throw error;
}
