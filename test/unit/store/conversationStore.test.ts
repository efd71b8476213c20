/** The conversation history in a real SQLite file. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HistoryUnavailableError, type TurnStart } from '../../../app/chat/conversation/conversationHistory';
import type { Message } from '../../../app/chat/request';
import { NO_USAGE, type Usage } from '../../../app/shared/usage';
import { type ConversationStore, openConversationStore, type Retention } from '../../../app/store/conversationStore';
import { type Database, openDatabase } from '../../../app/store/database';
import { type RecordingLog, recordingLog } from '../../support/recordingLog';

const DAY_MS = 24 * 60 * 60 * 1000;
const USAGE: Usage = { ...NO_USAGE, input: 10, cacheRead: 3, output: 5, costUsd: 0.25 };

let folder: string;
let file: string;
let database: Database;
let log: RecordingLog;
let retention: Retention;
let now: number;
let store: ConversationStore;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'claudacity-store-'));
  file = path.join(folder, 'claudacity.db');
  log = recordingLog();
  retention = { keepTexts: true, keepDays: 30, keepBytes: 1e9 };
  now = 1_800_000_000_000;
  open();
});

afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(): void {
  database = openDatabase(file, log);
  store = openConversationStore({ database, log, retention: () => retention, now: () => now });
}

/** As if the app had been killed and started again. */
function crash(): void {
  database.close();
  open();
}

const user = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] });
const assistant = (text: string): Message => ({ role: 'assistant', content: [{ type: 'text', text }] });

const digest = (messages: readonly Message[]) => createHash('sha256').update(JSON.stringify(messages)).digest('hex');

function turn(history: readonly Message[], question: string, more: Partial<TurnStart> = {}): TurnStart {
  return {
    conversation: 'one',
    owner: '',
    name: undefined,
    client: 'test',
    system: 'Be brief.',
    model: 'claude-sonnet-5-5',
    keyDigest: 'key',
    firstDigest: 'first',
    digest: digest(history),
    history,
    question: [user(question)],
    ...more,
  };
}

/** Stores a complete turn. Returns the history with it. */
function storeTurn(
  history: readonly Message[],
  question: string,
  answer: string,
  more: Partial<TurnStart> = {},
): Message[] {
  const start = turn(history, question, more);
  const record = store.beginTurn(start);
  const after = [...history, ...start.question, assistant(answer)];
  record.end(assistant(answer), digest(after), USAGE);
  return after;
}

const listed = () => store.list(Number.POSITIVE_INFINITY, 100);

