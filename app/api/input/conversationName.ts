/** Reads which conversation a request belongs to: clients name it in a field of the body or in a header. */
import { z } from 'zod';
import type { ConversationName } from '../../chat/request';
import type { ReadHeader } from '../dialect';
import { documentAs } from './documentAs';

const id = documentAs(
  z.union([z.string(), z.number()]).transform(String).pipe(z.string().max(512, 'must be 512 characters at most')),
  z.union([z.string().max(512), z.number()]),
).nullish();

/** The body's fields that name a conversation, for a dialect's schema. */
export const conversationNameFields = {
  id,
  conversation_id: id,
  prompt_cache_key: id,
};

/** `user` names a conversation only on the chat-completions routes of the original Python server, kept for its users. */
export const userField = { user: id };

interface NamedBody {
  readonly id?: string | null | undefined;
  readonly conversation_id?: string | null | undefined;
  readonly prompt_cache_key?: string | null | undefined;
}

/** The most specific name that the body or the headers give; undefined where there is none. */
export function conversationName(body: NamedBody, header: ReadHeader): ConversationName | undefined {
  const namedId = body.id || body.conversation_id;
  if (namedId) return { kind: 'id', id: namedId };
  const label = storedChatId(header('x-openwebui-chat-id')) || header('thread-id') || body.prompt_cache_key;
  return label ? { kind: 'label', id: label } : undefined;
}

/** Undefined for Open WebUI's temporary chats and channels, which have no history of their own. */
function storedChatId(chatId: string | undefined): string | undefined {
  return chatId?.startsWith('local:') || chatId?.startsWith('channel:') ? undefined : chatId;
}
