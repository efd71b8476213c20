/** The values of a row by which the log can be filtered. */
import type { RequestRow } from '../../../app/shared/contract';
import { OUTCOME_WORDS } from '../../../app/shared/requests/outcomes';
import { type FilterField, SERVED_WORDS } from './filterParts';

export interface RowValue {
  field: FilterField;
  value: string;
}

/** What a click on a cell filters by; null where its column is no part of a filter. @param column its class */
export function cellFilter(row: RequestRow, column: string): RowValue | null {
  switch (column) {
    case 'c-client':
      return { field: 'client', value: row.client };
    case 'c-model':
      return row.model ? { field: 'model', value: row.model } : null;
    case 'c-outcome':
      return { field: 'outcome', value: row.outcome };
    case 'c-time':
      return { field: 'since', value: String(row.at) };
    case 'c-asked':
      return row.conversation === null ? null : { field: 'conversation', value: row.conversation };
    default:
      return null;
  }
}

/** The entries of the row's menu: `Only client curl`. @param dialectTitle the title of its dialect */
export function filterEntries(row: RequestRow, dialectTitle: string): (RowValue & { label: string })[] {
  const { client, keyId, keyName, model, outcome, dialect, served, conversation, at } = row;
  const entries: (RowValue & { label: string })[] = [
    { field: 'client', value: client, label: `Only client ${client}` },
  ];
  if (keyId) entries.push({ field: 'key', value: keyId, label: `Only key ${keyName || keyId}` });
  if (model) entries.push({ field: 'model', value: model, label: `Only model ${model}` });
  entries.push({ field: 'outcome', value: outcome, label: `Only “${OUTCOME_WORDS[outcome]}”` });
  entries.push({ field: 'dialect', value: dialect, label: `Only dialect ${dialectTitle}` });
  if (served) entries.push({ field: 'served', value: served, label: `Only ${SERVED_WORDS[served]}` });
  if (conversation !== null)
    entries.push({ field: 'conversation', value: conversation, label: 'Only this conversation' });
  entries.push({ field: 'since', value: String(at), label: 'Only from here on' });
  return entries;
}
