/** What the window's page "Conversations" asks the app: a running turn, its end, titles, files and the search. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LiveTurn } from '../../app/shared/contract';
import { ask, assistant, startStream, transcriptSeenByApi, uniqueWord, user } from '../support/conversation';
import { gate, hang, text, thinking, toolUse } from '../support/messagesApi';
import { startTestApp, type TestApp } from '../support/testApp';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
beforeEach(() => app.api.reset());

const shownConversation = (id: string) => app.core.snapshot().conversations.find((one) => one.id === id);
const listed = (id: string) =>
  app.core.calls['conversations.list'](Number.MAX_SAFE_INTEGER, 100).find((one) => one.id === id);

/** A conversation with one answer. */
async function conversation(question: string, answer: string) {
  app.api.answer(text(answer));
  const { conversation: id } = await ask(app, [user(question)]);
  if (id === null) throw new Error('the answer names no conversation');
  return { id, history: [user(question), assistant(answer)] };
}

async function liveTurn(id: string, version = -1): Promise<LiveTurn> {
  const turn = await app.core.calls['conversations.live'](id, version);
  if (!turn) throw new Error('nothing new');
  return turn;
}

describe('a running turn', () => {
  test('can be read as it comes, its question once', async () => {
    const question = uniqueWord();
    const { id, history } = await conversation(question, 'First.');
    const halfway = gate();
    app.api.answer(thinking('Hm.'), text('So '), halfway, text('far.'));
    const stream = await startStream(app, [...history, user('Next?')]);
    await halfway.reached;
    await expect.poll(async () => (await liveTurn(id)).answer.at(-1)).toEqual({ kind: 'text', text: 'So ' });

    const first = await liveTurn(id);
    expect(first).toMatchObject({
      earlierMessages: 2,
      question: [{ role: 'user', parts: [{ kind: 'text', text: 'Next?' }] }],
      answer: [
        { kind: 'thinking', text: 'Hm.' },
        { kind: 'text', text: 'So ' },
      ],
      state: 'running',
    });
    expect(await app.core.calls['conversations.live'](id, first.version)).toBeNull();
    expect(shownConversation(id)).toMatchObject({ title: question, phase: 'answering' });

    halfway.open();
    await stream.rest();
    await expect.poll(() => shownConversation(id)?.phase).toBe('idle');
    const last = await liveTurn(id, first.version);
    expect(last).toMatchObject({ question: null, state: 'answered' });
    expect(last.answer.at(-1)).toEqual({ kind: 'text', text: 'So far.' });
    expect((await app.core.calls['conversations.read'](id, 0))?.messages.length).toBe(4);
  });

  test('has the calls of tools with their arguments', async () => {
    app.api.answer(text('I look.'), toolUse('read', { path: 'a' }));
    const tools = [{ type: 'function', function: { name: 'read', parameters: { type: 'object', properties: {} } } }];
    const { conversation: id } = await ask(app, [user(uniqueWord())], { tools });
    expect((await liveTurn(id ?? '')).answer).toEqual([
      { kind: 'text', text: 'I look.' },
      { kind: 'tool_call', id: expect.any(String), name: 'read', input: '{\n  "path": "a"\n}', done: true },
    ]);
    const stored = (await app.core.calls['conversations.read'](id ?? '', 0))?.messages;
    expect(stored?.at(-1)?.parts.map(({ kind }) => kind)).toEqual(['text', 'tool_call']);
  });

  test('that is interrupted ends alone: the conversation goes on in its process', async () => {
    const { id, history } = await conversation(uniqueWord(), 'First.');
    const pid = shownConversation(id)?.pid;
    app.api.answer(text('A long'), hang());
    const stream = await startStream(app, [...history, user('Tell me more.')]);
    expect(app.core.calls['conversations.interrupt'](id)).toBe(true);
    expect(await stream.rest()).toContain('interrupted by the user');
    await expect.poll(() => shownConversation(id)?.phase).toBe('idle');

    expect(await liveTurn(id)).toMatchObject({ state: 'broken', answer: [{ kind: 'text', text: 'A long' }] });
    expect(app.core.calls['conversations.interrupt'](id)).toBe(false);
    expect((await app.core.calls['conversations.read'](id, 0))?.messages.length).toBe(2);
    app.api.answer(text('Briefly.'));
    const next = await ask(app, [...history, user('Briefly, then.')]);
    expect(next).toMatchObject({ text: 'Briefly.', conversation: id, path: 'live' });
    expect(shownConversation(id)?.pid).toBe(pid);
    expect(transcriptSeenByApi(app.api.requests.at(-1) as never)).toHaveLength(3);
  });

  test('that is interrupted although it is the first leaves its question, and the chat begins with the next one', async () => {
    const chat = uniqueWord();
    const [question, next] = [uniqueWord(), uniqueWord()];
    app.api.answer(text('A long'), hang());
    const stream = await startStream(app, [user(question)], { id: chat });
    const id = stream.conversation ?? '';
    expect(app.core.calls['conversations.interrupt'](id)).toBe(true);
    expect(await stream.rest()).toContain('interrupted by the user');
    await expect.poll(() => shownConversation(id)).toBeUndefined();
    expect(listed(id)).toMatchObject({ title: question, turns: 0 });
    expect((await app.core.calls['conversations.read'](id, 0))?.messages).toEqual([
      { role: 'user', parts: [{ kind: 'text', text: question }] },
    ]);

    app.api.answer(text('Yes.'));
    expect(await ask(app, [user(next)], { id: chat })).toMatchObject({ text: 'Yes.', conversation: id });
    expect(transcriptSeenByApi(app.api.requests.at(-1) as never)).toEqual([`user: ${next}`]);
    expect(listed(id)).toMatchObject({ title: next, turns: 1 });
  });

  test('is not shown where texts are kept out', async () => {
    const { id, history } = await conversation(uniqueWord(), 'First.');
    await app.core.calls['settings.change']({ keepTexts: false });
    try {
      app.api.answer(text('Second.'));
      await ask(app, [...history, user('Next?')]);
      expect(await app.core.calls['conversations.live'](id, -1)).toBeNull();
      expect(app.core.snapshot().conversations.map(({ title }) => title)).not.toContain(history[0]?.content);
    } finally {
      await app.core.calls['settings.change']({ keepTexts: true });
    }
  });
});

