/** Conversation ids: a client that sends only its newest message under an id is answered as if it had sent the whole history. */
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
  waitForTurnEnd,
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

/** Makes two turns. Returns both answers, and the messages that the model got with the second. */
async function twoTurns(first: Record<string, unknown>, second: Record<string, unknown> = first) {
  const [question, next, answer] = [uniqueWord('Q'), uniqueWord('Q'), uniqueWord('A')];
  app.api.answer(text(answer));
  const one = await ask(app, [user(question)], first);
  const two = await ask(app, [user(next)], second);
  return { one, two, question, answer, next, transcript: transcriptSeenByApi(requestFor(app.api, next)) };
}

describe('a lone message under an id', () => {
  test.each(['id', 'conversation_id'])('continues the conversation that `%s` names', async (field) => {
    const { one, two, question, answer, next, transcript } = await twoTurns({ [field]: id });

    expect([one.path, two.path]).toEqual(['new', 'live']);
    expect(two.conversation).toBe(one.conversation);
    expect(transcript).toEqual([`user: ${question}`, `assistant: ${answer}`, `user: ${next}`]);
  });

  test('can have a number for an id', async () => {
    const { two } = await twoTurns({ id: Date.now() });

    expect(two.path).toBe('live');
  });

  test('continues the conversation over Ollama’s API, too', async () => {
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

  test('continues the conversation after its process has ended, with the same system prompt', async () => {
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

  test('follows the message before it where both were sent at once', async () => {
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

  test('whose client hung up is not part of the conversation', async () => {
    const { two, question, answer, next } = await twoTurns({ id });
    app.api.answer(text('par'), gate());
    const lost = await startStream(app, [user(uniqueWord('lost'))], { id });
    lost.hangUp();
    await waitForTurnEnd(app, two.conversation);

    const last = uniqueWord('Q');
    const three = await ask(app, [user(last)], { id });

    expect([three.path, three.conversation]).toEqual(['live', two.conversation]);
    expect(transcriptSeenByApi(requestFor(app.api, last))).toEqual([
      `user: ${question}`,
      `assistant: ${answer}`,
      `user: ${next}`,
      'assistant: OK',
      `user: ${last}`,
    ]);
  });

  test('begins another chat under another id, and without an id', async () => {
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

describe('a history with an id', () => {
  test('is what counts: the id goes with it, and the older branch is still found', async () => {
    const { one, question, answer, next } = await twoTurns({ id });
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

  test('leaves the id with the older conversation where the client hangs up', async () => {
    const { two, question } = await twoTurns({ id });
    app.api.answer(text('par'), gate());
    const lost = await startStream(app, [user(uniqueWord('edited')), assistant('no'), user('why?')], { id });
    lost.hangUp();
    await waitForTurnEnd(app, lost.conversation);

    const last = uniqueWord('Q');
    const three = await ask(app, [user(last)], { id });

    expect([lost.conversation, three.conversation, three.path]).toEqual([two.conversation, two.conversation, 'live']);
    expect(transcriptSeenByApi(requestFor(app.api, last))[0]).toBe(`user: ${question}`);
  });

  test('that equals the conversation of another id does not change that one', async () => {
    const { question, answer, next } = await twoTurns({ id });
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

  test('with a label gets no messages added', async () => {
    const { two, transcript } = await twoTurns({ prompt_cache_key: id });

    expect(two.path).toBe('new');
    expect(transcript).toHaveLength(1);
  });
});

describe('a user’s name', () => {
  test('counts as an id where there is none, until that user has sent a history', async () => {
    const name = uniqueWord('user');

    const before = await twoTurns({ user: name });
    await ask(app, [user(uniqueWord('Q')), assistant('A'), user(uniqueWord('Q'))], { user: name });
    const after = await twoTurns({ user: name });

    expect([before.two.path, after.one.path, after.two.path]).toEqual(['live', 'new', 'new']);
  });

  test('does not count beside an id', async () => {
    const name = uniqueWord('user');

    const { two } = await twoTurns({ user: name, id }, { user: name, id: randomUUID() });

    expect(two.path).toBe('new');
  });

  test('does not count where the setting is off', async () => {
    await app.core.calls['settings.change']({ usersAreIds: false });
    try {
      expect((await twoTurns({ user: uniqueWord('user') })).two.path).toBe('new');
    } finally {
      await app.core.calls['settings.change']({ usersAreIds: true });
    }
  });
});

test('the model never gets the name of a conversation', async () => {
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

describe('a stored conversation', () => {
  test('can be listed, newest first, and read', async () => {
    const { two, question, answer, next } = await twoTurns({ id });

    const [newest] = app.core.calls['conversations.list'](Number.POSITIVE_INFINITY, 1);

    expect(newest).toMatchObject({ id: two.conversation, name: id, turns: 2, title: question });
    expect((await app.core.calls['conversations.read'](two.conversation ?? '', 0))?.messages).toEqual([
      { role: 'user', parts: [{ kind: 'text', text: question }] },
      { role: 'assistant', parts: [{ kind: 'text', text: answer }] },
      { role: 'user', parts: [{ kind: 'text', text: next }] },
      { role: 'assistant', parts: [{ kind: 'text', text: 'OK' }] },
    ]);
  });

  test('is gone after it was deleted, with its process', async () => {
    const { two } = await twoTurns({ id });

    await app.core.calls['conversations.delete'](two.conversation ?? '');

    expect(app.core.snapshot().conversations.map((row) => row.id)).not.toContain(two.conversation);
    expect(await app.core.calls['conversations.read'](two.conversation ?? '', 0)).toBeNull();
    expect((await twoTurns({ id })).one.path).toBe('new');
  });

  test('can be deleted while it is answering', async () => {
    const { two } = await twoTurns({ id });
    app.api.answer(text('par'), gate());
    const answer = await startStream(app, [user(uniqueWord('Q'))], { id });

    await app.core.calls['conversations.delete'](two.conversation ?? '');

    expect(await answer.rest()).toContain('"error"');
    expect(await app.core.calls['conversations.read'](two.conversation ?? '', 0)).toBeNull();
    expect((await twoTurns({ id })).one.path).toBe('new');
  });

  test('leaves nothing in any file after all were deleted', async () => {
    const { question, answer } = await twoTurns({ id });

    await app.core.calls['conversations.deleteAll']();

    expect(app.core.snapshot().conversations).toEqual([]);
    expect(app.core.calls['conversations.list'](Number.POSITIVE_INFINITY, 1)).toEqual([]);
    const bytes = await bytesOf(app.dataDir);
    for (const words of [question, answer]) expect(bytes.includes(words)).toBe(false);
  });
});

describe('a restarted app', () => {
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

  test('continues the conversation of an id', async () => {
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

  test('that stores no texts continues while the process lives, asks for the history afterwards, and has written no text', async () => {
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

/** The bytes of all files that the app has written. */
async function bytesOf(folder: string): Promise<Buffer> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  // The files of the child register may disappear meanwhile.
  return Buffer.concat(await Promise.all(files.map((file) => readFile(file).catch(emptyIfGone))));
}

function emptyIfGone(error: NodeJS.ErrnoException): Buffer {
  if (error.code === 'ENOENT') return Buffer.alloc(0);
  throw error;
}
