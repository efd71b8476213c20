/** The rows of the list: the conversations under the headings of their groups. */
import type { ConversationEntry } from '../conversationEntry';

export type ListRow =
  | { readonly kind: 'heading'; readonly label: string }
  | { readonly kind: 'entry'; readonly entry: ConversationEntry };

export interface ListRows {
  readonly rows: readonly ListRow[];
  /** The conversations in the order of the rows. */
  readonly entries: readonly ConversationEntry[];
  /** The index of each conversation's row, by id. */
  readonly rowOf: ReadonlyMap<string, number>;
}

/** @param entries live ones first, then newest first. @param now ms since the epoch */
export function listRows(entries: readonly ConversationEntry[], now: number): ListRows {
  const rows: ListRow[] = [];
  const rowOf = new Map<string, number>();
  const starts = groupStarts(now);
  let last = '';
  for (const entry of entries) {
    const label = groupOf(entry, starts);
    if (label !== last) rows.push({ kind: 'heading', label });
    last = label;
    rowOf.set(entry.id, rows.length);
    rows.push({ kind: 'entry', entry });
  }
  return { rows, entries, rowOf };
}

interface GroupStarts {
  readonly today: number;
  readonly yesterday: number;
  readonly week: number;
}

function groupOf({ phase, usedAt }: ConversationEntry, { today, yesterday, week }: GroupStarts): string {
  if (phase !== null) return 'Live';
  if (usedAt >= today) return 'Today';
  if (usedAt >= yesterday) return 'Yesterday';
  return usedAt >= week ? 'This week' : 'Older';
}

/** Local midnights; a day of a change of the clocks is not 24 hours long. */
function groupStarts(now: number): GroupStarts {
  const midnight = (daysAgo: number) => {
    const day = new Date(now);
    return new Date(day.getFullYear(), day.getMonth(), day.getDate() - daysAgo).getTime();
  };
  return { today: midnight(0), yesterday: midnight(1), week: midnight(6) };
}
