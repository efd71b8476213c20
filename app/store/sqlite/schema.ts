/**
 * The schema of the app's SQLite file, as the migrations that make it. The `…Table.ts` files read and write its tables; what
 * depends on the schema as a whole (migrating a file, finding a part that is missing) is here.
 */
import { createHash } from 'node:crypto';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { SEARCHABLE_REQUESTS } from './requestMigrations';

/** Each migrates the schema by one version; `PRAGMA user_version` counts those that have run. Only ever append to the list. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE requests (
     id TEXT PRIMARY KEY,
     at REAL NOT NULL,
     client TEXT NOT NULL,
     address TEXT NOT NULL,
     dialect TEXT NOT NULL,
     method TEXT NOT NULL,
     path TEXT NOT NULL,
     model TEXT NOT NULL,
     stream INTEGER NOT NULL,
     phase TEXT NOT NULL,
     status INTEGER,
     input INTEGER,
     cache_read INTEGER,
     cache_write INTEGER,
     output INTEGER,
     cost_usd REAL,
     first_token_ms REAL,
     duration_ms REAL,
     user_agent TEXT NOT NULL,
     resolved_model TEXT,
     conversation TEXT,
     served TEXT,
     messages INTEGER,
     load_ms REAL,
     error TEXT,
     ignored TEXT NOT NULL,
     isolation TEXT
   );
   CREATE INDEX requests_at ON requests (at);
   CREATE TABLE usage (
     day TEXT NOT NULL,
     hour INTEGER NOT NULL,
     model TEXT NOT NULL,
     requests INTEGER NOT NULL,
     failed INTEGER NOT NULL,
     input INTEGER NOT NULL,
     cache_read INTEGER NOT NULL,
     cache_write INTEGER NOT NULL,
     output INTEGER NOT NULL,
     cost_usd REAL NOT NULL,
     PRIMARY KEY (day, hour, model)
   ) WITHOUT ROWID;`,
  `CREATE TABLE conversations (
     id TEXT PRIMARY KEY,
     owner TEXT NOT NULL,
     name TEXT,
     client TEXT NOT NULL,
     system TEXT NOT NULL,
     model TEXT NOT NULL,
     digest TEXT NOT NULL,
     has_texts INTEGER NOT NULL,
     title TEXT NOT NULL,
     created_at REAL NOT NULL,
     used_at REAL NOT NULL,
     turns INTEGER NOT NULL DEFAULT 0,
     bytes INTEGER NOT NULL DEFAULT 0,
     input INTEGER NOT NULL DEFAULT 0,
     cache_read INTEGER NOT NULL DEFAULT 0,
     cache_write INTEGER NOT NULL DEFAULT 0,
     output INTEGER NOT NULL DEFAULT 0,
     cost_usd REAL NOT NULL DEFAULT 0
   );
   CREATE UNIQUE INDEX conversations_name ON conversations (owner, name) WHERE name IS NOT NULL;
   CREATE INDEX conversations_digest ON conversations (digest);
   CREATE INDEX conversations_used ON conversations (used_at);
   CREATE TABLE messages (
     conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
     position INTEGER NOT NULL,
     pending INTEGER NOT NULL,
     role TEXT NOT NULL,
     content TEXT NOT NULL,
     PRIMARY KEY (conversation, position)
   ) WITHOUT ROWID;
   CREATE TABLE deltas (
     id INTEGER PRIMARY KEY,
     conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
     text TEXT NOT NULL
   );
   CREATE INDEX deltas_conversation ON deltas (conversation);
   CREATE TABLE history_senders (owner TEXT NOT NULL, user TEXT NOT NULL, PRIMARY KEY (owner, user)) WITHOUT ROWID;`,
  // System prompts are stored once, by hash: programs send the same long one with every conversation. What a conversation
  // needs to be recognised and continued (the digests of its first message and of its key) has columns of its own, so that
  // its messages need not be read for it. A deleted conversation is marked first, because deleting its messages takes time.
  `CREATE TABLE system_prompts (hash TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
   ALTER TABLE conversations ADD COLUMN system_hash TEXT;
   ALTER TABLE conversations ADD COLUMN key_digest TEXT;
   ALTER TABLE conversations ADD COLUMN first_digest TEXT;
   ALTER TABLE conversations ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
   INSERT OR IGNORE INTO system_prompts SELECT sha256(system), system FROM conversations WHERE system <> '';
   UPDATE conversations SET system_hash = sha256(system) WHERE system <> '';
   DELETE FROM conversations WHERE turns = 0;
   ALTER TABLE conversations DROP COLUMN system;
   CREATE INDEX conversations_system ON conversations (system_hash);
   CREATE INDEX conversations_deleted ON conversations (deleted) WHERE deleted = 1;
   DROP TABLE deltas;
   CREATE TABLE quarantined_files (
     file TEXT PRIMARY KEY,
     reason TEXT NOT NULL,
     detail TEXT NOT NULL,
     at REAL NOT NULL
   ) WITHOUT ROWID;`,
  // The sums of earlier versions are of no client: ''.
  `CREATE TABLE usage_by_client (
     day TEXT NOT NULL,
     hour INTEGER NOT NULL,
     model TEXT NOT NULL,
     client TEXT NOT NULL,
     requests INTEGER NOT NULL,
     failed INTEGER NOT NULL,
     input INTEGER NOT NULL,
     cache_read INTEGER NOT NULL,
     cache_write INTEGER NOT NULL,
     output INTEGER NOT NULL,
     cost_usd REAL NOT NULL,
     PRIMARY KEY (day, hour, model, client)
   ) WITHOUT ROWID;
   INSERT INTO usage_by_client (day, hour, model, client, requests, failed, input, cache_read, cache_write, output, cost_usd)
     SELECT day, hour, model, '', requests, failed, input, cache_read, cache_write, output, cost_usd FROM usage;
   DROP TABLE usage;
   ALTER TABLE usage_by_client RENAME TO usage;`,
  // Who paid. The day's billed cost has a table of its own: the sums of usage of earlier versions do not tell it.
  `ALTER TABLE requests ADD COLUMN payer TEXT;
   ALTER TABLE requests ADD COLUMN billing TEXT;
   CREATE TABLE billed_usage (day TEXT PRIMARY KEY, cost_usd REAL NOT NULL) WITHOUT ROWID;`,
  // Of a key, only the hash of its secret is stored. A deleted key keeps its row, without the hash, for its name: its requests and
  // conversations stay. The sums of earlier versions are of no key: ''.
  `CREATE TABLE api_keys (
     id TEXT PRIMARY KEY,
     name TEXT NOT NULL,
     prefix TEXT NOT NULL,
     hash TEXT UNIQUE,
     created_at REAL NOT NULL,
     expires_at REAL,
     revoked_at REAL,
     models TEXT NOT NULL,
     requests_per_minute INTEGER,
     tokens_per_day INTEGER,
     usd_per_day REAL,
     scopes TEXT NOT NULL,
     in_url INTEGER NOT NULL,
     last_used_at REAL,
     last_address TEXT NOT NULL,
     last_client TEXT NOT NULL
   ) WITHOUT ROWID;
   ALTER TABLE requests ADD COLUMN key_id TEXT NOT NULL DEFAULT '';
   ALTER TABLE requests ADD COLUMN key_name TEXT NOT NULL DEFAULT '';
   CREATE TABLE usage_by_key (
     day TEXT NOT NULL,
     hour INTEGER NOT NULL,
     model TEXT NOT NULL,
     client TEXT NOT NULL,
     key_id TEXT NOT NULL,
     key_name TEXT NOT NULL,
     requests INTEGER NOT NULL,
     failed INTEGER NOT NULL,
     input INTEGER NOT NULL,
     cache_read INTEGER NOT NULL,
     cache_write INTEGER NOT NULL,
     output INTEGER NOT NULL,
     cost_usd REAL NOT NULL,
     PRIMARY KEY (day, hour, model, client, key_id)
   ) WITHOUT ROWID;
   INSERT INTO usage_by_key
       (day, hour, model, client, key_id, key_name, requests, failed, input, cache_read, cache_write, output, cost_usd)
     SELECT day, hour, model, client, '', '', requests, failed, input, cache_read, cache_write, output, cost_usd FROM usage;
   DROP TABLE usage;
   ALTER TABLE usage_by_key RENAME TO usage;`,
  // The account that a key names; NULL for the default one.
  'ALTER TABLE api_keys ADD COLUMN account_id TEXT;',
  // The account that answered; '' for the CLI's own sign-in, which answered all requests of earlier versions. The billed cost becomes a
  // part of the sums of usage. Where only a part of a day's cost was billed, its sums get that part in proportion to their costs.
  `ALTER TABLE requests ADD COLUMN account_id TEXT NOT NULL DEFAULT '';
   ALTER TABLE requests ADD COLUMN ended_at REAL NOT NULL DEFAULT 0;
   UPDATE requests SET ended_at = at + coalesce(duration_ms, 0);
   CREATE INDEX requests_ended ON requests (ended_at, first_token_ms, output, duration_ms)
     WHERE dialect <> 'app' AND (messages > 0 OR served IS NOT NULL OR input IS NOT NULL);
   CREATE TABLE usage_by_account (
     day TEXT NOT NULL,
     hour INTEGER NOT NULL,
     model TEXT NOT NULL,
     client TEXT NOT NULL,
     key_id TEXT NOT NULL,
     key_name TEXT NOT NULL,
     account_id TEXT NOT NULL,
     requests INTEGER NOT NULL,
     failed INTEGER NOT NULL,
     input INTEGER NOT NULL,
     cache_read INTEGER NOT NULL,
     cache_write INTEGER NOT NULL,
     output INTEGER NOT NULL,
     cost_usd REAL NOT NULL,
     billed_usd REAL NOT NULL,
     PRIMARY KEY (day, hour, model, client, key_id, account_id)
   ) WITHOUT ROWID;
   INSERT INTO usage_by_account (day, hour, model, client, key_id, key_name, account_id, requests, failed, input, cache_read, cache_write,
       output, cost_usd, billed_usd)
     SELECT usage.day, hour, model, client, key_id, key_name, '', requests, failed, input, cache_read, cache_write, output, usage.cost_usd,
       CASE WHEN of_day.cost_usd > 0 THEN usage.cost_usd * coalesce(billed_usage.cost_usd, 0) / of_day.cost_usd ELSE 0 END
     FROM usage
     JOIN (SELECT day, sum(cost_usd) AS cost_usd FROM usage GROUP BY day) AS of_day ON of_day.day = usage.day
     LEFT JOIN billed_usage ON billed_usage.day = usage.day;
   DROP TABLE usage;
   DROP TABLE billed_usage;
   ALTER TABLE usage_by_account RENAME TO usage;`,
  // How the use of each plan window went on: a row where it has changed. The window's instance is its reset.
  `CREATE TABLE plan_history (
     account_id TEXT NOT NULL,
     window TEXT NOT NULL,
     at REAL NOT NULL,
     used REAL NOT NULL,
     resets_at REAL,
     PRIMARY KEY (account_id, window, at)
   ) WITHOUT ROWID;`,
  SEARCHABLE_REQUESTS,
  // The title that the user has given a conversation.
  'ALTER TABLE conversations ADD COLUMN own_title TEXT;',
];

export const SCHEMA_VERSION = MIGRATIONS.length;

/** Why a file cannot be used as the app's database. `incomplete`: a table or a column is missing. */
export type UnusableReason = 'damaged' | 'newer' | 'incomplete';

