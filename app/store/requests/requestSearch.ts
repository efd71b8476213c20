/** Searches the stored requests and those in memory together. */
import { z } from 'zod';
import type { FilterValues, RequestDetails, RequestFilter, RequestPage, RequestTexts } from '../../shared/contract';
import { passesFilter } from '../../shared/requests/requestFilter';
import type { SearchReader } from '../sqlite/searchReader';
import { holdsWords, searchedWords } from './foldText';
import { type DeletionMarks, fromColumns } from './requestsTable';
import {
  countSql,
  isFiltered,
  isShort,
  matchOf,
  pageSql,
  type SearchScope,
  type SearchSql,
  termsSql,
} from './searchSql';
import { toRow } from './toRow';

/** A request that is not in the database, or may not be yet. */
export interface RequestInMemory {
  readonly details: RequestDetails;
  readonly texts: RequestTexts | null;
}

export interface RequestSearch {
  /** As the call `requests.search`. @param inMemory newest or not, in any order. */
  search(query: SearchQuery, inMemory: readonly RequestInMemory[]): Promise<RequestPage>;
  /** As the call `requests.filterValues`. */
  filterValues(): Promise<FilterValues>;
  close(): Promise<void>;
}

export interface SearchQuery {
  readonly filter: RequestFilter;
  /** Ms since the epoch. */
  readonly before: number;
  readonly limit: number;
}

const MOST_COUNTED = 10_000;
/** Up to so many that the index finds are read to be counted; of more, the index is believed, which errs by very few. */
const MOST_READ = 500;
/** Where no more rows than these pass the filter but for its words, all of them are read in place of the index. */
const FEW = 1_000;
const MOST_VALUES = 50;

export function createRequestSearch(reader: SearchReader, marks: DeletionMarks): RequestSearch {
  const read = ({ sql, parameters }: SearchSql) => reader.read(sql, parameters);

  const scopeOf = async (filter: RequestFilter, words: readonly string[]): Promise<SearchScope> => {
    const terms = new Map<string, readonly string[]>();
    for (const word of words.filter(isShort)) {
      terms.set(
        word,
        (await read(termsSql(word))).map(({ term }) => String(term)),
      );
    }
    const scope = { filter, words, match: '', marks: { rows: marks.rows, texts: marks.texts } };
    if (words.length === 0) return scope;
    // Few rows are read faster than the index is asked for a frequent word.
    const unworded = { ...scope, words: [] };
    const few = isFiltered(filter) ? await read(countSql(unworded, FEW + 1, false)) : [];
    if (few.length > 0 && Number(few[0]?.count) <= FEW) return scope;
    return { ...scope, match: matchOf(words, (word) => terms.get(word) ?? []) };
  };

  const count = async (scope: SearchScope): Promise<number> => {
    const countRows = async (exact: boolean) => Number((await read(countSql(scope, MOST_COUNTED, exact)))[0]?.count);
    const found = await countRows(false);
    return scope.words.length > 0 && found <= MOST_READ ? countRows(true) : found;
  };

  return {
    search: async ({ filter, before, limit }, inMemory) => {
      const words = searchedWords(filter.text ?? '');
      const passing = inMemory.filter(
        ({ details, texts }) => passesFilter(details, filter) && holdsWords(searchedText(details, texts), words),
      );
      const ids = new Set(inMemory.map(({ details }) => details.id));
      const scope = await scopeOf(filter, words);
      const [stored, total] = await Promise.all([read(pageSql(scope, before, limit + 1)), count(scope)]);
      // What was written meanwhile is in both.
      const written = stored.map((row) => fromColumns(row, scope.marks).details);
      const others = written.filter(({ id }) => !ids.has(id));
      const rows = [...passing.map(({ details }) => details).filter(({ at }) => at < before), ...others];
      rows.sort((a, b) => b.at - a.at);
      return {
        rows: rows.slice(0, limit).map(toRow),
        more: rows.length > limit || stored.length > limit,
        total: Math.min(MOST_COUNTED, total + passing.length - (written.length - others.length)),
      };
    },
    filterValues: async () => {
      const [clients, models, keys] = await Promise.all(
        VALUES_SQL.map((sql) => read({ sql, parameters: { cleared: marks.rows } })),
      );
      return {
        clients: Values.parse(clients).map(({ value }) => value),
        models: Values.parse(models).map(({ value }) => value),
        keys: Keys.parse(keys),
      };
    },
    close: reader.close,
  };
}

/** The same as in indexSql.ts. */
function searchedText(details: RequestDetails, texts: RequestTexts | null): string {
  const { client, model, resolvedModel, path, error, keyName, asked } = details;
  const spoken = [...(texts?.question ?? []), ...(texts?.answer ?? [])].flatMap((part) => {
    if (part.kind === 'tool_call') return [part.name, part.input];
    return 'text' in part ? [part.text] : [];
  });
  return [client, model, resolvedModel ?? '', path, error ?? '', keyName, asked, ...spoken].join('\n');
}

const valuesSql = (column: string) =>
  `SELECT ${column} AS value FROM requests WHERE seq > :cleared AND ${column} <> ''
   GROUP BY ${column} ORDER BY count(*) DESC, ${column} LIMIT ${MOST_VALUES}`;

const VALUES_SQL = [
  valuesSql('client'),
  valuesSql('model'),
  // Beside max, SQLite takes the other columns from the same row: the name of the key when it was used last.
  `SELECT key_id AS id, key_name AS name, max(seq) FROM requests WHERE seq > :cleared AND key_id <> ''
   GROUP BY key_id ORDER BY count(*) DESC, key_id LIMIT ${MOST_VALUES}`,
] as const;

const Values = z.array(z.object({ value: z.string() }));
const Keys = z.array(z.object({ id: z.string(), name: z.string() }));
