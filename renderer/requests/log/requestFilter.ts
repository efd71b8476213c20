/** Which requests the log shows: the words typed into the filter box and the two switches beside it. */
import type { DialectName, RequestRow } from '../../../app/shared/contract';
import { isFailure } from '../../../app/shared/requests/requestOutcome';
import type { RowTest } from '../../state/requestLog';

export interface RequestFilter {
  words: string;
  errorsOnly: boolean;
  hideListings: boolean;
}

export const NO_FILTER: RequestFilter = { words: '', errorsOnly: false, hideListings: false };

/**
 * The filter as a test of one row, or null where it lets every row pass. Each word must occur somewhere in the client, its address, the
 * dialect's title, the model, the method, the path, the status or the phase; capitals do not count.
 */
export function requestTest(filter: RequestFilter, titleOf: (dialect: DialectName) => string = String): RowTest | null {
  const words = filter.words.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && !filter.errorsOnly && !filter.hideListings) return null;
  return (row) => {
    if (filter.errorsOnly && !isFailure(row)) return false;
    if (filter.hideListings && isListing(row)) return false;
    if (words.length === 0) return true;
    const text = searchText(row, titleOf(row.dialect));
    return words.every((word) => text.includes(word));
  };
}

/** Programs poll for models and versions. A failed poll is worth showing, so only successful ones count as listings. */
function isListing(row: RequestRow): boolean {
  return !isFailure(row) && (row.method === 'GET' || row.method === 'HEAD' || row.path.endsWith('/api/show'));
}

function searchText(row: RequestRow, dialectTitle: string): string {
  const { client, address, model, method, path, status, phase } = row;
  return `${client} ${address} ${dialectTitle} ${model} ${method} ${path} ${status ?? ''} ${phase}`.toLowerCase();
}
