/** A stored conversation for tests: but for what the test says. */
import type { StoredConversation } from '../../../app/shared/contract';
import { NO_USAGE } from '../../../app/shared/usage';

export function storedConversation(conversation: Partial<StoredConversation> = {}): StoredConversation {
  return {
    id: 'c',
    name: null,
    client: 'curl',
    keyId: '',
    keyName: '',
    model: 'claude-sonnet-5-5',
    title: 'Why?',
    ownTitle: null,
    createdAt: 0,
    usedAt: 0,
    turns: 1,
    bytes: 100,
    usage: NO_USAGE,
    ...conversation,
  };
}
