/** The migration that makes the stored requests searchable; schema.ts says when it runs. */

/**
 * A request's number, `seq`, is its time in thousandths of a millisecond: the rows are in the order in which they are read, and the index of
 * texts has the same numbers. Outcomes of older requests are guessed from phase and status, as `outcomeOfStatus` does; their `has_texts` is
 * unknown. `request_deletions` has up to which number texts or whole rows are deleted: they are gone at once, and a worker removes them.
 */
export const SEARCHABLE_REQUESTS = `
  CREATE TABLE requests_by_time (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
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
    isolation TEXT,
    payer TEXT,
    billing TEXT,
    key_id TEXT NOT NULL,
    key_name TEXT NOT NULL,
    account_id TEXT NOT NULL,
    ended_at REAL NOT NULL,
    outcome TEXT NOT NULL,
    asked TEXT NOT NULL,
    has_texts INTEGER,
    queue_ms REAL,
    prompt_ms REAL,
    tool_wait_ms REAL,
    indexed INTEGER NOT NULL
  );
  INSERT INTO requests_by_time
    SELECT seq + row_number() OVER (PARTITION BY seq ORDER BY id) - 1,
      id, at, client, address, dialect, method, path, model, stream, phase, status, input, cache_read, cache_write, output, cost_usd,
      first_token_ms, duration_ms, user_agent, resolved_model, conversation, served, messages, load_ms, error, ignored, isolation,
      payer, billing, key_id, key_name, account_id, ended_at,
      CASE
        WHEN phase = 'done' THEN 'answered'
        WHEN phase = 'cancelled' THEN 'hung_up'
        WHEN phase = 'stopped' THEN 'stopped'
        WHEN status < 400 THEN 'broke_off'
        WHEN status IN (401, 403) THEN iif(messages IS NULL, 'refused', 'signed_out')
        WHEN status IN (408, 504) THEN 'timeout'
        WHEN status = 429 THEN iif(billing = 'plan', 'plan_limit', iif(messages IS NULL, 'refused', 'overloaded'))
        WHEN status = 503 THEN 'overloaded'
        WHEN status BETWEEN 400 AND 498 THEN 'invalid'
        ELSE 'failed'
      END,
      '', NULL, NULL, NULL, NULL, 0
    FROM (SELECT CAST(round(at * 1000) AS INTEGER) AS seq, * FROM requests);
  DROP TABLE requests;
  ALTER TABLE requests_by_time RENAME TO requests;
  CREATE INDEX requests_filter ON requests (seq, client, key_id, dialect, model, resolved_model, outcome, served, conversation);
  CREATE INDEX requests_ended ON requests (ended_at, first_token_ms, output, duration_ms)
    WHERE dialect <> 'app' AND (messages > 0 OR served IS NOT NULL OR input IS NOT NULL);
  CREATE INDEX requests_conversation ON requests (conversation) WHERE conversation IS NOT NULL;
  CREATE INDEX requests_unindexed ON requests (seq) WHERE indexed = 0;
  CREATE INDEX requests_without_model ON requests (seq) WHERE messages IS NULL AND served IS NULL;
  CREATE TABLE request_texts (
    seq INTEGER PRIMARY KEY,
    bytes INTEGER NOT NULL,
    system TEXT NOT NULL,
    earlier_messages INTEGER NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    images TEXT NOT NULL
  );
  CREATE INDEX request_texts_bytes ON request_texts (seq, bytes);
  CREATE VIRTUAL TABLE request_index USING fts5(
    text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram remove_diacritics 1'
  );
  CREATE VIRTUAL TABLE request_words USING fts5vocab(request_index, row);
  CREATE TABLE request_deletions (what TEXT PRIMARY KEY, before INTEGER NOT NULL) WITHOUT ROWID;`;
