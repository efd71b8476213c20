/** The API keys, as rows of SQLite. Of a secret, only the hash is stored. */
import { z } from 'zod';
import { type ApiKey, KEY_SCOPES } from '../shared/access/keys';
import type { Database } from './database';

/** A key with the SHA-256 of its secret, in base64url; null for a deleted key, of which only the name is of use. */
export interface StoredKey extends ApiKey {
  hash: string | null;
}

export interface KeysTable {
  /** Also the deleted ones. */
  all(): StoredKey[];
  /** Inserts the key, or replaces the one of that id. */
  save(key: StoredKey): void;
}

export function keysTable(database: Database): KeysTable {
  const all = database.prepare('SELECT * FROM api_keys');
  const save = database.prepare(
    `INSERT OR REPLACE INTO api_keys (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((name) => `:${name}`).join(', ')})`,
  );
  return {
    all: () => all.all().map(fromColumns),
    save: (key) => void save.run(toColumns(key)),
  };
}

const nullableNumber = z.number().nullable();

const Columns = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  hash: z.string().nullable(),
  created_at: z.number(),
  expires_at: nullableNumber,
  revoked_at: nullableNumber,
  models: z.string(),
  requests_per_minute: nullableNumber,
  tokens_per_day: nullableNumber,
  usd_per_day: nullableNumber,
  scopes: z.string(),
  in_url: z.number(),
  account_id: z.string().nullable(),
  last_used_at: nullableNumber,
  last_address: z.string(),
  last_client: z.string(),
});

const COLUMNS = Object.keys(Columns.shape);
const Models = z.array(z.string());
const Scopes = z.array(z.enum(KEY_SCOPES));

function toColumns(key: StoredKey): z.infer<typeof Columns> {
  return {
    ...{ id: key.id, name: key.name, prefix: key.prefix, hash: key.hash },
    ...{ created_at: key.createdAt, expires_at: key.expiresAt, revoked_at: key.revokedAt },
    models: JSON.stringify(key.models),
    ...{ requests_per_minute: key.requestsPerMinute, tokens_per_day: key.tokensPerDay, usd_per_day: key.usdPerDay },
    scopes: JSON.stringify(key.scopes),
    ...{ in_url: Number(key.inUrl), account_id: key.accountId },
    ...{ last_used_at: key.lastUsedAt, last_address: key.lastAddress, last_client: key.lastClient },
  };
}

function fromColumns(row: unknown): StoredKey {
  const columns = Columns.parse(row);
  return {
    ...{ id: columns.id, name: columns.name, prefix: columns.prefix, hash: columns.hash },
    ...{ createdAt: columns.created_at, expiresAt: columns.expires_at, revokedAt: columns.revoked_at },
    models: Models.parse(JSON.parse(columns.models)),
    requestsPerMinute: columns.requests_per_minute,
    ...{ tokensPerDay: columns.tokens_per_day, usdPerDay: columns.usd_per_day },
    scopes: Scopes.parse(JSON.parse(columns.scopes)),
    ...{ inUrl: columns.in_url === 1, accountId: columns.account_id },
    ...{ lastUsedAt: columns.last_used_at, lastAddress: columns.last_address, lastClient: columns.last_client },
  };
}
