/** The search of the history, and its result as a grid reads it. */
import type { StoredConversation } from '../../app/shared/contract';
import type { Rows } from '../ui/list/RowGrid';

/** Each word must occur somewhere in the title, the client, its name for the conversation or the model; capitals do not count. */
export function searchStored(rows: readonly StoredConversation[], words: string): readonly StoredConversation[] {
  const lowerCase = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (lowerCase.length === 0) return rows;
  return rows.filter(({ title, client, name, model }) => {
    const text = `${title} ${client} ${name ?? ''} ${model}`.toLowerCase();
    return lowerCase.every((word) => text.includes(word));
  });
}

/** The list as a grid reads it. */
export function storedRows(shown: readonly StoredConversation[]): Rows<StoredConversation> {
  const indexes = new Map(shown.map(({ id }, index) => [id, index]));
  return {
    count: () => shown.length,
    row: (index) => shown[index],
    indexOf: (id) => indexes.get(id) ?? -1,
  };
}
