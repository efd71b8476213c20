/**
 * The worker thread of conversationSearch.ts. It is JavaScript, since Node runs it as it is in the tests; in the bundle it is a file of its own.
 * It reads one conversation after the other, the newest first, and ends by itself: where Node ends a thread inside of the addon, the addon
 * ends the whole process.
 */
const { parentPort, workerData } = require('node:worker_threads');
const { DatabaseSync } = require('@photostructure/sqlite');

/** @typedef {InstanceType<typeof DatabaseSync>} Connection */
/** @typedef {{ id: string, excerpt: string | null }} Hit */

/** What is not found by then is left out, in ms. */
const BUDGET_MS = 5_000;

/** How much of a text an excerpt has before the word and from it on, in characters. */
const BEFORE = 20;
const BEHIND = 120;

/** Set by the app when it wants the thread to end. */
const stop = new Int32Array(workerData.stop);

/** @returns {Hit[]} */
function search() {
  const { file, words, client, model, limit } = workerData;
  // Not read-only: such a connection could not open the file after a crash. Nothing here writes.
  const connection = new DatabaseSync(file, { timeout: 1_000 });
  connection.exec('PRAGMA query_only = ON;');
  const endsAt = performance.now() + BUDGET_MS;
  /** @type {Hit[]} */
  const hits = [];
  try {
    const candidates = connection
      .prepare(
        `SELECT id, title, ifnull(own_title, '') AS own_title, ifnull(name, '') AS name, client, model, has_texts FROM conversations
         WHERE deleted = 0 AND (:client IS NULL OR client = :client) AND (:model IS NULL OR model = :model)
         ORDER BY used_at DESC`,
      )
      .all({ client, model });
    const texts = connection.prepare(
      `SELECT content FROM messages WHERE conversation = ? AND pending = 0 AND content LIKE ? ESCAPE '!' ORDER BY position`,
    );
    for (const one of candidates) {
      if (hits.length >= limit || performance.now() > endsAt || Atomics.load(stop, 0) === 1) break;
      const heading = [one.own_title, one.title, one.name, one.client, one.model].join(' ').toLowerCase();
      const left = words.filter((/** @type {string} */ word) => !heading.includes(word));
      if (left.length === 0) hits.push({ id: one.id, excerpt: null });
      else if (one.has_texts === 1) {
        const excerpts = left.map((/** @type {string} */ word) => findWord(texts, one.id, word));
        if (excerpts.every((/** @type {string | null} */ excerpt) => excerpt !== null))
          hits.push({ id: one.id, excerpt: excerpts[0] ?? null });
      }
    }
    return hits;
  } finally {
    connection.close();
  }
}

/**
 * The words around the first place in the conversation's texts that has the word; null where none has.
 * @param {ReturnType<Connection['prepare']>} texts @param {string} conversation @param {string} word
 * @returns {string | null}
 */
function findWord(texts, conversation, word) {
  for (const { content } of texts.iterate(conversation, likePattern(word))) {
    for (const text of textsOf(JSON.parse(content))) {
      const at = text.toLowerCase().indexOf(word);
      if (at >= 0) return excerptOf(text, at);
    }
  }
  return null;
}

/**
 * Finds at least the messages, as JSON, that have the word. LIKE does not know the capitals of other letters than those of ASCII, so such a
 * letter may be any one.
 * @param {string} word
 */
function likePattern(word) {
  const written = [...JSON.stringify(word).slice(1, -1)]
    .map((character) => (character > '\x7f' ? '_' : character.replace(/[%_!]/, '!$&')))
    .join('');
  return `%${written}%`;
}

/** What can be read in a message: never the data of an image or a document. @param {any[]} content @returns {string[]} */
function textsOf(content) {
  return content.flatMap((block) => {
    if (block.type === 'text') return [block.text];
    if (block.type === 'tool_use') return [`${block.name} ${JSON.stringify(block.input)}`];
    return block.type === 'tool_result' ? textsOf(block.content) : [];
  });
}

/** @param {string} text @param {number} at */
function excerptOf(text, at) {
  const start = Math.max(0, at - BEFORE);
  const excerpt = text
    .slice(start, at + BEHIND)
    .replace(/\s+/g, ' ')
    .trim();
  return `${start > 0 ? '…' : ''}${excerpt}${at + BEHIND < text.length ? '…' : ''}`;
}

try {
  parentPort?.postMessage({ type: 'result', hits: search() });
} catch (error) {
  parentPort?.postMessage({ type: 'error', message: error instanceof Error ? error.message : String(error) });
}
