/**
 * The worker thread of maintenance.ts. It is JavaScript, since Node runs it as it is in the tests; in the bundle it is a file of
 * its own. Every transaction is short, and a pause as long as it follows, so that the app's own writes get their turn. Every
 * call of SQLite is short, too, because the thread must end by itself: where Node ends one inside of the addon, the addon ends
 * the whole process.
 */
const { setTimeout: sleep } = require('node:timers/promises');
const { parentPort, workerData } = require('node:worker_threads');
const { DatabaseSync } = require('@photostructure/sqlite');
const { deleteRequests, indexRequests, mergeIndex } = require('./requestWork.cjs');
const { BATCH_BYTES, BATCH_ROWS, number, repeat, throwIfStopped, timed } = require('./workSteps.cjs');

/** @typedef {InstanceType<typeof DatabaseSync>} Connection */

/** How long to wait for the app's own writes, in ms. */
const BUSY_MS = 10_000;

/** Pages that are cut off the end of the file at a time. */
const VACUUM_PAGES = 64;

/** Messages that are checked at a time. */
const CHECKED_ROWS = 20;

/** A file of an older version can be shrunk only as a whole, which takes about a second for so many bytes that stay. */
const MAX_VACUUM_BYTES = 64 * 1024 * 1024;

/** @returns {Promise<unknown>} */
async function runTask() {
  const connection = new DatabaseSync(workerData.file, { timeout: BUSY_MS });
  try {
    connection.exec('PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;');
    if (workerData.kind === 'check') return await check(connection).catch(damageFound);
    if (workerData.kind === 'sweep') return await sweep(connection);
    if (workerData.kind === 'index') return await indexRequests(connection);
    return await restore(connection, workerData.from);
  } finally {
    connection.close();
  }
}

/**
 * Checks the tables. The messages, which can be large, are read row by row, which finds also a text that was overwritten.
 * @param {Connection} connection @returns {Promise<string | undefined>} what is wrong
 */
async function check(connection) {
  const tables = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'messages'").all();
  for (const { name } of tables) {
    throwIfStopped();
    const found = connection.prepare(`PRAGMA quick_check('${name}')`).get()?.quick_check;
    if (found !== 'ok') return String(found);
    await sleep(0);
  }
  const next = connection.prepare(
    `SELECT conversation, position, json_valid(content) AS valid, octet_length(content) AS bytes FROM messages
     WHERE (conversation, position) > (?, ?) ORDER BY conversation, position LIMIT ?`,
  );
  let last = { conversation: '', position: -1 };
  for (;;) {
    throwIfStopped();
    const rows = next.all(last.conversation, last.position, CHECKED_ROWS);
    if (rows.length === 0) return undefined;
    for (const row of rows) {
      const isSound = row.valid === 1 && typeof row.conversation === 'string' && typeof row.position === 'number';
      const isNext =
        row.conversation > last.conversation ||
        (row.conversation === last.conversation && row.position > last.position);
      if (!isSound || !isNext) return 'a message cannot be read';
      last = row;
    }
    await sleep(0);
  }
}

/** @param {Connection} connection */
async function sweep(connection) {
  await deleteMessages(connection);
  await repeat(connection, () => {
    const marked = 'SELECT id FROM conversations WHERE deleted = 1 LIMIT ?';
    return changes(connection, `DELETE FROM conversations WHERE id IN (${marked})`, BATCH_ROWS);
  });
  await repeat(connection, () => {
    const unused = 'NOT EXISTS (SELECT 1 FROM conversations WHERE system_hash = hash)';
    const hashes = `SELECT hash FROM system_prompts WHERE ${unused} LIMIT ?`;
    return changes(connection, `DELETE FROM system_prompts WHERE hash IN (${hashes})`, BATCH_ROWS);
  });
  await deleteRequests(connection);
  await mergeIndex(connection);
  await shrink(connection);
  await emptyLog(connection);
}

/** @param {Connection} connection */
async function deleteMessages(connection) {
  const total = number(connection, 'SELECT total(bytes) FROM conversations WHERE deleted = 1');
  const next = connection.prepare(
    `SELECT messages.conversation, messages.position, octet_length(messages.content) AS bytes
     FROM conversations JOIN messages ON messages.conversation = conversations.id WHERE conversations.deleted = 1 LIMIT ?`,
  );
  const remove = connection.prepare('DELETE FROM messages WHERE conversation = ? AND position = ?');
  let deleted = 0;
  await repeat(connection, () => {
    let batch = 0;
    for (const { conversation, position, bytes } of next.all(BATCH_ROWS)) {
      remove.run(conversation, position);
      batch += bytes;
      if (batch >= BATCH_BYTES) break;
    }
    deleted += batch;
    if (total > 0) post({ type: 'progress', done: Math.min(1, deleted / total) });
    return batch;
  });
}

