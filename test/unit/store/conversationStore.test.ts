/** What is kept of conversations, with a real SQLite file. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TurnStart } from '../../../app/chat/conversation/conversationHistory';
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

/** As if the app had been ended by force, and started again. */
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
    digest: digest(history),
    history,
    question: [user(question)],
    ...more,
  };
}

/** A whole turn. Returns the history with it. */
function say(history: readonly Message[], question: string, answer: string, more: Partial<TurnStart> = {}): Message[] {
  const start = turn(history, question, more);
  const record = store.beginTurn(start);
  const after = [...history, ...start.question, assistant(answer)];
  record.append(answer);
  record.end(assistant(answer), digest(after), USAGE);
  return after;
}

const listed = () => store.list(Number.POSITIVE_INFINITY, 100);

describe('a conversation', () => {
  test('is kept turn by turn, with what it has cost', () => {
    const first = say([], 'Why is\n the sky blue?', 'Light.', { name: 'sky' });
    now += 1_000;
    const second = say(first, 'And red?', 'Dust.', { name: 'sky' });

    expect(store.messages('one')).toEqual(second);
    expect(listed()).toEqual([
      {
        id: 'one',
        name: 'sky',
        client: 'test',
        model: 'claude-sonnet-5-5',
        title: 'Why is the sky blue?',
        createdAt: now - 1_000,
        usedAt: now,
        turns: 2,
        bytes: second.reduce((sum, { content }) => sum + JSON.stringify(content).length, 0),
        usage: { input: 20, cacheRead: 6, cacheWrite: 0, output: 10, thinking: 0, costUsd: 0.5 },
      },
    ]);
    expect(log.entries.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('that began elsewhere is kept with the history that came along', () => {
    const history = [user('a'), assistant('b')];

    const after = say(history, 'c', 'd');

    expect(store.messages('one')).toEqual(after);
    expect(listed()[0]).toMatchObject({ turns: 1, title: 'a' });
  });

  test('follows a history that reads otherwise', () => {
    say([], 'a', 'b');

    const after = say([user('edited'), assistant('b')], 'c', 'd');

    expect(store.messages('one')).toEqual(after);
    expect(listed()[0]).toMatchObject({ turns: 2 });
  });

  test('says what its turns have taken, and one that there is not says nothing', () => {
    say(say([], 'a', 'b'), 'c', 'd');

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

  test('has a title of 80 characters at most, however long its first question', () => {
    say([], `${'😀'.repeat(100)}`, 'b');

    expect([...(listed()[0]?.title ?? '')]).toHaveLength(80);
  });

  test('is found by the digest of all that was said, unless it has another name', () => {
    const after = say([], 'a', 'b', { name: 'mine' });

    expect(store.findByDigest(digest(after), 'mine')).toBe('one');
    expect(store.findByDigest(digest(after), 'yours')).toBeUndefined();
    expect(store.findByDigest(digest(after), undefined)).toBeUndefined();
    expect(store.findByDigest('a', 'mine')).toBeUndefined();
  });

  test('outlasts the app', () => {
    const after = say([], 'a', 'b', { name: 'mine' });

    crash();

    expect(store.findByName('', 'mine')).toEqual({
      ...{ id: 'one', system: 'Be brief.', model: 'claude-sonnet-5-5', digest: digest(after), messages: after },
    });
  });
});

describe('a turn', () => {
  test('is no part of the conversation before it has ended', () => {
    const first = say([], 'a', 'b', { name: 'mine' });
    const record = store.beginTurn(turn(first, 'c', { name: 'mine' }));
    record.append('half');

    expect(store.messages('one')).toEqual(first);
    expect(store.findByName('', 'mine')?.digest).toBe(digest(first));
  });

  test.each(['dropped', 'cut off by a crash'])('that is %s leaves the conversation as it was', (how) => {
    const first = say([], 'a', 'b', { name: 'mine' });
    const record = store.beginTurn(turn(first, 'lost', { name: 'mine' }));
    record.append('half');

    if (how === 'dropped') record.discard();
    else crash();

    expect(store.findByName('', 'mine')).toMatchObject({ digest: digest(first), messages: first });
    const after = say(first, 'c', 'd', { name: 'mine' });
    expect(store.messages('one')).toEqual(after);
  });

  test('that is dropped after another history was sent leaves the conversation as it was', () => {
    const first = say([], 'a', 'b', { name: 'mine' });
    const before = listed();

    store.beginTurn(turn([user('edited'), assistant('b')], 'c', { name: 'mine', system: 'Other.' })).discard();

    expect(store.findByName('', 'mine')).toMatchObject({ system: 'Be brief.', digest: digest(first), messages: first });
    expect(listed()).toEqual(before);
  });

  test('that was the first and is dropped leaves nothing', () => {
    store.beginTurn(turn([], 'a', { name: 'mine' })).discard();

    expect(listed()).toEqual([]);
    expect(store.findByName('', 'mine')).toBeUndefined();
  });

  test('of a conversation that was deleted meanwhile brings nothing back', () => {
    const record = store.beginTurn(turn([], 'a'));

    store.deleteAll();
    record.append('b');
    record.end(assistant('b'), 'a/b', USAGE);

    expect(listed()).toEqual([]);
    expect(database.prepare('SELECT count(*) AS count FROM messages').get()).toEqual({ count: 0 });
  });
});

describe('a name', () => {
  test('is of the conversation whose turn under it ended last', () => {
    say([], 'a', 'b', { name: 'mine' });
    say([], 'c', 'd', { conversation: 'two', name: 'mine' });

    expect(store.findByName('', 'mine')?.id).toBe('two');
    expect(listed().map(({ id, name }) => [id, name])).toContainEqual(['one', null]);
  });

  test('stays with its conversation while another asks under it, and when that one is dropped', () => {
    say([], 'a', 'b', { name: 'mine' });

    const record = store.beginTurn(turn([], 'c', { conversation: 'two', name: 'mine' }));
    expect(store.findByName('', 'mine')?.id).toBe('one');
    record.discard();

    expect(store.findByName('', 'mine')?.id).toBe('one');
  });

  test('is of its conversation as soon as that begins, where nobody has it', () => {
    store.beginTurn(turn([], 'a', { name: 'mine' }));

    expect(store.findByName('', 'mine')?.id).toBe('one');
  });

  test('is one conversation’s for each owner', () => {
    say([], 'a', 'b', { name: 'mine' });
    say([], 'c', 'd', { conversation: 'two', owner: 'key', name: 'mine' });

    expect([store.findByName('', 'mine')?.id, store.findByName('key', 'mine')?.id]).toEqual(['one', 'two']);
  });
});

test('who has sent a history is remembered for each owner', () => {
  store.recordHistorySender('', 'Ada');
  store.recordHistorySender('', 'Ada');
  crash();

  expect([store.sendsHistory('', 'Ada'), store.sendsHistory('key', 'Ada'), store.sendsHistory('', 'Bob')]).toEqual([
    ...[true, false, false],
  ]);
});

describe('where texts are not kept', () => {
  test('there is a conversation without any, in no file', () => {
    retention = { ...retention, keepTexts: false };

    say([], 'SECRET-QUESTION', 'SECRET-ANSWER', { name: 'mine', system: 'SECRET-SYSTEM' });

    expect(store.findByName('', 'mine')).toMatchObject({ id: 'one', messages: null });
    expect(store.messages('one')).toBeNull();
    expect(listed()[0]).toMatchObject({ turns: 1, bytes: 0, title: '' });
    expect(written()).not.toContain('SECRET');
  });

  test('those that were kept are gone with the next turn', () => {
    const first = say([], 'a', 'b');
    retention = { ...retention, keepTexts: false };

    say(first, 'c', 'd');

    expect(store.messages('one')).toBeNull();
    expect(database.prepare('SELECT count(*) AS count FROM messages').get()).toEqual({ count: 0 });
  });

  test('a conversation is kept whole from the turn on that texts are kept again', () => {
    retention = { ...retention, keepTexts: false };
    const first = say([], 'a', 'b');
    retention = { ...retention, keepTexts: true };

    const second = say(first, 'c', 'd');

    expect(store.messages('one')).toEqual(second);
  });
});

describe('deletion', () => {
  test('of one leaves the others', () => {
    say([], 'a', 'b');
    say([], 'c', 'd', { conversation: 'two' });

    store.delete('one');

    expect(listed().map(({ id }) => id)).toEqual(['two']);
    expect(store.messages('one')).toBeNull();
  });

  test('of one leaves nothing of it in any file', () => {
    say([], 'SECRET', 'SECRET '.repeat(20_000), { name: 'SECRET' });
    say([], 'c', 'd', { conversation: 'two' });

    store.delete('one');

    expect(written()).not.toContain('SECRET');
  });

  test('of all leaves nothing of them in any file', () => {
    say([], 'SECRET', 'SECRET', { name: 'SECRET' });
    store.recordHistorySender('', 'SECRET');

    store.deleteAll();

    expect(store.count()).toEqual({ conversations: 0, bytes: 0 });
    expect(written()).not.toContain('SECRET');
  });
});

describe('what is too old or too much', () => {
  test('goes after so many days without use', () => {
    const first = say([], 'a', 'b');
    say([], 'c', 'd', { conversation: 'two' });
    now += 20 * DAY_MS;
    say(first, 'e', 'f');
    now += 20 * DAY_MS;

    store.prune();

    expect(listed().map(({ id }) => id)).toEqual(['one']);
  });

  test('goes, the least recently used first, until the rest is small enough', () => {
    for (const conversation of ['one', 'two', 'three']) {
      now += 1;
      say([], 'x'.repeat(1_000), 'y', { conversation });
    }
    const { bytes } = store.count();

    retention = { ...retention, keepBytes: (bytes * 2) / 3 };
    store.prune();

    expect(listed().map(({ id }) => id)).toEqual(['three', 'two']);
    expect(store.count().bytes).toBe((bytes * 2) / 3);
  });

  test('is none of what is neither', () => {
    say([], 'a', 'b');

    store.prune();

    expect(listed()).toHaveLength(1);
  });
});

test('the list comes in pages, newest first', () => {
  for (const conversation of ['one', 'two', 'three']) {
    now += 1;
    say([], 'a', 'b', { conversation });
  }

  const page = store.list(Number.POSITIVE_INFINITY, 2);
  const next = store.list(page.at(-1)?.usedAt ?? 0, 2);

  expect([page, next].map((rows) => rows.map(({ id }) => id))).toEqual([['three', 'two'], ['one']]);
});

test('a disk that fails costs the memory and no answer', () => {
  const record = store.beginTurn(turn([], 'a'));
  database.exec('DROP TABLE messages');

  expect(() => {
    record.append('b');
    record.end(assistant('b'), 'a/b', USAGE);
    store.beginTurn(turn([], 'c', { conversation: 'two' })).discard();
  }).not.toThrow();
  expect(log.entries.some(({ level }) => level === 'error')).toBe(true);
});

/** All that is on disk. */
function written(): string {
  return readdirSync(folder)
    .map((name) => readFileSync(path.join(folder, name), 'latin1'))
    .join('');
}
