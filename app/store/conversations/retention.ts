/** Decides which conversations the user's settings no longer let the app store. */
import type { ConversationSize } from './conversationsTable';

/** The user's settings of what is stored and for how long. */
export interface Retention {
  /** Whether system prompts, questions and answers are stored at all. */
  readonly keepTexts: boolean;
  /** A conversation that has not been used for this many days is deleted. */
  readonly keepDays: number;
  /** While all that is stored of conversations is larger than this, the least recently used is deleted. */
  readonly keepBytes: number;
}

export const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The conversations to delete.
 * @param sizes of all conversations, the least recently used first.
 * @param promptBytes the size of each system prompt, by hash; it is stored as long as one conversation has it.
 */
export function selectExcess(
  sizes: readonly ConversationSize[],
  promptBytes: ReadonlyMap<string, number>,
  { keepDays, keepBytes }: Retention,
  now: number,
): readonly ConversationSize[] {
  const users = new Map<string, number>();
  let bytes = 0;
  for (const { bytes: own, systemHash } of sizes) {
    bytes += own;
    if (systemHash === null) continue;
    const count = users.get(systemHash) ?? 0;
    if (count === 0) bytes += promptBytes.get(systemHash) ?? 0;
    users.set(systemHash, count + 1);
  }
  const excess: ConversationSize[] = [];
  for (const size of sizes) {
    if (size.usedAt >= now - keepDays * DAY_MS && bytes <= keepBytes) break;
    excess.push(size);
    bytes -= size.bytes;
    const { systemHash } = size;
    if (systemHash === null) continue;
    const left = (users.get(systemHash) ?? 1) - 1;
    users.set(systemHash, left);
    if (left === 0) bytes -= promptBytes.get(systemHash) ?? 0;
  }
  return excess;
}
