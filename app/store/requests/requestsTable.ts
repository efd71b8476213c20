/** The request log: the requests that have ended, as rows of SQLite. */
import { z } from 'zod';
import type { RequestDetails } from '../../shared/contract';
import { REQUEST_OUTCOMES } from '../../shared/requests/outcomes';
import type { Database } from '../database';

/** A request that has ended, at `endedAt` (ms since the epoch). */
export type EndedRequest = RequestDetails & { readonly endedAt: number };

export interface RequestsTable {
  /**
   * Returns the row's number, by which its texts and words are stored.
   * @param options whether its texts are recorded, and whether it is in the index when the transaction ends.
   */
  insert(request: EndedRequest, options: { readonly hasTexts: boolean; readonly indexed: boolean }): number;
  /** Requests that began before `before` (ms since the epoch), newest first. */
  older(before: number, limit: number): RequestDetails[];
  find(id: string): StoredRequest | null;
  count(): number;
  /** Deletes with their texts and words. Returns how many of the deleted requests had asked no model. */
  deleteOldest(count: number): number;
  /** The stored requests that have asked no model: refused ones, and failed polls. */
  countWithoutModel(): number;
  deleteOldestWithoutModel(count: number): void;
  /** The numbers of the conversation's requests. */
  ofConversation(conversation: string): number[];
  clearAsked(seq: number): void;
}

export interface StoredRequest {
  readonly seq: number;
  readonly details: RequestDetails;
  /** Whether its texts were recorded; null where that is not known, as of requests of earlier versions. */
  readonly hasTexts: boolean | null;
}

/** The number of requests that began at that time (ms since the epoch), or the first one after it. */
export function seqOf(at: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.round(at * 1000)));
}

/** @param marks up to which numbers rows and texts are deleted. */
export function requestsTable(database: Database, marks: DeletionMarks): RequestsTable {
  const names = [...COLUMNS, 'indexed'];
  const insert = database.prepare(
    `INSERT INTO requests (${names.join(', ')}) VALUES (${names.map((name) => `:${name}`).join(', ')})`,
  );
  const isTaken = database.prepare('SELECT 1 FROM requests WHERE seq = ?');
  const older = database.prepare('SELECT * FROM requests WHERE seq < ? AND seq > ? ORDER BY seq DESC LIMIT ?');
  const find = database.prepare('SELECT * FROM requests WHERE id = ? AND seq > ?');
  const count = database.prepare('SELECT count(*) AS count FROM requests WHERE seq > ?');
  const oldest = database.prepare('SELECT seq FROM requests WHERE seq > :rows ORDER BY seq LIMIT 1 OFFSET :skipped');
  const newest = database.prepare('SELECT max(seq) AS seq FROM requests');
  const removeUpTo = database.prepare(
    `DELETE FROM requests WHERE seq > ? AND seq <= ? RETURNING ${WITHOUT_MODEL} AS without_model`,
  );
  const removeTextsUpTo = database.prepare('DELETE FROM request_texts WHERE seq > ? AND seq <= ?');
  const removeWordsUpTo = database.prepare('DELETE FROM request_index WHERE rowid > ? AND rowid <= ?');
  const countWithoutModel = database.prepare(
    `SELECT count(*) AS count FROM requests WHERE ${WITHOUT_MODEL} AND seq > ?`,
  );
  const oldestWithoutModel = database.prepare(
    `SELECT seq FROM requests WHERE ${WITHOUT_MODEL} AND seq > ? ORDER BY seq LIMIT ?`,
  );
  const remove = database.prepare('DELETE FROM requests WHERE seq = ?');
  const removeTexts = database.prepare('DELETE FROM request_texts WHERE seq = ?');
  const removeWords = database.prepare('DELETE FROM request_index WHERE rowid = ?');
  const ofConversation = database.prepare('SELECT seq FROM requests WHERE conversation = ?');
  const clearAsked = database.prepare("UPDATE requests SET asked = '' WHERE seq = ?");

  const seqsOf = (rows: readonly Record<string, unknown>[]) => rows.map(({ seq }) => Number(seq));
  const read = (row: unknown) => fromColumns(row, marks);

  return {
    insert: (request, { hasTexts, indexed }) => {
      let seq = seqOf(request.at);
      // Only where the clock was set back.
      while (isTaken.get(seq)) seq += 1;
      insert.run({ ...toColumns(request), seq, has_texts: Number(hasTexts), indexed: Number(indexed) });
      return seq;
    },
    older: (before, limit) => older.all(seqOf(before), marks.rows, limit).map((row) => read(row).details),
    find(id) {
      const row = find.get(id, marks.rows);
      return row === undefined ? null : read(row);
    },
    count: () => Number(count.get(marks.rows)?.count),
    deleteOldest(n) {
      const last = Number(oldest.get({ rows: marks.rows, skipped: n - 1 })?.seq ?? newest.get()?.seq ?? 0);
      const range = [marks.rows, last] as const;
      removeWordsUpTo.run(...range);
      removeTextsUpTo.run(...range);
      return removeUpTo.all(...range).filter((row) => row.without_model === 1).length;
    },
    countWithoutModel: () => Number(countWithoutModel.get(marks.rows)?.count),
    deleteOldestWithoutModel(n) {
      for (const seq of seqsOf(oldestWithoutModel.all(marks.rows, n))) {
        for (const statement of [removeWords, removeTexts, remove]) statement.run(seq);
      }
    },
    ofConversation: (conversation) => seqsOf(ofConversation.all(conversation)),
    clearAsked: (seq) => clearAsked.run(seq),
  };
}

