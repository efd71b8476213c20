/**
 * The worker thread of searchReader.ts: runs statements that read, on a connection of its own, so that a long search does not hold up the
 * answers. It is JavaScript for the same reasons as maintenanceWorker.cjs, and ends by itself.
 */
const { parentPort, workerData } = require('node:worker_threads');
const { DatabaseSync } = require('@photostructure/sqlite');

/** How long to wait for a lock, in ms. */
const BUSY_MS = 2_000;

const connection = new DatabaseSync(workerData.file, { timeout: BUSY_MS });
// Not read-only: such a connection could not open the file after a crash. Nothing here writes.
connection.exec('PRAGMA query_only = ON; PRAGMA cache_size = -16000;');
connection.function('holds_words', { deterministic: true }, holdsWords);

/** As in foldText.ts, with the words as JSON. @param {string} text @param {string} words */
function holdsWords(text, words) {
  const folded = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return JSON.parse(words).every((/** @type {string} */ word) => folded.includes(word)) ? 1 : 0;
}

/** @type {Map<string, import('@photostructure/sqlite').StatementSyncInstance>} */
const statements = new Map();

/** @param {string} sql */
function prepared(sql) {
  const known = statements.get(sql);
  if (known) return known;
  if (statements.size >= 50) statements.clear();
  const statement = connection.prepare(sql);
  statements.set(sql, statement);
  return statement;
}

parentPort?.on('message', ({ job, sql, parameters }) => {
  if (sql === undefined) {
    statements.clear();
    connection.close();
    parentPort?.close();
    return;
  }
  try {
    parentPort?.postMessage({ job, rows: prepared(sql).all(parameters) });
  } catch (error) {
    parentPort?.postMessage({ job, message: error instanceof Error ? error.message : String(error) });
  }
});
