/**
 * What is searched of a request, as SQL, so that the index, its worker and the check of what the index finds mean the same. The index has
 * the trigrams of each row, without their places: with them it would be six times as large as the texts, and no faster.
 */

/** Texts of at most so many characters are indexed in the transaction that writes them, which takes about half a second per MB. */
export const MAX_INDEXED_AT_ONCE = 16 * 1024;
/** Of longer ones, a worker indexes so many characters of question and answer each. */
export const MAX_INDEXED = 128 * 1024;

const SPOKEN = (column: string) => `substr(coalesce((
  SELECT group_concat(coalesce(value ->> 'text', '') || coalesce(value ->> 'name', '') || char(10) || coalesce(value ->> 'input', ''), char(10))
  FROM json_each(texts.${column})), ''), 1, :most)`;

/**
 * The searched text of the row `requests` with its `texts`: `:most` characters of question and answer each. Texts up to `:texts` are deleted. The
 * lines at the end make trigrams of the last two characters.
 */
export const SEARCHED_TEXT = `
  requests.client || char(10) || requests.model || char(10) || coalesce(requests.resolved_model, '') || char(10) || requests.path || char(10) ||
  coalesce(requests.error, '') || char(10) || requests.key_name || char(10) || iif(requests.seq > :texts, requests.asked, '') || char(10) ||
  ${SPOKEN('question')} || char(10) || ${SPOKEN('answer')} || char(10) || char(10)`;

/** The rows with their texts, where these are not deleted. */
export const FROM_REQUESTS =
  'FROM requests LEFT JOIN request_texts AS texts ON texts.seq = requests.seq AND texts.seq > :texts';

/** Adds the row `:seq` to the index, with at most `:most` characters of its question and of its answer. */
export const INDEX_ONE = `
  INSERT INTO request_index (rowid, text) SELECT requests.seq, ${SEARCHED_TEXT}
  ${FROM_REQUESTS} WHERE requests.seq = :seq`;
