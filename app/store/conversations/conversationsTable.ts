/** The stored conversations without their messages, as rows of SQLite. */
import { z } from 'zod';
import type { ConversationFilterValues, StoredConversation } from '../../shared/contract';
import { NO_USAGE, type Usage } from '../../shared/usage';
import type { Database, Statement } from '../database';
import { toUsage, UsageColumns, usageColumns } from '../usageColumns';

/** What a turn can change of its conversation. */
export interface ConversationState {
  readonly client: string;
  /** The hash of its system prompt; null where it has none, or no texts are stored. */
  readonly systemHash: string | null;
  readonly model: string;
  readonly digest: string;
  /** As in `ResumableConversation`. */
  readonly keyDigest: string | null;
  readonly firstDigest: string | null;
  /** Whether its messages are stored. */
  readonly hasTexts: boolean;
}

export interface ConversationRecord extends Omit<ConversationState, 'client' | 'systemHash'> {
  readonly id: string;
  /** The system prompt; '' where it has none, or no texts are stored. */
  readonly system: string;
}

export interface NewConversation extends ConversationState {
  readonly id: string;
  readonly owner: string;
  readonly title: string;
}

/** What turns add to their conversation. */
export interface AddedTurns {
  readonly turns: number;
  readonly usage: Usage;
}

/** A conversation as retention sees it. */
export interface ConversationSize {
  readonly id: string;
  readonly usedAt: number;
  /** Without its system prompt. */
  readonly bytes: number;
  readonly systemHash: string | null;
}

/** A stored conversation without its key's name, which the table does not know. */
export type ListedConversation = Omit<StoredConversation, 'keyName'>;

/** Times are ms since the epoch. A conversation that is marked as deleted is not found by anything. */
export interface ConversationsTable {
  find(id: string): ConversationRecord | undefined;
  findByName(owner: string, name: string): ConversationRecord | undefined;
  /** The id of the most recently used conversation with that digest whose name is this one, or which has none. */
  findByDigest(digest: string, name: string | undefined): string | undefined;
  insert(conversation: NewConversation, at: number): void;
  update(id: string, state: ConversationState, usedAt: number): void;
  /** Gives it the name, which the owner's other conversation loses. */
  moveName(id: string, owner: string, name: string): void;
  addTurns(id: string, added: AddedTurns): void;
  /** @param bytes of its messages. */
  setMessageBytes(id: string, bytes: number): void;
  addMessageBytes(id: string, bytes: number): void;
  usageOf(id: string): Usage;
  /** Gives it another title from its first question. */
  setTitle(id: string, title: string): void;
  /** Gives it the user's title, or takes that away. */
  setOwnTitle(id: string, title: string | null): void;
  /** The conversation as a list shows it. */
  listed(id: string): ListedConversation | undefined;
  /** Clients and models with the number of their conversations, the most frequent first, at most `limit` each. */
  filterValues(limit: number): ConversationFilterValues;
  /** Those last used before `before`, newest first. */
  list(before: number, limit: number): ListedConversation[];
  /** Their number, and the bytes of all of them without their system prompts. */
  totals(): { conversations: number; bytes: number };
  /** All, the least recently used first. */
  sizes(): ConversationSize[];
  /** Marks it as deleted: nothing finds it any more, and `sweep` deletes it with its messages. */
  markDeleted(id: string): void;
  markAllDeleted(): void;
  /** Deletes the conversation and its messages now if it is marked as deleted, so that its id can be used again. */
  deleteIfMarked(id: string): void;
}

/** What a conversation takes in the file beside its texts: its numbers, and its entries in the indexes. In bytes, measured. */
const OVERHEAD_BYTES = 400;

/** All that a conversation stores. The column `bytes` has that of its messages. */
const BYTES = `bytes + ${OVERHEAD_BYTES}
  + octet_length(id) + octet_length(owner) + ifnull(octet_length(name), 0) + octet_length(client) + octet_length(model)
  + octet_length(digest) + octet_length(title) + ifnull(octet_length(own_title), 0)`;

