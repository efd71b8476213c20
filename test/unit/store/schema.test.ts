/** A file that version 0.1.0 of the app wrote, opened by this version. */
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openConversationStore } from '../../../app/store/conversationStore';
import { openDatabase } from '../../../app/store/database';
import { usageTable } from '../../../app/store/usageTable';
import { removeFolder, scratchFolder } from '../../support/cli';
import { recordingLog } from '../../support/recordingLog';

let folder: string;

beforeEach(async () => {
  folder = await scratchFolder();
});

afterEach(() => removeFolder(folder));

/** The schema of version 0.1.0, as its file has it. */
const SCHEMA_2 = `
  CREATE TABLE requests (id TEXT PRIMARY KEY, at REAL NOT NULL, client TEXT NOT NULL, address TEXT NOT NULL,
    dialect TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, model TEXT NOT NULL, stream INTEGER NOT NULL,
    phase TEXT NOT NULL, status INTEGER, input INTEGER, cache_read INTEGER, cache_write INTEGER, output INTEGER,
    cost_usd REAL, first_token_ms REAL, duration_ms REAL, user_agent TEXT NOT NULL, resolved_model TEXT,
    conversation TEXT, served TEXT, messages INTEGER, load_ms REAL, error TEXT, ignored TEXT NOT NULL, isolation TEXT);
  CREATE INDEX requests_at ON requests (at);
  CREATE TABLE usage (day TEXT NOT NULL, hour INTEGER NOT NULL, model TEXT NOT NULL, requests INTEGER NOT NULL,
    failed INTEGER NOT NULL, input INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write INTEGER NOT NULL,
    output INTEGER NOT NULL, cost_usd REAL NOT NULL, PRIMARY KEY (day, hour, model)) WITHOUT ROWID;
  CREATE TABLE conversations (id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT, client TEXT NOT NULL,
    system TEXT NOT NULL, model TEXT NOT NULL, digest TEXT NOT NULL, has_texts INTEGER NOT NULL, title TEXT NOT NULL,
    created_at REAL NOT NULL, used_at REAL NOT NULL, turns INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
    input INTEGER NOT NULL DEFAULT 0, cache_read INTEGER NOT NULL DEFAULT 0, cache_write INTEGER NOT NULL DEFAULT 0,
    output INTEGER NOT NULL DEFAULT 0, cost_usd REAL NOT NULL DEFAULT 0);
  CREATE UNIQUE INDEX conversations_name ON conversations (owner, name) WHERE name IS NOT NULL;
  CREATE INDEX conversations_digest ON conversations (digest);
  CREATE INDEX conversations_used ON conversations (used_at);
  CREATE TABLE messages (conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    position INTEGER NOT NULL, pending INTEGER NOT NULL, role TEXT NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (conversation, position)) WITHOUT ROWID;
  CREATE TABLE deltas (id INTEGER PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE, text TEXT NOT NULL);
  CREATE INDEX deltas_conversation ON deltas (conversation);
  CREATE TABLE history_senders (owner TEXT NOT NULL, user TEXT NOT NULL, PRIMARY KEY (owner, user)) WITHOUT ROWID;
  PRAGMA user_version = 2;`;

/** Two conversations with one system prompt, one of them with a turn that a crash cut off. */
const CONTENT = `
  INSERT INTO conversations (id, owner, name, client, system, model, digest, has_texts, title, created_at, used_at, turns, bytes)
    VALUES ('one', '', 'mine', 'test', 'Be brief.', 'sonnet', 'd1', 1, 'a', 1, 2, 1, 70),
           ('two', '', NULL, 'test', 'Be brief.', 'sonnet', 'd2', 1, 'c', 1, 1, 1, 70),
           ('three', '', NULL, 'test', '', 'sonnet', 'd3', 1, 'e', 1, 3, 0, 0);
  INSERT INTO messages VALUES ('one', 0, 0, 'user', '[{"type":"text","text":"a"}]'),
    ('one', 1, 0, 'assistant', '[{"type":"text","text":"b"}]'), ('one', 2, 1, 'user', '[{"type":"text","text":"lost"}]'),
    ('three', 0, 1, 'user', '[{"type":"text","text":"e"}]');
  INSERT INTO usage VALUES ('2026-11-22', 14, 'sonnet', 3, 1, 10, 20, 30, 40, 0.5);
  INSERT INTO deltas (conversation, text) VALUES ('one', 'half');`;

test('has all its conversations, with each system prompt stored once', async () => {
  const file = path.join(folder, 'claudacity.db');
  const old = new DatabaseSync(file);
  old.exec(`PRAGMA journal_mode = WAL; ${SCHEMA_2} ${CONTENT}`);
  old.close();

  const log = recordingLog();
  const database = openDatabase(file, log);
  const store = openConversationStore({
    database,
    log,
    retention: () => ({ keepTexts: true, keepDays: 1e6, keepBytes: 1e9 }),
  });

  const found = store.findByName('', 'mine');
  expect(found).toEqual({
    ...{ id: 'one', system: 'Be brief.', model: 'sonnet', digest: 'd1' },
    ...{ keyDigest: null, firstDigest: null, hasTexts: true, inMemory: false },
  });
  expect(found && (await store.readMessages(found))).toEqual([
    { role: 'user', content: [{ type: 'text', text: 'a' }] },
    { role: 'assistant', content: [{ type: 'text', text: 'b' }] },
  ]);
  expect(store.list(Number.MAX_SAFE_INTEGER, 10).map(({ id }) => id)).toEqual(['one', 'two']);
  const count = (table: string) => database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.count;
  expect(count('system_prompts')).toBe(1);
  expect(() => count('deltas')).toThrow('no such table');
  expect(log.entries).toEqual([]);

  expect(usageTable(database).ofDay('2026-11-22')).toEqual([
    {
      ...{ day: '2026-11-22', hour: 14, model: 'sonnet', client: '', keyId: '', keyName: '', accountId: '' },
      ...{ requests: 3, failed: 1 },
      usage: { input: 10, cacheRead: 20, cacheWrite: 30, output: 40, thinking: 0, costUsd: 0.5 },
      billedUsd: 0,
    },
  ]);

  await store.deleteAll();
  expect([count('conversations'), count('messages'), count('system_prompts')]).toEqual([0, 0, 0]);
  database.close();
});
