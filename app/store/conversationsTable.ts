/** The stored conversations without their messages, as rows of SQLite. */
import { z } from 'zod';
import type { StoredConversation } from '../shared/contract';
import { NO_USAGE, type Usage } from '../shared/usage';
import type { Database } from './database';

/** What a turn can change of its conversation. */
export interface ConversationState {
  readonly client: string;
  readonly system: string;
  readonly model: string;
  readonly digest: string;
  /** Whether its messages are stored. */
  readonly hasTexts: boolean;
}

export interface ConversationRecord extends ConversationState {
  readonly id: string;
}

export interface NewConversation extends ConversationRecord {
  readonly owner: string;
  readonly title: string;
}

/** Times are ms since the epoch. */
export interface ConversationsTable {
  find(id: string): ConversationRecord | undefined;
  findByName(owner: string, name: string): ConversationRecord | undefined;
  /** The id of the most recently used conversation with that digest whose name is this one, or which has none. */
  findByDigest(digest: string, name: string | undefined): string | undefined;
  insert(conversation: NewConversation, at: number): void;
  update(id: string, state: ConversationState, usedAt: number): void;
  /** Gives it the name unless another conversation of the owner has it. */
  nameUnlessTaken(id: string, owner: string, name: string): void;
  /** Gives it the name, which the owner's other conversation loses. */
  moveName(id: string, owner: string, name: string): void;
  /** Counts one turn more. @param turn its bytes, its usage, and the digest of the conversation with it */
  addTurn(id: string, turn: { digest: string; usedAt: number; bytes: number; usage: Usage }): void;
  setBytes(id: string, bytes: number): void;
  usageOf(id: string): Usage;
  /** Those last used before `before`, newest first. */
  list(before: number, limit: number): StoredConversation[];
  totals(): { conversations: number; bytes: number };
  leastRecentlyUsed(): { id: string; bytes: number } | undefined;
  /** Deletes it with its messages. */
  delete(id: string): void;
  deleteIfWithoutTurns(id: string): void;
  deleteUsedBefore(time: number): void;
  deleteAll(): void;
}

