/**
 * The maintenance's work on requests: deleting what is marked as deleted, and indexing. Statements are run with `all`, since `run` also reads the
 * last row id, and the full-text index leaves one that is too large for it.
 */
const { workerData } = require('node:worker_threads');
const { BATCH_BYTES, BATCH_ROWS, number, repeat } = require('./workSteps.cjs');

/** @typedef {InstanceType<typeof import('@photostructure/sqlite').DatabaseSync>} Connection */

/** What is indexed in one transaction: about so many bytes of texts, or so many rows. Indexing takes half a second per MB. */
const INDEXED_BYTES = 32 * 1024;
const INDEXED_ROWS = 50;

/** Pages of the index that are merged at a time. */
const MERGE_PAGES = 64;

/** Deletes the requests and texts that are marked as deleted. @param {Connection} connection */
async function deleteRequests(connection) {
  const before = connection.prepare('SELECT before FROM request_deletions WHERE what = ?');
  const forget = connection.prepare('DELETE FROM request_deletions WHERE what = ? AND before = ?');
  const removeTexts = connection.prepare('DELETE FROM request_texts WHERE seq = ?');
  const removeWords = connection.prepare('DELETE FROM request_index WHERE rowid = ?');
  const removeRow = connection.prepare('DELETE FROM requests WHERE seq = ?');
  const clearAsked = connection.prepare("UPDATE requests SET asked = '' WHERE seq = ?");
  const index = connection.prepare(workerData.indexOne);

  const rows = before.get('rows')?.before;
  if (rows !== undefined) {
    const next = connection.prepare('SELECT seq FROM requests WHERE seq <= ? ORDER BY seq LIMIT ?');
    await repeat(connection, () => {
      const batch = next.all(rows, BATCH_ROWS);
      for (const { seq } of batch) for (const remove of [removeTexts, removeWords, removeRow]) remove.all(seq);
      return batch.length;
    });
    forget.all('rows', rows);
  }
  const texts = before.get('texts')?.before;
  if (texts === undefined) return;
  const next = connection.prepare(
    `SELECT requests.seq, coalesce(bytes, 0) AS bytes FROM requests LEFT JOIN request_texts USING (seq)
     WHERE requests.seq > ? AND requests.seq <= ? AND (asked <> '' OR bytes IS NOT NULL) ORDER BY requests.seq LIMIT ?`,
  );
  let last = -1;
  await repeat(connection, () => {
    let count = 0;
    let bytes = 0;
    for (const row of next.all(last, texts, BATCH_ROWS)) {
      for (const change of [removeTexts, removeWords, clearAsked]) change.all(row.seq);
      index.all({ seq: row.seq, most: workerData.most, texts });
      last = row.seq;
      count += 1;
      bytes += row.bytes;
      if (bytes >= BATCH_BYTES) break;
    }
    return count;
  });
  forget.all('texts', texts);
}

/** Takes what was deleted out of the index, in steps. @param {Connection} connection */
async function mergeIndex(connection) {
  const merge = connection.prepare("INSERT INTO request_index (request_index, rank) VALUES ('merge', ?)");
  const total = () => number(connection, 'SELECT total_changes()');
  let pages = -MERGE_PAGES;
  await repeat(connection, () => {
    const earlier = total();
    merge.all(pages);
    pages = MERGE_PAGES;
    // One change is that of the statement itself.
    return total() - earlier >= 2 ? 1 : 0;
  });
}

/** Makes the requests searchable that are not yet. @param {Connection} connection */
async function indexRequests(connection) {
  const next = connection.prepare('SELECT seq FROM requests WHERE indexed = 0 ORDER BY seq DESC LIMIT ?');
  const size = connection.prepare('SELECT bytes FROM request_texts WHERE seq = ?');
  const index = connection.prepare(workerData.indexOne);
  const setIndexed = connection.prepare('UPDATE requests SET indexed = 1 WHERE seq = ?');
  const removeWords = connection.prepare('DELETE FROM request_index WHERE rowid = ?');
  const texts = number(connection, 'SELECT coalesce(max(before), 0) FROM request_deletions');
  await repeat(connection, () => {
    let count = 0;
    let bytes = 0;
    for (const { seq } of next.all(INDEXED_ROWS)) {
      removeWords.all(seq);
      index.all({ seq, most: workerData.most, texts });
      setIndexed.all(seq);
      count += 1;
      bytes += size.get(seq)?.bytes ?? 0;
      if (bytes >= INDEXED_BYTES) break;
    }
    return count;
  });
}

module.exports = { deleteRequests, indexRequests, mergeIndex };