/** The file can be opened, but its content cannot be used. */
export class UnusableDatabaseError extends Error {
  override readonly name = 'UnusableDatabaseError';
  constructor(
    readonly reason: UnusableReason,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Migrates the database to the schema of this version of the app. Writes nothing where it has that schema already.
 * @throws UnusableDatabaseError where the database is of a later version of the app, or a part of its schema is missing.
 */
export function migrate(connection: DatabaseSyncInstance): void {
  const version = demandKnownVersion(connection);
  const missing = missingParts(connection, version);
  if (missing.length > 0) {
    throw new UnusableDatabaseError('incomplete', incompleteText(missing));
  }
  if (version < SCHEMA_VERSION) runMigrations(connection, version);
}

/**
 * Returns the version of the database's schema. Writes nothing.
 * @throws UnusableDatabaseError where it is of a later version of the app.
 */
export function demandKnownVersion(connection: DatabaseSyncInstance): number {
  const version = Number(connection.prepare('PRAGMA user_version').get()?.user_version);
  if (version > SCHEMA_VERSION) throw new UnusableDatabaseError('newer', laterVersionText(version));
  return version;
}

/** @param version of the schema */
export function laterVersionText(version: number): string {
  return `it was written by a later version of Claudacity (format ${version})`;
}

/**
 * The tables and columns of the schema that the database does not have: `messages`, `usage.hour`.
 * @param version the version of the schema that the database should have.
 */
export function missingParts(connection: DatabaseSyncInstance, version = SCHEMA_VERSION): string[] {
  const actual = columnsByTable(connection);
  return [...expectedColumns(version)].flatMap(([table, columns]) => {
    const present = actual.get(table);
    if (!present) return [table];
    return [...columns].filter((column) => !present.has(column)).map((column) => `${table}.${column}`);
  });
}

/** @param missing tables and columns, as `missingParts` returns them. */
export function incompleteText(missing: readonly string[]): string {
  return `a part of it is missing: ${missing.slice(0, 5).join(', ')}`;
}

function runMigrations(connection: DatabaseSyncInstance, version: number, target = SCHEMA_VERSION): void {
  connection.function('sha256', { deterministic: true }, sha256);
  connection.exec('BEGIN IMMEDIATE');
  try {
    for (const migration of MIGRATIONS.slice(version, target)) connection.exec(migration);
    connection.exec(`PRAGMA user_version = ${target}`);
    connection.exec('COMMIT');
  } catch (error) {
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}

/** The hash by which a system prompt is stored. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

type ColumnsByTable = ReadonlyMap<string, ReadonlySet<string>>;

const expected = new Map<number, ColumnsByTable>();

/** Read from an empty database that the migrations have made, so that the schema is written down only once. */
function expectedColumns(version: number): ColumnsByTable {
  const known = expected.get(version);
  if (known) return known;
  const connection = new DatabaseSync(':memory:');
  try {
    runMigrations(connection, 0, version);
    const columns = columnsByTable(connection);
    expected.set(version, columns);
    return columns;
  } finally {
    connection.close();
  }
}

function columnsByTable(connection: DatabaseSyncInstance): ColumnsByTable {
  const rows = connection
    .prepare(
      `SELECT tables.name AS "table", columns.name AS "column" FROM sqlite_schema AS tables
       JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%'`,
    )
    .all();
  const tables = new Map<string, Set<string>>();
  for (const row of rows) {
    const table = String(row.table);
    tables.set(table, (tables.get(table) ?? new Set()).add(String(row.column)));
  }
  return tables;
}
