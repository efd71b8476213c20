/** A filter of the request log as SQL. */
import type { RequestFilter } from '../../shared/contract';
import type { SqlValue } from '../database';
import { FROM_REQUESTS, MAX_INDEXED, SEARCHED_TEXT } from './indexSql';
import { type DeletionMarks, seqOf } from './requestsTable';

/** A statement and its values. */
export interface SearchSql {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, SqlValue>>;
}

export interface SearchScope {
  readonly filter: RequestFilter;
  readonly marks: DeletionMarks;
  /** Folded, as `searchedWords` returns them; none for every request. */
  readonly words: readonly string[];
  /** The query of the index for the words: what it finds may have them. '' reads the rows that pass the rest of the filter. */
  readonly match: string;
}

/** Of more words, the index is asked for these; the check of what it finds has them all. */
const MAX_WORDS = 20;
const MAX_TRIGRAMS = 30;
/** With so many trigrams that begin with a short word, most rows have it: to read the rows is faster than to ask the index. */
const MAX_TERMS = 150;

/** The trigrams that begin with a word of one or two characters. */
export function termsSql(word: string): SearchSql {
  return {
    sql: `SELECT term FROM request_words WHERE term >= :word AND term < :end LIMIT ${MAX_TERMS + 1}`,
    parameters: { word, end: `${word}\u{10FFFF}` },
  };
}

/**
 * The query of the index.
 * @param termsOf the trigrams that begin with a short word.
 */
export function matchOf(words: readonly string[], termsOf: (word: string) => readonly string[]): string {
  const conditions = words.slice(0, MAX_WORDS).flatMap((word) => {
    const characters = [...word];
    if (characters.length < 3) {
      const terms = termsOf(word);
      return terms.length > MAX_TERMS ? [] : [`(${terms.map(quoted).join(' OR ') || NOTHING})`];
    }
    const trigrams = characters.slice(2, MAX_TRIGRAMS + 2).map((_, at) => characters.slice(at, at + 3).join(''));
    return [trigrams.map(quoted).join(' AND ')];
  });
  return conditions.join(' AND ');
}

export function isShort(word: string): boolean {
  return [...word].length < 3;
}

/** No text has these. */
const NOTHING = '"\u{10FFFF}\u{10FFFF}\u{10FFFF}"';

/** In quotes, nothing in a text is syntax. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** The rows that pass, newest first. @param before ms since the epoch. */
export function pageSql(scope: SearchScope, before: number, limit: number): SearchSql {
  const conditions = new Conditions(scope);
  const end = conditions.value('before', seqOf(before));
  const count = conditions.value('limit', limit);
  if (scope.words.length === 0) {
    const passing = `SELECT seq FROM requests INDEXED BY requests_filter
      WHERE requests.seq < ${end} AND ${conditions.sql} ORDER BY seq DESC LIMIT ${count}`;
    return conditions.statement(`SELECT * FROM requests WHERE seq IN (${passing}) ORDER BY seq DESC`);
  }
  if (scope.match === '') {
    return conditions.statement(
      `SELECT * FROM requests WHERE seq IN (
         SELECT requests.seq FROM requests INDEXED BY requests_filter ${JOIN_TEXTS}
         WHERE requests.seq < ${end} AND ${conditions.sql} AND ${HOLDS_WORDS} ORDER BY requests.seq DESC LIMIT ${count})
       ORDER BY seq DESC`,
    );
  }
  return conditions.statement(
    `SELECT * FROM requests WHERE seq IN (
       SELECT requests.seq FROM request_index CROSS JOIN requests ON requests.seq = request_index.rowid
         ${JOIN_TEXTS} WHERE request_index MATCH :match AND request_index.rowid < ${end} AND ${conditions.sql} AND ${HOLDS_WORDS}
         ORDER BY request_index.rowid DESC LIMIT ${count})
     UNION
     SELECT * FROM requests WHERE seq IN (${unindexed(`requests.seq < ${end} AND ${conditions.sql}`)})
     ORDER BY seq DESC LIMIT ${count}`,
  );
}

/** Whether the filter has more than words. */
export function isFiltered({ text: _text, ...rest }: RequestFilter): boolean {
  return Object.values(rest).some((value) => value !== undefined && value !== false);
}

