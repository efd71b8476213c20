/**
 * The conversations, as they happen: a question when it is asked, an answer token by token, so that a crash loses no
 * more than what was on its way. A turn belongs to its conversation once it has ended; what a crash cut off is kept
 * to be read, and is no part of what the model is told.
 */
import { z } from 'zod';
import type {
  ConversationHistory,
  ResumableConversation,
  TurnRecord,
  TurnStart,
} from '../chat/conversation/conversationHistory';
import type { Message } from '../chat/request';
import type { Log } from '../log/log';
import type { StoredConversation } from '../shared/contract';
import { NO_USAGE, type Usage } from '../shared/usage';
import { type Database, transaction } from './database';

export interface Retention {
  /** Whether texts are kept at all. */
  readonly keepTexts: boolean;
  /** Conversations that were not used for so many days are deleted. */
  readonly keepDays: number;
  /** The least recently used are deleted where all take more than this. */
  readonly keepBytes: number;
}

export interface ConversationStore extends ConversationHistory {
  /** Newest first. */
  list(before: number, limit: number): StoredConversation[];
  count(): { conversations: number; bytes: number };
  messages(id: string): readonly Message[] | null;
  delete(id: string): void;
  deleteAll(): void;
  /** Deletes what the user's settings say is too old or too much. */
  prune(): void;
}

export interface ConversationStoreOptions {
  readonly database: Database;
  readonly log: Log;
  retention(): Retention;
  readonly now?: () => number;
}

const TITLE_LENGTH = 80;

