/** A conversation as the page lists it: live, stored, or both. */
import type {
  ConversationPhase,
  ConversationRow,
  FoundConversation,
  StoredConversation,
} from '../../app/shared/contract';
import type { Usage } from '../../app/shared/usage';
import { formatTime } from '../ui/format';

export interface ConversationEntry {
  readonly id: string;
  readonly title: string;
  /** Whether the title is made up here, as neither the user nor the client named the conversation and its texts are not stored. */
  readonly isGenerated: boolean;
  readonly client: string;
  /** Of its API key; '' for none. */
  readonly keyName: string;
  readonly model: string;
  readonly turns: number;
  readonly usage: Usage;
  readonly usedAt: number;
  /** null where it is not live. */
  readonly phase: ConversationPhase | null;
  readonly live: ConversationRow | null;
  /** null until its first answer is complete. */
  readonly stored: StoredConversation | null;
  /** Where its texts have what is searched for. */
  readonly excerpt: string | null;
}

/** @param stored may have an excerpt. */
export function conversationEntry(
  live: ConversationRow | null,
  stored: StoredConversation | FoundConversation | null,
): ConversationEntry | null {
  const either = live ?? stored;
  if (!either) return null;
  const usedAt = Math.max(live?.lastUsedAt ?? 0, stored?.usedAt ?? 0);
  const startedAt = stored?.createdAt ?? live?.startedAt ?? usedAt;
  const title = stored?.ownTitle || live?.title || stored?.title || stored?.name || '';
  return {
    id: either.id,
    title: title || `${either.client}, ${formatTime(startedAt, Date.now()).replace(/(:\d\d):\d\d$/, '$1')}`,
    isGenerated: title === '',
    client: either.client,
    keyName: either.keyName,
    model: either.model,
    turns: Math.max(live?.turns ?? 0, stored?.turns ?? 0),
    usage: either.usage,
    usedAt,
    phase: live?.phase ?? null,
    live,
    stored,
    excerpt: stored && 'excerpt' in stored ? stored.excerpt : null,
  };
}

/** Live ones first, those that were used last on top, and each once. @param stored newest first */
export function conversationEntries(
  live: readonly ConversationRow[],
  stored: readonly (StoredConversation | FoundConversation)[],
): ConversationEntry[] {
  const byId = new Map(stored.map((row) => [row.id, row]));
  const isLive = new Set(live.map(({ id }) => id));
  const newestFirst = [...live].sort((a, b) => b.lastUsedAt - a.lastUsedAt);
  return [
    ...newestFirst.map((row) => conversationEntry(row, byId.get(row.id) ?? null)),
    ...stored.filter(({ id }) => !isLive.has(id)).map((row) => conversationEntry(null, row)),
  ].filter((entry) => entry !== null);
}
