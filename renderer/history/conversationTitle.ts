/** What a kept conversation is called on the page. */
import type { StoredConversation } from '../../app/shared/contract';

export interface ConversationTitle {
  text: string;
  /** It is no word of the user's or the client's. */
  standIn: boolean;
}

export function conversationTitle({ title, name, bytes }: StoredConversation): ConversationTitle {
  const own = title || name;
  if (own) return { text: own, standIn: false };
  return { text: bytes > 0 ? 'Untitled' : 'Words not kept', standIn: true };
}
