/** The calls about conversations of the demo. */
import type { CallHandlers, ConversationRow, StoredConversation } from '../../../app/shared/contract';
import { liveTurns, messagesOf } from './demoConversations';

export interface DemoConversations {
  stored(): StoredConversation[];
  setStored(next: StoredConversation[]): void;
  live(): readonly ConversationRow[];
  setLive(next: ConversationRow[]): void;
  noTexts: boolean;
  still: boolean;
}

export function conversationHandlers({ stored, setStored, live, setLive, noTexts, still }: DemoConversations) {
  const end = (id: string) => setLive(live().filter((conversation) => conversation.id !== id));
  const turns = liveTurns(still);
  return {
    'conversations.end': end,
    'conversations.interrupt': (id) => {
      setLive(live().map((one) => (one.id === id ? { ...one, phase: 'idle' } : one)));
      return true;
    },
    'conversations.live': (id, version) => (noTexts ? null : turns(id, version)),
    'conversations.list': async (before, limit) => {
      await later(40);
      return stored()
        .filter(({ usedAt }) => usedAt < before)
        .slice(0, limit);
    },
    'conversations.search': async ({ text = '', client, model }, limit) => {
      await later(60);
      const words = text.toLowerCase().split(/\s+/).filter(Boolean);
      return stored()
        .filter((one) => (client ?? one.client) === one.client && (model ?? one.model) === one.model)
        .flatMap((one) => {
          const heading = `${one.ownTitle ?? ''} ${one.title} ${one.client} ${one.model}`.toLowerCase();
          const inTitle = words.every((word) => heading.includes(word));
          const inTexts = !noTexts && words.every((word) => EXCERPT.toLowerCase().includes(word));
          return inTitle || inTexts ? [{ ...one, excerpt: inTitle ? null : EXCERPT }] : [];
        })
        .slice(0, limit);
    },
    'conversations.filterValues': () => ({
      clients: [...new Set(stored().map(({ client }) => client))],
      models: [...new Set(stored().map(({ model }) => model))],
    }),
    'conversations.read': async (id, _from) => {
      await later(40);
      const row = stored().find((conversation) => conversation.id === id);
      return row && !noTexts ? { messages: messagesOf(row, id === live()[1]?.id), next: null } : null;
    },
    'conversations.rename': (id, title) =>
      setStored(stored().map((one) => (one.id === id ? { ...one, ownTitle: title || null } : one))),
    'conversations.export': () => null,
    'conversations.delete': (id) => {
      setStored(stored().filter((conversation) => conversation.id !== id));
      end(id);
    },
    'conversations.deleteAll': () => {
      setStored([]);
      setLive([]);
    },
  } satisfies Partial<CallHandlers>;
}

const EXCERPT = '…a second, mutable borrow. Collect what you want to add first…';

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
