/** The title that the window shows for a stored conversation. */
import type { StoredConversation } from '../../app/shared/contract';

export interface ConversationTitle {
  text: string;
  /** Whether it is made up here, as neither the user nor the client named the conversation. */
  generated: boolean;
}

export function conversationTitle({ title, name, client }: StoredConversation): ConversationTitle {
  const own = title || name;
  return own ? { text: own, generated: false } : { text: `Conversation of ${client}`, generated: true };
}