/** How many pass, at most `most`. @param exact whether each row is read; otherwise the index is believed. */
export function countSql(scope: SearchScope, most: number, exact: boolean): SearchSql {
  const conditions = new Conditions(scope);
  const limit = conditions.value('limit', most);
  const counted = (rows: string) => conditions.statement(`SELECT count(*) AS count FROM (${rows})`);
  if (scope.match === '' && exact) {
    const passing = `requests INDEXED BY requests_filter ${JOIN_TEXTS} WHERE ${conditions.sql} AND ${HOLDS_WORDS}`;
    return counted(`SELECT 1 FROM ${passing} LIMIT ${limit}`);
  }
  if (scope.match === '') {
    return counted(`SELECT 1 FROM requests INDEXED BY requests_filter WHERE ${conditions.sql} LIMIT ${limit}`);
  }
  const hasFilter = conditions.sql !== conditions.bounds;
  const join = exact || hasFilter ? 'CROSS JOIN requests ON requests.seq = request_index.rowid' : '';
  const where = hasFilter ? ` AND ${conditions.sql}` : ` AND request_index.rowid > ${conditions.cleared}`;
  return counted(
    `SELECT request_index.rowid FROM request_index ${join} ${exact ? JOIN_TEXTS : ''}
       WHERE request_index MATCH :match ${where} ${exact ? `AND ${HOLDS_WORDS}` : ''}
     UNION ${unindexed(conditions.sql)} LIMIT ${limit}`,
  );
}

const JOIN_TEXTS = FROM_REQUESTS.slice(FROM_REQUESTS.indexOf('LEFT JOIN'));
const HOLDS_WORDS = `holds_words(${SEARCHED_TEXT}, :words)`;

/** Rows that a worker has still to index. */
function unindexed(conditions: string): string {
  return `SELECT requests.seq ${FROM_REQUESTS} WHERE requests.indexed = 0 AND ${conditions} AND ${HOLDS_WORDS}`;
}

/** The parts of the filter but its words. */
class Conditions {
  readonly cleared: string;
  /** What holds without any filter. */
  readonly bounds: string;
  readonly #parameters: Record<string, SqlValue> = {};
  readonly #parts: string[] = [];

  constructor({ filter, marks, words, match }: SearchScope) {
    this.cleared = this.value('cleared', marks.rows);
    this.bounds = `requests.seq > ${this.cleared}`;
    this.#parts.push(this.bounds);
    if (match !== '') this.value('match', match);
    if (words.length > 0) {
      this.value('words', JSON.stringify(words));
      this.value('texts', marks.texts);
      this.value('most', MAX_INDEXED);
    }
    this.#oneOf(['client'], filter.clients);
    this.#oneOf(['key_id'], filter.keys);
    this.#oneOf(['dialect'], filter.dialects);
    this.#oneOf(['model', 'resolved_model'], filter.models);
    this.#oneOf(['outcome'], filter.outcomes);
    this.#oneOf(['served'], filter.served);
    if (filter.conversation !== undefined) this.#oneOf(['conversation'], [filter.conversation]);
    if (filter.since !== undefined) this.#parts.push(`requests.seq >= ${this.value('since', seqOf(filter.since))}`);
    if (filter.until !== undefined) this.#parts.push(`requests.seq < ${this.value('until', seqOf(filter.until))}`);
    if (filter.onlyAnswers === true) this.#parts.push("requests.model <> ''");
  }

  get sql(): string {
    return this.#parts.join(' AND ');
  }

  /** Returns the name of the value in the statement. */
  value(name: string, value: SqlValue): string {
    this.#parameters[name] = value;
    return `:${name}`;
  }

  statement(sql: string): SearchSql {
    // SQLite's driver refuses a value that the statement does not name.
    const used = Object.entries(this.#parameters).filter(([name]) => new RegExp(`:${name}\\b`).test(sql));
    return { sql, parameters: Object.fromEntries(used) };
  }

  #oneOf(columns: readonly string[], values: readonly string[] | undefined): void {
    if (values === undefined) return;
    const names = values.map((value, index) => this.value(`${columns[0]}${index}`, value)).join(', ');
    this.#parts.push(`(${columns.map((column) => `requests.${column} IN (${names})`).join(' OR ')})`);
  }
}
