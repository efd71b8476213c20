/** The request log: the requests that have ended, as rows of SQLite. */
import { z } from 'zod';
import type { RequestDetails } from '../shared/contract';
import type { Database } from './database';

/** A request that has ended, at `endedAt` (ms since the epoch). */
export type EndedRequest = RequestDetails & { readonly endedAt: number };

export interface RequestsTable {
  insert(request: EndedRequest): void;
  /** Requests that began before `before` (ms since the epoch), newest first. */
  older(before: number, limit: number): RequestDetails[];
  find(id: string): RequestDetails | null;
  count(): number;
  /** Returns how many of the deleted requests had asked no model. */
  deleteOldest(count: number): number;
  /** The stored requests that have asked no model: refused ones, and failed polls. */
  countWithoutModel(): number;
  deleteOldestWithoutModel(count: number): void;
  deleteAll(): void;
}

export function requestsTable(database: Database): RequestsTable {
  const insert = database.prepare(
    `INSERT INTO requests (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((name) => `:${name}`).join(', ')})`,
  );
  const older = database.prepare('SELECT * FROM requests WHERE at < ? ORDER BY at DESC LIMIT ?');
  const find = database.prepare('SELECT * FROM requests WHERE id = ?');
  const count = database.prepare('SELECT count(*) AS count FROM requests');
  const deleteOldest = database.prepare(
    `DELETE FROM requests WHERE id IN (SELECT id FROM requests ORDER BY at LIMIT ?)
     RETURNING ${WITHOUT_MODEL} AS without_model`,
  );
  const countWithoutModel = database.prepare(`SELECT count(*) AS count FROM requests WHERE ${WITHOUT_MODEL}`);
  const deleteOldestWithoutModel = database.prepare(
    `DELETE FROM requests WHERE id IN (SELECT id FROM requests WHERE ${WITHOUT_MODEL} ORDER BY at LIMIT ?)`,
  );
  const deleteAll = database.prepare('DELETE FROM requests');
  return {
    insert: (request) => void insert.run(toColumns(request)),
    older: (before, limit) => older.all(before, limit).map(fromColumns),
    find(id) {
      const row = find.get(id);
      return row === undefined ? null : fromColumns(row);
    },
    count: () => Number(count.get()?.count),
    deleteOldest: (n) => deleteOldest.all(n).filter((row) => row.without_model === 1).length,
    countWithoutModel: () => Number(countWithoutModel.get()?.count),
    deleteOldestWithoutModel: (n) => void deleteOldestWithoutModel.run(n),
    deleteAll: () => void deleteAll.run(),
  };
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
});

const COLUMNS = Object.keys(Columns.shape);
const Ignored = z.array(z.string());

function toColumns(request: EndedRequest): z.infer<typeof Columns> {
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
  };
}

function fromColumns(row: unknown): RequestDetails {
  const columns = Columns.parse(row);
  const { input, cache_read: cacheRead, cache_write: cacheWrite, output } = columns;
  const hasUsage = input !== null && cacheRead !== null && cacheWrite !== null;
  return {
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
    outcome: 'answered',
    asked: '',
    status: columns.status,
    usage: hasUsage ? { input, cacheRead, cacheWrite, output, thinking: 0, costUsd: columns.cost_usd } : null,
    firstTokenMs: columns.first_token_ms,
    durationMs: columns.duration_ms,
    userAgent: columns.user_agent,
    resolvedModel: columns.resolved_model,
    conversation: columns.conversation,
    served: columns.served,
    messages: columns.messages,
    loadMs: columns.load_ms,
    error: columns.error,
    ignored: Ignored.parse(JSON.parse(columns.ignored)),
    isolation: columns.isolation,
    payer: columns.payer,
    billing: columns.billing,
    keyId: columns.key_id,
    keyName: columns.key_name,
    accountId: columns.account_id,
  };
}