export function conversationsTable(database: Database): ConversationsTable {
  const record = `SELECT id, ifnull(text, '') AS system, model, digest, key_digest, first_digest, has_texts
    FROM conversations LEFT JOIN system_prompts ON hash = system_hash WHERE deleted = 0`;
  const find = database.prepare(`${record} AND id = ?`);
  const findByName = database.prepare(`${record} AND owner = ? AND name = ?`);
  const findByDigest = database.prepare(
    `SELECT id FROM conversations WHERE deleted = 0 AND digest = ? AND (name IS NULL OR name = ?)
     ORDER BY used_at DESC LIMIT 1`,
  );
  const insert = database.prepare(
    `INSERT INTO conversations
       (id, owner, client, system_hash, model, digest, key_digest, first_digest, has_texts, title, created_at, used_at)
     VALUES (:id, :owner, :client, :system_hash, :model, :digest, :key_digest, :first_digest, :has_texts, :title, :at, :at)`,
  );
  const update = database.prepare(
    `UPDATE conversations SET client = :client, system_hash = :system_hash, model = :model, digest = :digest,
       key_digest = :key_digest, first_digest = :first_digest, has_texts = :has_texts, used_at = :used_at WHERE id = :id`,
  );
  const takeNameFromOthers = database.prepare(
    'UPDATE conversations SET name = NULL WHERE owner = ? AND name = ? AND id <> ?',
  );
  const setName = database.prepare('UPDATE conversations SET name = ? WHERE id = ?');
  const addTurns = database.prepare(
    `UPDATE conversations SET turns = turns + :turns, input = input + :input, cache_read = cache_read + :cache_read,
       cache_write = cache_write + :cache_write, output = output + :output, cost_usd = cost_usd + :cost_usd
     WHERE id = :id`,
  );
  const setBytes = database.prepare('UPDATE conversations SET bytes = ? WHERE id = ?');
  const addBytes = database.prepare('UPDATE conversations SET bytes = bytes + ? WHERE id = ?');
  const usageOf = database.prepare(
    'SELECT input, cache_read, cache_write, output, cost_usd FROM conversations WHERE id = ? AND deleted = 0',
  );
  const setTitle = database.prepare('UPDATE conversations SET title = ? WHERE id = ? AND deleted = 0');
  const setOwnTitle = database.prepare('UPDATE conversations SET own_title = ? WHERE id = ? AND deleted = 0');
  const listed = `SELECT id, name, owner, client, model, title, own_title, created_at, used_at, turns, ${BYTES} AS bytes,
       input, cache_read, cache_write, output, cost_usd FROM conversations WHERE deleted = 0`;
  const list = database.prepare(`${listed} AND used_at < ? ORDER BY used_at DESC LIMIT ?`);
  const listOne = database.prepare(`${listed} AND id = ?`);
  const [clients, models] = (['client', 'model'] as const).map((column) =>
    database.prepare(
      `SELECT ${column} AS value FROM conversations WHERE deleted = 0 GROUP BY value ORDER BY count(*) DESC, value LIMIT ?`,
    ),
  );
  const totals = database.prepare(
    `SELECT count(*) AS conversations, coalesce(sum(${BYTES}), 0) AS bytes FROM conversations WHERE deleted = 0`,
  );
  const sizes = database.prepare(
    `SELECT id, used_at, ${BYTES} AS bytes, system_hash FROM conversations WHERE deleted = 0 ORDER BY used_at`,
  );
  // Its name is free for another conversation at once.
  const mark = "UPDATE conversations SET deleted = 1, name = NULL, title = '', own_title = NULL";
  const markDeleted = database.prepare(`${mark} WHERE id = ?`);
  const markAllDeleted = database.prepare(mark);
  const deleteIfMarked = database.prepare('DELETE FROM conversations WHERE id = ? AND deleted = 1');
  return {
    find: (id) => parsed(find.get(id), RecordColumns, toRecord),
    findByName: (owner, name) => parsed(findByName.get(owner, name), RecordColumns, toRecord),
    findByDigest: (digest, name) => parsed(findByDigest.get(digest, name ?? null), IdColumn, ({ id }) => id),
    insert: ({ id, owner, title, ...state }, at) => insert.run({ id, owner, title, at, ...stateColumns(state) }),
    update: (id, state, usedAt) => update.run({ id, used_at: usedAt, ...stateColumns(state) }),
    moveName: (id, owner, name) => {
      takeNameFromOthers.run(owner, name, id);
      setName.run(name, id);
    },
    addTurns: (id, { turns, usage }) =>
      addTurns.run({
        id,
        turns,
        ...usageColumns(usage),
      }),
    setMessageBytes: (id, bytes) => setBytes.run(bytes, id),
    addMessageBytes: (id, bytes) => addBytes.run(bytes, id),
    usageOf: (id) => parsed(usageOf.get(id), UsageColumns, toUsage) ?? NO_USAGE,
    list: (before, limit) => list.all(before, limit).map((row) => toStoredConversation(ListColumns.parse(row))),
    setTitle: (id, title) => setTitle.run(title, id),
    setOwnTitle: (id, title) => setOwnTitle.run(title, id),
    listed: (id) => parsed(listOne.get(id), ListColumns, toStoredConversation),
    filterValues: (limit) => ({ clients: values(clients, limit), models: values(models, limit) }),
    totals: () => TotalColumns.parse(totals.get()),
    sizes: () => sizes.all().map((row) => toSize(SizeColumns.parse(row))),
    markDeleted: (id) => markDeleted.run(id),
    markAllDeleted: () => markAllDeleted.run(),
    deleteIfMarked: (id) => deleteIfMarked.run(id),
  };
}