describe('a conversation', () => {
  test('is stored turn by turn, with its usage', async () => {
    const first = storeTurn([], 'Why is\n the sky blue?', 'Light.', { name: 'sky' });
    now += 1_000;
    const second = storeTurn(first, 'And red?', 'Dust.', { name: 'sky' });

    expect(await store.messages('one')).toEqual(second);
    expect(listed()).toEqual([
      {
        id: 'one',
        keyId: '',
        name: 'sky',
        client: 'test',
        model: 'claude-sonnet-5-5',
        title: 'Why is the sky blue?',
        ownTitle: null,
        createdAt: now - 1_000,
        usedAt: now,
        turns: 2,
        bytes: expect.any(Number),
        usage: { input: 20, cacheRead: 6, cacheWrite: 0, output: 10, thinking: 0, costUsd: 0.5 },
      },
    ]);
    expect(log.entries.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('that began in another app is stored with the history that its client sent', async () => {
    const history = [user('a'), assistant('b')];

    const after = storeTurn(history, 'c', 'd');

    expect(await store.messages('one')).toEqual(after);
    expect(listed()[0]).toMatchObject({ turns: 1, title: 'a' });
  });

  test('takes over a history that its client has changed', async () => {
    storeTurn([], 'a', 'b');

    const after = storeTurn([user('edited'), assistant('b')], 'c', 'd');

    expect(await store.messages('one')).toEqual(after);
    expect(listed()[0]).toMatchObject({ turns: 2 });
  });

  test('is read in parts, each of so many messages or characters that the window takes them in without a pause', async () => {
    const history = Array.from({ length: 1_100 }, (_, index) => (index % 2 ? assistant : user)(`message ${index}`));
    const all = storeTurn(history, 'x'.repeat(600_000), 'short');
    const parts: Message[][] = [];
    for (let next: number | null = 0; next !== null; ) {
      const part = await store.messagesFrom('one', next);
      if (!part) throw new Error('it is stored');
      parts.push([...part.messages]);
      next = part.next;
    }
    expect(parts.map(({ length }) => length)).toEqual([500, 500, 100, 1, 1]);
    expect(parts.flat()).toEqual(all);
    expect(await store.messagesFrom('none', 0)).toBeNull();
  });

  test('has the summed usage of its turns; an unknown one has none', () => {
    storeTurn(storeTurn([], 'a', 'b'), 'c', 'd');

    expect(store.usageOf('one')).toEqual({
      ...USAGE,
      input: 20,
      cacheRead: 6,
      output: 10,
      costUsd: 0.5,
      thinking: 0,
    });
    expect(store.usageOf('two').input).toBe(0);
  });

  test('has a title of at most 80 characters, however long its first question is', () => {
    storeTurn([], `${'😀'.repeat(100)}`, 'b');

    expect([...(listed()[0]?.title ?? '')]).toHaveLength(80);
  });

  test('is found by the digest of all its messages, unless it has another name', () => {
    const after = storeTurn([], 'a', 'b', { name: 'mine' });

    expect(store.findByDigest(digest(after), 'mine')).toBe('one');
    expect(store.findByDigest(digest(after), 'yours')).toBeUndefined();
    expect(store.findByDigest(digest(after), undefined)).toBeUndefined();
    expect(store.findByDigest('a', 'mine')).toBeUndefined();
  });

  test('is there after a restart of the app', async () => {
    const after = storeTurn([], 'a', 'b', { name: 'mine' });

    crash();

    const found = store.findByName('', 'mine');
    expect(found).toEqual({
      ...{ id: 'one', system: 'Be brief.', model: 'claude-sonnet-5-5', digest: digest(after) },
      ...{ keyDigest: 'key', firstDigest: 'first', hasTexts: true, inMemory: false },
    });
    expect(found && (await store.readMessages(found))).toEqual(after);
    expect(found && store.readFirstMessage(found)).toEqual(user('a'));
  });
});

describe('a turn', () => {
  test('becomes part of the conversation only when it has ended', async () => {
    const first = storeTurn([], 'a', 'b', { name: 'mine' });
    store.beginTurn(turn(first, 'c', { name: 'mine' }));

    expect(await store.messages('one')).toEqual(first);
    expect(store.findByName('', 'mine')?.digest).toBe(digest(first));
  });

  test('that a crash cuts off leaves the conversation as it was', async () => {
    const first = storeTurn([], 'a', 'b', { name: 'mine' });
    store.beginTurn(turn([user('edited'), assistant('b')], 'lost', { name: 'mine', system: 'Other.' }));

    crash();

    expect(store.findByName('', 'mine')).toMatchObject({ system: 'Be brief.', digest: digest(first) });
    expect(await store.messages('one')).toEqual(first);
    const after = storeTurn(first, 'c', 'd', { name: 'mine' });
    expect(await store.messages('one')).toEqual(after);
  });

  test('that was the first and does not end leaves no conversation', () => {
    store.beginTurn(turn([], 'a', { name: 'mine' }));

    expect(listed()).toEqual([]);
    expect(store.findByName('', 'mine')).toBeUndefined();
  });

  test('that was the first and is stopped leaves the question, which is no part of what follows', async () => {
    const record = store.beginTurn(turn([], 'What of Bergen?', { name: 'mine', keyDigest: 'k', digest: 'k' }));
    record.stop(USAGE);

    expect(listed().map(({ id }) => id)).toEqual(['one']);
    expect(store.find('one')).toMatchObject({ title: 'What of Bergen?', turns: 0, usage: USAGE });
    expect(await store.messages('one')).toEqual([user('What of Bergen?')]);
    const found = store.findByName('', 'mine');
    expect(found).toMatchObject({ id: 'one', digest: 'k' });
    if (!found) return;
    expect(await store.readMessages(found)).toEqual([]);
    expect(store.readFirstMessage(found)).toBeUndefined();

    const next = storeTurn([], 'And of Oslo?', 'Dry.', { name: 'mine', keyDigest: 'k', digest: 'k' });
    expect(store.find('one')).toMatchObject({ title: 'And of Oslo?', turns: 1 });
    expect(await store.messages('one')).toEqual(next);
  });

  test('that is stopped changes nothing of a conversation with turns, and nothing once it has ended', async () => {
    const first = storeTurn([], 'a', 'b', { name: 'mine' });
    store.beginTurn(turn(first, 'c', { name: 'mine' })).stop(USAGE);
    store.beginTurn(turn([], 'd', { name: 'mine' })).stop(USAGE);
    store.beginTurn(turn([], 'e', { conversation: 'two', name: 'mine' })).stop(USAGE);
    expect(await store.messages('one')).toEqual(first);
    expect(listed().map(({ id }) => id)).toEqual(['one']);

    const record = store.beginTurn(turn([], 'f', { conversation: 'three' }));
    record.end(assistant('g'), 'f/g', USAGE);
    record.stop(USAGE);
    expect(await store.messages('three')).toEqual([user('f'), assistant('g')]);
  });

  test('that is stopped is not stored where texts are kept out', () => {
    retention = { ...retention, keepTexts: false };
    store.beginTurn(turn([], 'a')).stop(USAGE);
    expect(listed()).toEqual([]);
  });

  test('of a conversation that was deleted meanwhile restores nothing', async () => {
    const record = store.beginTurn(turn([], 'a'));

    await store.deleteAll();
    record.end(assistant('b'), 'a/b', USAGE);

    expect(listed()).toEqual([]);
    expect(database.prepare('SELECT count(*) AS count FROM messages').get()).toEqual({ count: 0 });
  });
});

describe('a name', () => {
  test('belongs to the conversation whose turn under it ended last', () => {
    storeTurn([], 'a', 'b', { name: 'mine' });
    storeTurn([], 'c', 'd', { conversation: 'two', name: 'mine' });

    expect(store.findByName('', 'mine')?.id).toBe('two');
    expect(listed().map(({ id, name }) => [id, name])).toContainEqual(['one', null]);
  });

  test('stays with its conversation while another turn uses it', () => {
    storeTurn([], 'a', 'b', { name: 'mine' });

    store.beginTurn(turn([], 'c', { conversation: 'two', name: 'mine' }));

    expect(store.findByName('', 'mine')?.id).toBe('one');
  });

  test('can be used once by each owner', () => {
    storeTurn([], 'a', 'b', { name: 'mine' });
    storeTurn([], 'c', 'd', { conversation: 'two', owner: 'key', name: 'mine' });

    expect([store.findByName('', 'mine')?.id, store.findByName('key', 'mine')?.id]).toEqual(['one', 'two']);
  });
});

test('senders of a history are stored for each owner', () => {
  store.recordHistorySender('', 'Ada');
  store.recordHistorySender('', 'Ada');
  crash();

  expect([store.sendsHistory('', 'Ada'), store.sendsHistory('key', 'Ada'), store.sendsHistory('', 'Bob')]).toEqual([
    ...[true, false, false],
  ]);
});

describe('with texts turned off', () => {
  test('a conversation is stored without texts, and no file has any', async () => {
    retention = { ...retention, keepTexts: false };

    storeTurn([], 'SECRET-QUESTION', 'SECRET-ANSWER', { name: 'mine', system: 'SECRET-SYSTEM' });

    expect(store.findByName('', 'mine')).toMatchObject({ id: 'one', system: '', firstDigest: null, hasTexts: false });
    expect(await store.messages('one')).toBeNull();
    expect(listed()[0]).toMatchObject({ turns: 1, title: '' });
    expect(bytesOnDisk()).not.toContain('SECRET');
  });

  test('the next turn deletes the texts that were stored before', async () => {
    const first = storeTurn([], 'a', 'b');
    retention = { ...retention, keepTexts: false };

    storeTurn(first, 'c', 'd');

    expect(await store.messages('one')).toBeNull();
    expect(database.prepare('SELECT count(*) AS count FROM messages').get()).toEqual({ count: 0 });
  });

  test('a conversation is stored completely with the first turn after texts are turned on again', async () => {
    retention = { ...retention, keepTexts: false };
    const first = storeTurn([], 'a', 'b');
    retention = { ...retention, keepTexts: true };

    const second = storeTurn(first, 'c', 'd');

    expect(await store.messages('one')).toEqual(second);
  });
});

describe('deletion', () => {
  test('of one conversation leaves the others', async () => {
    storeTurn([], 'a', 'b');
    storeTurn([], 'c', 'd', { conversation: 'two' });

    await store.delete('one');

    expect(listed().map(({ id }) => id)).toEqual(['two']);
    expect(await store.messages('one')).toBeNull();
  });

  test('of one conversation leaves nothing of it in any file', async () => {
    storeTurn([], 'SECRET', 'SECRET '.repeat(20_000), { name: 'SECRET' });
    storeTurn([], 'c', 'd', { conversation: 'two' });

    await store.delete('one');

    expect(bytesOnDisk()).not.toContain('SECRET');
  });

  test('of all conversations leaves nothing of them in any file', async () => {
    storeTurn([], 'SECRET', 'SECRET', { name: 'SECRET' });
    store.recordHistorySender('', 'SECRET');

    await store.deleteAll();

    expect(store.count()).toEqual({ conversations: 0, bytes: 0 });
    expect(bytesOnDisk()).not.toContain('SECRET');
  });
});

describe('pruning', () => {
  test('deletes conversations that were not used for so many days', async () => {
    const first = storeTurn([], 'a', 'b');
    storeTurn([], 'c', 'd', { conversation: 'two' });
    now += 20 * DAY_MS;
    storeTurn(first, 'e', 'f');
    now += 20 * DAY_MS;

    await store.prune();

    expect(listed().map(({ id }) => id)).toEqual(['one']);
  });

  test('deletes the least recently used until the rest is small enough', async () => {
    for (const conversation of ['one', 'two', 'three']) {
      now += 1;
      storeTurn([], 'x'.repeat(1_000), 'y', { conversation });
    }
    const { bytes } = store.count();

    retention = { ...retention, keepBytes: bytes - 1 };
    await store.prune();

    expect(listed().map(({ id }) => id)).toEqual(['three', 'two']);
  });

  test('deletes nothing within the limits', async () => {
    storeTurn([], 'a', 'b');

    await store.prune();

    expect(listed()).toHaveLength(1);
  });
});

test('the list comes in pages, newest first', () => {
  for (const conversation of ['one', 'two', 'three']) {
    now += 1;
    storeTurn([], 'a', 'b', { conversation });
  }

  const page = store.list(Number.POSITIVE_INFINITY, 2);
  const next = store.list(page.at(-1)?.usedAt ?? 0, 2);

  expect([page, next].map((rows) => rows.map(({ id }) => id))).toEqual([['three', 'two'], ['one']]);
});

describe('the bytes of a conversation', () => {
  test('count all its texts; those of a system prompt are counted once', () => {
    const system = 's'.repeat(10_000);
    const before = storeTurn([], 'q'.repeat(1_000), 'a'.repeat(2_000), { system, name: 'n'.repeat(500) });
    storeTurn(before, 'q', 'a', { system, name: 'n'.repeat(500) });
    storeTurn([], 'q', 'a', { conversation: 'two', system });

    const { conversations, bytes } = store.count();

    const texts = 10_000 + 1_000 + 2_000 + 500;
    expect(conversations).toBe(2);
    expect(bytes).toBeGreaterThan(texts);
    expect(bytes).toBeLessThan(texts + 3_000);
    expect(database.prepare('SELECT count(*) AS count FROM system_prompts').get()).toEqual({ count: 1 });
  });

  test('are what the cap is compared with, system prompts included', async () => {
    for (const conversation of ['one', 'two']) {
      now += 1;
      storeTurn([], 'q', 'a', { conversation, system: conversation.repeat(10_000) });
    }

    retention = { ...retention, keepBytes: 40_000 };
    await store.prune();

    expect(listed().map(({ id }) => id)).toEqual(['two']);
    expect(bytesOnDisk()).not.toContain('oneoneone');
    expect(database.prepare('SELECT count(*) AS count FROM system_prompts').get()).toEqual({ count: 1 });
  });
});

describe('a database that fails', () => {
  const failure = { message: 'database or disk is full', errcode: 13 };

  /** Makes every statement that writes fail as on a full disk, which is how SQLite reports `max_page_count`. */
  function fillDisk(): void {
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number };
    database.exec(`PRAGMA max_page_count = ${pages}`);
  }

  const makeRoom = () => database.exec('PRAGMA max_page_count = 1000000');
  const long = 'x'.repeat(100_000);

  test('costs no turn: the conversation continues from memory, and is written when there is room again', async () => {
    const first = storeTurn([], 'a', 'b', { name: 'mine' });
    fillDisk();
    const second = storeTurn(first, long, 'd', { name: 'mine' });
    const third = storeTurn(second, 'e', 'f', { name: 'mine' });

    const found = store.findByName('', 'mine');
    expect(found).toMatchObject({ digest: digest(third), inMemory: true });
    expect(found && (await store.readMessages(found))).toEqual(third);
    expect(store.usageOf('one').input).toBe(30);
    expect(store.writeUnsaved()).toBe(false);

    makeRoom();
    expect(store.writeUnsaved()).toBe(true);

    expect(store.findByName('', 'mine')).toMatchObject({ digest: digest(third), inMemory: false });
    expect(await store.messages('one')).toEqual(third);
    expect(listed()[0]).toMatchObject({ turns: 3, usage: { input: 30 } });
    expect(log.entries).toContainEqual(
      expect.objectContaining({ fields: { error: expect.objectContaining(failure) } }),
    );
  });

  test('writes what waits with the next turn', async () => {
    const first = storeTurn([], 'a', 'b', { name: 'mine' });
    fillDisk();
    const second = storeTurn(first, long, 'd', { name: 'mine' });
    makeRoom();
    const third = storeTurn(second, 'e', 'f', { name: 'mine' });

    expect(await store.messages('one')).toEqual(third);
    expect(listed()[0]).toMatchObject({ turns: 3 });
  });

  test('is no answer to what is stored', async () => {
    storeTurn([], 'a', 'b', { name: 'mine' });
    crash();
    database.close();

    expect(() => store.findByName('', 'mine')).toThrow(HistoryUnavailableError);
    expect(() => listed()).toThrow(HistoryUnavailableError);
    await expect(store.messages('one')).rejects.toThrow(HistoryUnavailableError);
    await expect(store.deleteAll()).rejects.toThrow(HistoryUnavailableError);
    open();
  });

  test('that has lost a conversation of this run says so', async () => {
    const first = storeTurn([], 'a', 'b', { name: 'mine' });
    rmSync(folder, { recursive: true });
    storeTurn([], 'c', 'd', { conversation: 'two' });

    const found = store.findByName('', 'mine');

    // A process may still hold it.
    expect(found).toMatchObject({ digest: digest(first), inMemory: true });
    await expect(found && store.readMessages(found)).rejects.toThrow(HistoryUnavailableError);
    expect(listed().map(({ id }) => id)).toEqual(['two']);
  });

  test('forgets a lost conversation that the user has deleted', async () => {
    storeTurn([], 'a', 'b', { name: 'mine' });
    await store.deleteAll();

    expect(store.findByName('', 'mine')).toBeUndefined();
  });
});

/** The bytes of all files. */
function bytesOnDisk(): string {
  return readdirSync(folder)
    .map((name) => readFileSync(path.join(folder, name), 'latin1'))
    .join('');
}