/** Up to which number rows, or only their texts, are deleted. A worker removes them from the file. */
export interface DeletionMarks {
  readonly rows: number;
  readonly texts: number;
}

/** The same in SQL as in `asksNoModel`. */
const WITHOUT_MODEL = 'messages IS NULL AND served IS NULL';

/** Whether the request was not for a model, or was refused before that was known. */
export function asksNoModel({ messages, served }: Pick<RequestDetails, 'messages' | 'served'>): boolean {
  return messages === null && served === null;
}

const nullableNumber = z.number().nullable();

/** A row of the table. */
const Columns = z.object({
  seq: z.number(),
  id: z.string(),
  at: z.number(),
  client: z.string(),
  address: z.string(),
  dialect: z.string(),
  method: z.string(),
  path: z.string(),
  model: z.string(),
  stream: z.number(),
  phase: z.enum(['waiting', 'streaming', 'done', 'failed', 'cancelled', 'stopped']),
  status: nullableNumber,
  input: nullableNumber,
  cache_read: nullableNumber,
  cache_write: nullableNumber,
  output: nullableNumber,
  cost_usd: nullableNumber,
  first_token_ms: nullableNumber,
  duration_ms: nullableNumber,
  user_agent: z.string(),
  resolved_model: z.string().nullable(),
  conversation: z.string().nullable(),
  served: z.enum(['new', 'replay', 'rewind', 'live']).nullable(),
  messages: nullableNumber,
  load_ms: nullableNumber,
  error: z.string().nullable(),
  ignored: z.string(),
  isolation: z.string().nullable(),
  payer: z.string().nullable(),
  billing: z.enum(['plan', 'use', 'unknown']).nullable(),
  key_id: z.string(),
  key_name: z.string(),
  account_id: z.string(),
  ended_at: z.number(),
  outcome: z.enum(REQUEST_OUTCOMES),
  asked: z.string(),
  has_texts: nullableNumber,
  queue_ms: nullableNumber,
  prompt_ms: nullableNumber,
  tool_wait_ms: nullableNumber,
});

const COLUMNS = Object.keys(Columns.shape);
const Ignored = z.array(z.string());

function toColumns(request: EndedRequest): Omit<z.infer<typeof Columns>, 'seq' | 'has_texts'> {
  return {
    id: request.id,
    at: request.at,
    client: request.client,
    address: request.address,
    dialect: request.dialect,
    method: request.method,
    path: request.path,
    model: request.model,
    stream: Number(request.stream),
    phase: request.phase,
    status: request.status,
    input: request.usage?.input ?? null,
    cache_read: request.usage?.cacheRead ?? null,
    cache_write: request.usage?.cacheWrite ?? null,
    output: request.usage?.output ?? null,
    cost_usd: request.usage?.costUsd ?? null,
    first_token_ms: request.firstTokenMs,
    duration_ms: request.durationMs,
    user_agent: request.userAgent,
    resolved_model: request.resolvedModel,
    conversation: request.conversation,
    served: request.served,
    messages: request.messages,
    load_ms: request.loadMs,
    error: request.error,
    ignored: JSON.stringify(request.ignored),
    isolation: request.isolation,
    payer: request.payer,
    billing: request.billing,
    key_id: request.keyId,
    key_name: request.keyName,
    account_id: request.accountId,
    ended_at: request.endedAt,
    outcome: request.outcome,
    asked: request.asked,
    queue_ms: request.queueMs,
    prompt_ms: request.promptMs,
    tool_wait_ms: request.toolWaitMs,
  };
}

/** Reads a row. @throws ZodError where it is not one. */
export function fromColumns(row: unknown, marks: DeletionMarks): StoredRequest {
  const columns = Columns.parse(row);
  const { seq, has_texts: hasTexts, load_ms: loadMs, queue_ms: queueMs, first_token_ms: firstTokenMs } = columns;
  return {
    seq,
    hasTexts: hasTexts === null ? null : hasTexts === 1,
    details: {
      id: columns.id,
      at: columns.at,
      client: columns.client,
      address: columns.address,
      dialect: columns.dialect,
      method: columns.method,
      path: columns.path,
      route: null,
      model: columns.model,
      stream: columns.stream === 1,
      phase: columns.phase,
      outcome: columns.outcome,
      asked: seq > marks.texts ? columns.asked : '',
      status: columns.status,
      usage: usageOf(columns),
      firstTokenMs,
      durationMs: columns.duration_ms,
      userAgent: columns.user_agent,
      resolvedModel: columns.resolved_model,
      conversation: columns.conversation,
      served: columns.served,
      messages: columns.messages,
      loadMs,
      queueMs,
      processMs: loadMs === null || queueMs === null ? null : loadMs - queueMs,
      promptMs: columns.prompt_ms,
      answerMs: answerMs(firstTokenMs, columns.duration_ms),
      toolWaitMs: columns.tool_wait_ms,
      error: columns.error,
      ignored: Ignored.parse(JSON.parse(columns.ignored)),
      isolation: columns.isolation,
      payer: columns.payer,
      billing: columns.billing,
      keyId: columns.key_id,
      keyName: columns.key_name,
      accountId: columns.account_id,
    },
  };
}

/** From the first output to the end; null where one of the two is missing. */
export function answerMs(firstTokenMs: number | null, durationMs: number | null): number | null {
  return firstTokenMs === null || durationMs === null ? null : Math.max(0, durationMs - firstTokenMs);
}

function usageOf({ input, cache_read: cacheRead, cache_write: cacheWrite, output, cost_usd }: z.infer<typeof Columns>) {
  if (input === null || cacheRead === null || cacheWrite === null) return null;
  return { input, cacheRead, cacheWrite, output, thinking: 0, costUsd: cost_usd };
}
