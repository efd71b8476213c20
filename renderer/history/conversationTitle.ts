/** What a stored conversation is called on the page. */
import type { StoredConversation } from '../../app/shared/contract';

export interface ConversationTitle {
  text: string;
  /** It is no word of the user's or the client's. */
  generated: boolean;
}

export function conversationTitle({ title, name, client }: StoredConversation): ConversationTitle {
  const own = title || name;
  return own ? { text: own, generated: false } : { text: `Conversation of ${client}`, generated: true };
}