export function conversationsTable(database: Database): ConversationsTable {
  const find = database.prepare('SELECT id, client, system, model, digest, has_texts FROM conversations WHERE id = ?');
  const findByName = database.prepare(
    'SELECT id, client, system, model, digest, has_texts FROM conversations WHERE owner = ? AND name = ?',
  );
  const findByDigest = database.prepare(
    'SELECT id FROM conversations WHERE digest = ? AND (name IS NULL OR name = ?) ORDER BY used_at DESC LIMIT 1',
  );
  const insert = database.prepare(
    `INSERT INTO conversations (id, owner, client, system, model, digest, has_texts, title, created_at, used_at)
     VALUES (:id, :owner, :client, :system, :model, :digest, :has_texts, :title, :at, :at)`,
  );
  const update = database.prepare(
    `UPDATE conversations SET client = :client, system = :system, model = :model, digest = :digest,
       has_texts = :has_texts, used_at = :used_at WHERE id = :id`,
  );
  const nameUnlessTaken = database.prepare(
    `UPDATE conversations SET name = :name WHERE id = :id
       AND NOT EXISTS (SELECT 1 FROM conversations AS other WHERE other.owner = :owner AND other.name = :name)`,
  );
  const takeNameFromOthers = database.prepare(
    'UPDATE conversations SET name = NULL WHERE owner = ? AND name = ? AND id <> ?',
  );
  const setName = database.prepare('UPDATE conversations SET name = ? WHERE id = ?');
  const addTurn = database.prepare(
    `UPDATE conversations SET digest = :digest, used_at = :used_at, turns = turns + 1, bytes = bytes + :bytes,
       input = input + :input, cache_read = cache_read + :cache_read, cache_write = cache_write + :cache_write,
       output = output + :output, cost_usd = cost_usd + :cost_usd WHERE id = :id`,
  );
  const setBytes = database.prepare('UPDATE conversations SET bytes = ? WHERE id = ?');
  const usageOf = database.prepare(
    'SELECT input, cache_read, cache_write, output, cost_usd FROM conversations WHERE id = ?',
  );
  const list = database.prepare('SELECT * FROM conversations WHERE used_at < ? ORDER BY used_at DESC LIMIT ?');
  const totals = database.prepare(
    'SELECT count(*) AS conversations, coalesce(sum(bytes), 0) AS bytes FROM conversations',
  );
  const leastRecentlyUsed = database.prepare('SELECT id, bytes FROM conversations ORDER BY used_at LIMIT 1');
  const deleteOne = database.prepare('DELETE FROM conversations WHERE id = ?');
  const deleteIfWithoutTurns = database.prepare('DELETE FROM conversations WHERE id = ? AND turns = 0');
  const deleteUsedBefore = database.prepare('DELETE FROM conversations WHERE used_at < ?');
  const deleteAll = database.prepare('DELETE FROM conversations');
  return {
    find: (id) => parsed(find.get(id), RecordColumns, toRecord),
    findByName: (owner, name) => parsed(findByName.get(owner, name), RecordColumns, toRecord),
    findByDigest: (digest, name) => parsed(findByDigest.get(digest, name ?? null), IdColumn, ({ id }) => id),
    insert: ({ id, owner, title, ...state }, at) => void insert.run({ id, owner, title, at, ...stateColumns(state) }),
    update: (id, state, usedAt) => void update.run({ id, used_at: usedAt, ...stateColumns(state) }),
    nameUnlessTaken: (id, owner, name) => void nameUnlessTaken.run({ id, owner, name }),
    moveName: (id, owner, name) => {
      takeNameFromOthers.run(owner, name, id);
      setName.run(name, id);
    },
    addTurn: (id, { digest, usedAt, bytes, usage }) =>
      void addTurn.run({
        id,
        digest,
        used_at: usedAt,
        bytes,
        input: usage.input,
        cache_read: usage.cacheRead,
        cache_write: usage.cacheWrite,
        output: usage.output,
        cost_usd: usage.costUsd,
      }),
    setBytes: (id, bytes) => void setBytes.run(bytes, id),
    usageOf: (id) => parsed(usageOf.get(id), UsageColumns, toUsage) ?? NO_USAGE,
    list: (before, limit) => list.all(before, limit).map((row) => toStoredConversation(ListColumns.parse(row))),
    totals: () => TotalColumns.parse(totals.get()),
    leastRecentlyUsed: () => parsed(leastRecentlyUsed.get(), SizeColumns, (row) => row),
    delete: (id) => void deleteOne.run(id),
    deleteIfWithoutTurns: (id) => void deleteIfWithoutTurns.run(id),
    deleteUsedBefore: (time) => void deleteUsedBefore.run(time),
    deleteAll: () => void deleteAll.run(),
  };
}

function parsed<C, T>(row: unknown, columns: z.ZodType<C>, convert: (columns: C) => T): T | undefined {
  return row === undefined ? undefined : convert(columns.parse(row));
}

const IdColumn = z.object({ id: z.string() });
const SizeColumns = z.object({ id: z.string(), bytes: z.number() });
const TotalColumns = z.object({ conversations: z.number(), bytes: z.number() });

const RecordColumns = z.object({
  id: z.string(),
  client: z.string(),
  system: z.string(),
  model: z.string(),
  digest: z.string(),
  has_texts: z.number(),
});

function toRecord({ has_texts, ...record }: z.output<typeof RecordColumns>): ConversationRecord {
  return { ...record, hasTexts: has_texts === 1 };
}

function stateColumns({ client, system, model, digest, hasTexts }: ConversationState) {
  return { client, system, model, digest, has_texts: Number(hasTexts) };
}

const UsageColumns = z.object({
  input: z.number(),
  cache_read: z.number(),
  cache_write: z.number(),
  output: z.number(),
  cost_usd: z.number(),
});

function toUsage(columns: z.output<typeof UsageColumns>): Usage {
  return {
    input: columns.input,
    cacheRead: columns.cache_read,
    cacheWrite: columns.cache_write,
    output: columns.output,
    thinking: 0,
    costUsd: columns.cost_usd,
  };
}

const ListColumns = UsageColumns.extend({
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

function toStoredConversation(columns: z.output<typeof ListColumns>): StoredConversation {
  const { id, name, client, model, title, turns, bytes } = columns;
  return {
    ...{ id, name, client, model, title, turns, bytes },
    createdAt: columns.created_at,
    usedAt: columns.used_at,
    usage: toUsage(columns),
  };
}
