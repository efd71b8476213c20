/** A stored conversation for tests: but for what the test says. */
import type { StoredConversation } from '../../../app/shared/contract';

export function storedConversation(conversation: Partial<StoredConversation> = {}): StoredConversation {
  return {
    id: 'c',
    name: null,
    client: 'curl',
    model: 'claude-sonnet-5-5',
    title: 'Why?',
    createdAt: 0,
    usedAt: 0,
    turns: 1,
    bytes: 100,
    usage: { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 },
    costUsd: 0,
    ...conversation,
  };
}
