/** Tests a row in the window against the filter of the log. */
import type { RequestFilter, RequestRow } from '../../../app/shared/contract';
import { passesFilter } from '../../../app/shared/requests/requestFilter';
import type { RowTest } from '../../state/requestLog';

/** Whether the filter lets every request pass. */
export function isEmptyFilter(filter: RequestFilter): boolean {
  return Object.values(filter).every((part) => part === undefined || part === '' || part === false);
}

/** The words of a text, in lower case. */
export function wordsOf(text: string | undefined): string[] {
  return (text ?? '').toLowerCase().split(/\s+/).filter(Boolean);
}

/**
 * The filter as a test of one row. Of its text the test knows only what the row shows.
 * @param isFound whether the app has found the row by its stored text.
 */
export function rowTest(filter: RequestFilter, isFound: (id: string) => boolean): RowTest {
  const words = wordsOf(filter.text);
  return (row) => passesFilter(row, filter) && (words.length === 0 || isFound(row.id) || hasWords(row, words));
}

function hasWords(row: RequestRow, words: readonly string[]): boolean {
  const { client, model, resolvedModel, path, keyName, asked } = row;
  const text = `${client} ${model} ${resolvedModel ?? ''} ${path} ${keyName} ${asked}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