/** @param {Connection} connection */
async function shrink(connection) {
  const free = () => number(connection, 'PRAGMA freelist_count');
  if (number(connection, 'PRAGMA auto_vacuum') === 0) {
    const used = (number(connection, 'PRAGMA page_count') - free()) * number(connection, 'PRAGMA page_size');
    if (used <= MAX_VACUUM_BYTES && free() > 0) connection.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM;');
    return;
  }
  for (let left = free(); left > 0; ) {
    throwIfStopped();
    const took = timed(() => connection.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`));
    await sleep(took);
    const now = free();
    if (now >= left) return;
    left = now;
  }
}

/** Empties the write-ahead log, in which deleted texts can still be read. @param {Connection} connection */
async function emptyLog(connection) {
  for (let attempt = 1; attempt <= 50; attempt += 1) {
    throwIfStopped();
    if (number(connection, 'PRAGMA wal_checkpoint(TRUNCATE)') === 0) return;
    await sleep(20 * attempt);
  }
  throw new Error('the write-ahead log could not be emptied');
}

/**
 * Adds the conversations, requests with their texts, sums, API keys and the use of the plans of another file. What cannot be read in it is counted
 * and left out.
 * @param {Connection} connection @param {string} from
 */
async function restore(connection, from) {
  connection.prepare('ATTACH ? AS old').run(from);
  const { ids, complete } = readIds(connection);
  const exists = connection.prepare('SELECT 1 FROM main.conversations WHERE id = ?');
  const steps = [
    `INSERT OR IGNORE INTO main.system_prompts SELECT * FROM old.system_prompts
       WHERE hash = (SELECT system_hash FROM old.conversations WHERE id = ?)`,
    `UPDATE old.conversations SET name = NULL WHERE id = ?
       AND EXISTS (SELECT 1 FROM main.conversations AS other WHERE other.owner = conversations.owner AND other.name = conversations.name)`,
    'INSERT INTO main.conversations SELECT * FROM old.conversations WHERE id = ?',
    'INSERT INTO main.messages SELECT * FROM old.messages WHERE conversation = ?',
  ].map((sql) => connection.prepare(sql));
  const broken = connection.prepare('SELECT 1 FROM old.messages WHERE conversation = ? AND NOT json_valid(content)');
  let conversations = 0;
  let unreadable = complete ? 0 : 1;
  for (const id of ids) {
    throwIfStopped();
    const took = timed(() => {
      try {
        connection.exec('BEGIN IMMEDIATE');
        const isBroken = broken.get(id) !== undefined;
        const isNew = !isBroken && exists.get(id) === undefined;
        if (isNew) for (const step of steps) step.run(id);
        connection.exec('COMMIT');
        if (isNew) conversations += 1;
        if (isBroken) unreadable += 1;
      } catch (error) {
        if (connection.isTransaction) connection.exec('ROLLBACK');
        if (!isDamage(error)) throw error;
        unreadable += 1;
      }
    });
    await sleep(took);
  }
  for (const sql of [
    'INSERT OR IGNORE INTO main.history_senders SELECT * FROM old.history_senders',
    // Their numbers may be those of other requests here, by chance; these stay.
    'INSERT OR IGNORE INTO main.request_texts SELECT * FROM old.request_texts WHERE seq NOT IN (SELECT seq FROM main.requests)',
    'INSERT OR IGNORE INTO main.requests SELECT * FROM old.requests',
    'UPDATE main.requests SET indexed = 0 WHERE id IN (SELECT id FROM old.requests)',
    'INSERT OR IGNORE INTO main.api_keys SELECT * FROM old.api_keys',
    `INSERT INTO main.usage SELECT * FROM old.usage WHERE true ON CONFLICT (day, hour, model, client, key_id, account_id) DO UPDATE SET
       requests = requests + excluded.requests, failed = failed + excluded.failed, input = input + excluded.input,
       cache_read = cache_read + excluded.cache_read, cache_write = cache_write + excluded.cache_write,
       output = output + excluded.output, cost_usd = cost_usd + excluded.cost_usd, billed_usd = billed_usd + excluded.billed_usd`,
    'INSERT OR IGNORE INTO main.plan_history SELECT * FROM old.plan_history',
  ]) {
    try {
      connection.exec(sql);
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
  }
  connection.exec('DETACH old');
  return { conversations, unreadable };
}

/** @param {Connection} connection */
function readIds(connection) {
  const ids = [];
  try {
    for (const { id } of connection.prepare('SELECT id FROM old.conversations WHERE deleted = 0').iterate())
      ids.push(id);
    return { ids, complete: true };
  } catch (error) {
    if (!isDamage(error)) throw error;
    return { ids, complete: false };
  }
}

/** @param {unknown} error @returns {string} what is wrong with the file. @throws an error that does not come from its content */
function damageFound(error) {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  if (code === 11 || code === 26) return error instanceof Error ? error.message : String(error);
  throw error;
}

/** Whether the file's content is at fault: SQLITE_CORRUPT, or a row that a constraint refuses. @param {unknown} error */
function isDamage(error) {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  return code === 11 || code === 19;
}

/** @param {Connection} connection @param {string} sql @param {number} limit */
function changes(connection, sql, limit) {
  return connection.prepare(sql).run(limit).changes;
}

/** @param {object} message */
function post(message) {
  parentPort?.postMessage(message);
}

runTask().then(
  (result) => post({ type: 'result', result }),
  (error) => post({ type: 'error', message: error instanceof Error ? error.message : String(error) }),
);