describe('a title', () => {
  test('of the user stays when the conversation goes on, and can be taken away', async () => {
    const question = uniqueWord();
    const { id, history } = await conversation(question, 'First.');
    app.core.calls['conversations.rename'](id, '  My\n title ');
    app.api.answer(text('Second.'));
    await ask(app, [...history, user('Next?')]);
    expect(listed(id)).toMatchObject({ title: question, ownTitle: 'My title', turns: 2 });
    app.core.calls['conversations.rename'](id, '');
    expect(listed(id)).toMatchObject({ title: question, ownTitle: null });
  });

  test('is refused for a conversation that is not stored', () => {
    expect(() => app.core.calls['conversations.rename']('conv_none', 'x')).toThrow(/stored once/);
  });
});

describe('an export', () => {
  test('as Markdown has title, facts and messages', async () => {
    const question = uniqueWord();
    const { id } = await conversation(`${question}: a/b?`, 'With `code`.');
    const { fileName, text: file } = await app.core.calls['conversations.exportText'](id, 'markdown');
    expect(fileName).toBe(`${question} a b.md`);
    expect(file).toContain(`# ${question}: a/b?\n`);
    expect(file).toContain('## Claude\n\nWith `code`.\n');
  });

  test('as JSON has everything that is stored', async () => {
    const question = uniqueWord();
    const { id } = await conversation(question, 'Yes.');
    const { fileName, text: file } = await app.core.calls['conversations.exportText'](id, 'json');
    expect(fileName).toBe(`${question}.json`);
    expect(JSON.parse(file)).toMatchObject({
      id,
      title: question,
      messages: [
        { role: 'user', parts: [{ kind: 'text', text: question }] },
        { role: 'assistant', parts: [{ kind: 'text', text: 'Yes.' }] },
      ],
    });
  });

  test('is refused where there are no texts', async () => {
    await expect(app.core.calls['conversations.exportText']('conv_none', 'json')).rejects.toThrow(/not stored/);
  });
});

describe('the search', () => {
  test('finds words in titles and texts, of other letters than English as well', async () => {
    const [title, word] = [uniqueWord('title'), uniqueWord('überwort')];
    const { id } = await conversation(`About ${title}`, `Some text with "${word}" in quotes and 100% more.`);
    const search = async (words: string, more = {}) =>
      (await app.core.calls['conversations.search']({ text: words, ...more }, 10)).map((one) => [one.id, one.excerpt]);
    expect(await search(title.toUpperCase())).toEqual([[id, null]]);
    expect(await search(`${title} ${word.toUpperCase()}`)).toEqual([[id, expect.stringContaining(word)]]);
    expect(await search(`"${word}" 100%`)).toHaveLength(1);
    expect(await search(`${word} ${uniqueWord('missing')}`)).toEqual([]);
    expect(await search(word, { client: 'no such client' })).toEqual([]);
  });

  test('does not find what was deleted', async () => {
    const word = uniqueWord();
    const { id } = await conversation(word, 'Yes.');
    await app.core.calls['conversations.delete'](id);
    expect(await app.core.calls['conversations.search']({ text: word }, 10)).toEqual([]);
  });

  test('names the clients and models that there are', async () => {
    await conversation(uniqueWord(), 'Yes.');
    const { clients, models } = app.core.calls['conversations.filterValues']();
    expect(clients.length).toBeGreaterThan(0);
    expect(models.some((model) => model.includes('sonnet'))).toBe(true);
  });
});