export function openConversationStore({
  database,
  log,
  retention,
  now = Date.now,
}: ConversationStoreOptions): ConversationStore {
  const one = <T>(sql: string, schema: z.ZodType<T>) => {
    const statement = database.prepare(sql);
    return (...values: (string | number | null)[]): T | undefined => {
      const row = statement.get(...values);
      return row === undefined ? undefined : schema.parse(row);
    };
  };
  const run = (sql: string) => {
    const statement = database.prepare(sql);
    return (...values: (string | number | null)[]) => void statement.run(...values);
  };

  const findByName = one(
    'SELECT id, system, model, digest, has_texts FROM conversations WHERE owner = ? AND name = ?',
    Remembered,
  );
  const findByDigest = one(
    'SELECT id FROM conversations WHERE digest = ? AND (name IS NULL OR name = ?) ORDER BY used_at DESC LIMIT 1',
    z.object({ id: z.string() }),
  );
  const known = one('SELECT id, client, system, model, digest, has_texts FROM conversations WHERE id = ?', Known);
  const insert = run(
    `INSERT INTO conversations (id, owner, client, system, model, digest, has_texts, title, created_at, used_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const follow = run(
    'UPDATE conversations SET client = ?, system = ?, model = ?, digest = ?, has_texts = ?, used_at = ? WHERE id = ?',
  );
  const unname = run('UPDATE conversations SET name = NULL WHERE owner = ? AND name = ? AND id <> ?');
  const rename = run('UPDATE conversations SET name = ? WHERE id = ?');
  const nameIfFree = run(
    `UPDATE conversations SET name = ?1 WHERE id = ?2
       AND NOT EXISTS (SELECT 1 FROM conversations AS other WHERE other.owner = ?3 AND other.name = ?1)`,
  );
  const finish = run(
    `UPDATE conversations SET digest = ?, used_at = ?, turns = turns + 1, bytes = bytes + ?,
       input = input + ?, cache_read = cache_read + ?, cache_write = cache_write + ?, output = output + ?,
       cost_usd = cost_usd + ? WHERE id = ?`,
  );
  const addMessage = run(
    'INSERT OR REPLACE INTO messages (conversation, position, pending, role, content) VALUES (?, ?, ?, ?, ?)',
  );
  const messagesOf = database.prepare(
    'SELECT role, content FROM messages WHERE conversation = ? AND pending = 0 ORDER BY position',
  );
  const size = one(
    'SELECT count(*) AS messages, coalesce(sum(length(CAST(content AS BLOB))), 0) AS bytes FROM messages WHERE conversation = ? AND pending = 0',
    z.object({ messages: z.number(), bytes: z.number() }),
  );
  const clearMessages = run('DELETE FROM messages WHERE conversation = ?');
  const clearPending = run('DELETE FROM messages WHERE conversation = ? AND pending = 1');
  const settle = run('UPDATE messages SET pending = 0 WHERE conversation = ? AND pending = 1');
  const addDelta = run('INSERT INTO deltas (conversation, text) VALUES (?, ?)');
  const clearDeltas = run('DELETE FROM deltas WHERE conversation = ?');
  const setBytes = run('UPDATE conversations SET bytes = ? WHERE id = ?');
  const remove = run('DELETE FROM conversations WHERE id = ?');
  const dropIfEmpty = run('DELETE FROM conversations WHERE id = ? AND turns = 0');
  const noteSender = run('INSERT OR IGNORE INTO history_senders (owner, user) VALUES (?, ?)');
  const sender = one(
    'SELECT 1 AS found FROM history_senders WHERE owner = ? AND user = ?',
    z.object({ found: z.number() }),
  );
  const spent = one('SELECT input, cache_read, cache_write, output, cost_usd FROM conversations WHERE id = ?', Counts);
  const listed = database.prepare('SELECT * FROM conversations WHERE used_at < ? ORDER BY used_at DESC LIMIT ?');
  const totals = one('SELECT count(*) AS conversations, coalesce(sum(bytes), 0) AS bytes FROM conversations', Totals);
  const tooOld = run('DELETE FROM conversations WHERE used_at < ?');
  const oldest = one(
    'SELECT id, bytes FROM conversations ORDER BY used_at LIMIT 1',
    z.object({ id: z.string(), bytes: z.number() }),
  );

  /** A fault of the disk is no reason to refuse an answer. */
  const attempt = <T>(what: string, fallback: T, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      log.error(`conversations could not ${what}`, { error: error instanceof Error ? error : String(error) });
      return fallback;
    }
  };

  const read = (id: string): Message[] => messagesOf.all(id).map(fromRow);

  const remembered = (row: z.output<typeof Remembered> | undefined): ResumableConversation | undefined =>
    row && {
      id: row.id,
      system: row.system,
      model: row.model,
      digest: row.digest,
      messages: row.has_texts === 1 ? read(row.id) : null,
    };

  const write = (id: string, from: number, pending: 0 | 1, messages: readonly Message[]) => {
    for (const [index, { role, content }] of messages.entries())
      addMessage(id, from + index, pending, role, JSON.stringify(content));
  };

  /** Returns what the conversation was before, where the turn is none of its next. */
  const begin = (turn: TurnStart, withTexts: boolean): Before | undefined => {
    const { conversation: id, owner, name, client, model, digest, history, question } = turn;
    const system = withTexts ? turn.system : '';
    const at = now();
    const row = known(id);
    const goesOn = row?.digest === digest && row.has_texts === Number(withTexts);
    const before = row && !goesOn ? { row, messages: row.has_texts === 1 ? read(id) : [] } : undefined;
    if (row) follow(client, system, model, digest, Number(withTexts), at, id);
    else insert(id, owner, client, system, model, digest, Number(withTexts), withTexts ? titleOf(turn) : '', at, at);
    if (name !== undefined) nameIfFree(name, id, owner);
    clearDeltas(id);
    if (goesOn) clearPending(id);
    else clearMessages(id);
    if (withTexts) {
      if (!goesOn) write(id, 0, 0, history);
      write(id, history.length, 1, question);
    }
    if (!goesOn) setBytes(size(id)?.bytes ?? 0, id);
    return before;
  };

  const end = (turn: TurnStart, withTexts: boolean, answer: Message, digest: string, usage: Usage) => {
    const { conversation: id, owner, name, history, question } = turn;
    // Not before: had the turn been dropped, the name would have lost the conversation that it was of.
    if (name !== undefined) {
      unname(owner, name, id);
      rename(name, id);
    }
    if (withTexts) {
      settle(id);
      write(id, history.length + question.length, 0, [answer]);
      clearDeltas(id);
    }
    const bytes = withTexts ? [...question, answer].reduce((sum, { content }) => sum + byteLength(content), 0) : 0;
    finish(digest, now(), bytes, ...counts(usage), id);
  };

  const drop = (id: string, before: Before | undefined) => {
    clearDeltas(id);
    clearPending(id);
    if (before) {
      const { client, system, model, digest, has_texts } = before.row;
      follow(client, system, model, digest, has_texts, now(), id);
      clearMessages(id);
      write(id, 0, 0, before.messages);
      setBytes(size(id)?.bytes ?? 0, id);
    }
    dropIfEmpty(id);
  };

  return {
    findByName: (owner, name) => attempt('be read', undefined, () => remembered(findByName(owner, name))),
    findByDigest: (digest, name) => attempt('be read', undefined, () => findByDigest(digest, name ?? null)?.id),
    sendsHistory: (owner, user) => attempt('be read', false, () => sender(owner, user) !== undefined),
    recordHistorySender: (owner, user) => attempt('be written', undefined, () => noteSender(owner, user)),
    usageOf: (id) => attempt('be read', NO_USAGE, () => usageFrom(spent(id))),
    beginTurn: (turn): TurnRecord => {
      const id = turn.conversation;
      const withTexts = retention().keepTexts;
      const inTransaction = <T>(work: () => T) => attempt('be written', undefined, () => transaction(database, work));
      const before = inTransaction(() => begin(turn, withTexts));
      return {
        append: (text) => {
          if (withTexts) attempt('be written', undefined, () => addDelta(id, text));
        },
        end: (answer, digest, usage) => inTransaction(() => end(turn, withTexts, answer, digest, usage)),
        discard: () => inTransaction(() => drop(id, before)),
      };
    },
    list: (before, limit) => attempt('be read', [], () => listed.all(before, limit).map(storedFrom)),
    count: () => attempt('be read', { conversations: 0, bytes: 0 }, () => totals() ?? { conversations: 0, bytes: 0 }),
    messages: (id) => attempt('be read', null, () => (known(id)?.has_texts === 1 ? read(id) : null)),
    delete: (id) =>
      attempt('be deleted', undefined, () => {
        remove(id);
        database.exec(FORGET_LOG);
      }),
    deleteAll: () =>
      attempt('be deleted', undefined, () => {
        database.exec(`DELETE FROM conversations; DELETE FROM history_senders; VACUUM; ${FORGET_LOG}`);
      }),
    prune: () =>
      attempt('be pruned', undefined, () => {
        const { keepDays, keepBytes } = retention();
        tooOld(now() - keepDays * DAY_MS);
        let { bytes } = totals() ?? { bytes: 0 };
        while (bytes > keepBytes) {
          const last = oldest();
          if (!last) return;
          remove(last.id);
          bytes -= last.bytes;
        }
      }),
  };
}

/** The write-ahead log has the texts still. */
const FORGET_LOG = 'PRAGMA wal_checkpoint(TRUNCATE);';

interface Before {
  readonly row: z.output<typeof Known>;
  readonly messages: readonly Message[];
}

const DAY_MS = 24 * 60 * 60 * 1000;

const Remembered = z.object({
  id: z.string(),
  system: z.string(),
  model: z.string(),
  digest: z.string(),
  has_texts: z.number(),
});
const Known = Remembered.extend({ client: z.string() });
const Totals = z.object({ conversations: z.number(), bytes: z.number() });

const Row = z.object({ role: z.enum(['user', 'assistant']), content: z.string() });

/** What this app wrote itself is trusted to be what it wrote. */
function fromRow(row: unknown): Message {
  const { role, content } = Row.parse(row);
  return { role, content: JSON.parse(content) } as Message;
}

const Counts = z.object({
  input: z.number(),
  cache_read: z.number(),
  cache_write: z.number(),
  output: z.number(),
  cost_usd: z.number(),
});

function usageFrom(counts: z.output<typeof Counts> | undefined): Usage {
  if (!counts) return NO_USAGE;
  return {
    input: counts.input,
    cacheRead: counts.cache_read,
    cacheWrite: counts.cache_write,
    output: counts.output,
    thinking: 0,
    costUsd: counts.cost_usd,
  };
}

const StoredRow = Counts.extend({
  id: z.string(),
  name: z.string().nullable(),
  client: z.string(),
  model: z.string(),
  title: z.string(),
  created_at: z.number(),
  used_at: z.number(),
  turns: z.number(),
  bytes: z.number(),
});

function storedFrom(row: unknown): StoredConversation {
  const columns = StoredRow.parse(row);
  return {
    id: columns.id,
    name: columns.name,
    client: columns.client,
    model: columns.model,
    title: columns.title,
    createdAt: columns.created_at,
    usedAt: columns.used_at,
    turns: columns.turns,
    bytes: columns.bytes,
    usage: usageFrom(columns),
  };
}

function counts(usage: Usage): [number, number, number, number, number] {
  return [usage.input, usage.cacheRead, usage.cacheWrite, usage.output, usage.costUsd];
}

function byteLength(content: unknown): number {
  return Buffer.byteLength(JSON.stringify(content));
}

/** The start of the first question. */
function titleOf({ history, question }: TurnStart): string {
  const first = [...history, ...question].find(({ role }) => role === 'user');
  const text = first?.content.find((block) => block.type === 'text')?.text ?? '';
  const line = text.trim().replace(/\s+/g, ' ');
  const characters = [...line];
  return characters.length <= TITLE_LENGTH ? line : `${characters.slice(0, TITLE_LENGTH - 1).join('')}…`;
}
