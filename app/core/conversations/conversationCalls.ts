/** The handlers of the calls about conversations; app/shared/contract.ts says what each promises. */
import type { Chat } from '../../chat/service';
import type { KeyRing } from '../../keys/keyRing';
import type { Settings } from '../../settings/settings';
import type { CallHandlers } from '../../shared/contract';
import type { Storage } from '../storage';
import { exportConversation } from './exportConversation';
import { liveTurn } from './liveTurn';
import { saidMessages } from './saidMessages';

export interface ConversationCallParts {
  readonly chat: Chat;
  readonly storage: Storage;
  readonly keys: Pick<KeyRing, 'nameOf'>;
  readonly settings: Pick<Settings, 'value'>;
}

export function conversationCalls({ chat, storage, keys, settings }: ConversationCallParts) {
  const { conversations } = storage;
  const named = <T extends { keyId: string }>(one: T) => ({ ...one, keyName: keys.nameOf(one.keyId) });

  return {
    'conversations.end': async (id) => {
      await chat.endConversation(id);
    },
    'conversations.interrupt': (id) => chat.interruptConversation(id),
    'conversations.live': (id, version) => (settings.value.keepTexts ? liveTurn(chat.latestTurn(id), version) : null),
    'conversations.list': (before, limit) => conversations.list(before, limit).map(named),
    'conversations.search': async (filter, limit) => (await conversations.search(filter, limit)).map(named),
    'conversations.filterValues': () => conversations.filterValues(),
    'conversations.read': async (id, from) => {
      const part = await conversations.messagesFrom(id, from);
      return part && { messages: await saidMessages(part.messages), next: part.next };
    },
    'conversations.rename': (id, title) => conversations.rename(id, title),
    'conversations.exportText': async (id, format) => {
      const conversation = conversations.find(id);
      const messages = conversation && (await conversations.messages(id));
      if (!conversation || !messages) throw new Error('The texts of this conversation are not stored.');
      return exportConversation(named(conversation), await saidMessages(messages), format);
    },
    'conversations.delete': async (id) => {
      await chat.endConversation(id);
      await conversations.delete(id);
    },
    'conversations.deleteAll': async () => {
      await Promise.all(chat.liveConversations().map(({ id }) => chat.endConversation(id)));
      await storage.deleteAll();
    },
  } satisfies Partial<CallHandlers>;
}