function parsed<C, T>(row: unknown, columns: z.ZodType<C>, convert: (columns: C) => T): T | undefined {
  return row === undefined ? undefined : convert(columns.parse(row));
}

function values(statement: Statement | undefined, limit: number): string[] {
  return statement?.all(limit).map((row) => ValueColumn.parse(row).value) ?? [];
}

const ValueColumn = z.object({ value: z.string() });
const IdColumn = z.object({ id: z.string() });
const SizeColumns = z.object({
  id: z.string(),
  used_at: z.number(),
  bytes: z.number(),
  system_hash: z.string().nullable(),
});
const TotalColumns = z.object({ conversations: z.number(), bytes: z.number() });

function toSize({ used_at, system_hash, ...size }: z.output<typeof SizeColumns>): ConversationSize {
  return { ...size, usedAt: used_at, systemHash: system_hash };
}

const RecordColumns = z.object({
  id: z.string(),
  system: z.string(),
  model: z.string(),
  digest: z.string(),
  key_digest: z.string().nullable(),
  first_digest: z.string().nullable(),
  has_texts: z.number(),
});

function toRecord({
  key_digest,
  first_digest,
  has_texts,
  ...record
}: z.output<typeof RecordColumns>): ConversationRecord {
  return { ...record, keyDigest: key_digest, firstDigest: first_digest, hasTexts: has_texts === 1 };
}

function stateColumns({ client, systemHash, model, digest, keyDigest, firstDigest, hasTexts }: ConversationState) {
  const digests = { digest, key_digest: keyDigest, first_digest: firstDigest };
  return { client, system_hash: systemHash, model, ...digests, has_texts: Number(hasTexts) };
}

const ListColumns = UsageColumns.extend({
  id: z.string(),
  name: z.string().nullable(),
  owner: z.string(),
  client: z.string(),
  model: z.string(),
  title: z.string(),
  own_title: z.string().nullable(),
  created_at: z.number(),
  used_at: z.number(),
  turns: z.number(),
  bytes: z.number(),
});

function toStoredConversation(columns: z.output<typeof ListColumns>): ListedConversation {
  const { id, name, owner: keyId, client, model, title, turns, bytes } = columns;
  return {
    ...{ id, name, keyId, client, model, title, turns, bytes },
    ownTitle: columns.own_title,
    createdAt: columns.created_at,
    usedAt: columns.used_at,
    usage: toUsage(columns),
  };
}
