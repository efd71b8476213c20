/**
 * Which conversation a request says that it is of, and whether it is of one at all: programs ask for a chat's title or
 * tags under the chat's own name (context/OPENWEBUI_COMPATIBILITY.md), and what they get must not become part of it.
 */
import { z } from 'zod';
import type { ConversationName, Message } from '../../chat/request';

/** Reads a request header; undefined where it is absent or empty. */
export type ReadHeader = (name: string) => string | undefined;

const id = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().max(512, 'must be 512 characters at most'))
  .nullish();

/** Fields that name a conversation, for a body's schema. */
export const conversationNameFields = {
  id,
  conversation_id: id,
  prompt_cache_key: id,
};

/** Besides, on the routes that the seed served them on. */
export const userField = { user: id };

interface Named {
  readonly id?: string | null | undefined;
  readonly conversation_id?: string | null | undefined;
  readonly prompt_cache_key?: string | null | undefined;
}

/** The most telling name comes first; undefined where the request gives none. */
export function conversationName(body: Named, header: ReadHeader): ConversationName | undefined {
  const own = body.id || body.conversation_id;
  if (own) return { kind: 'id', id: own };
  const label = chatOf(header('x-openwebui-chat-id')) || header('thread-id') || body.prompt_cache_key;
  return label ? { kind: 'label', id: label } : undefined;
}

/** Open WebUI's temporary chats and channels have no history of their own. */
function chatOf(chat: string | undefined): string | undefined {
  return chat?.startsWith('local:') || chat?.startsWith('channel:') ? undefined : chat;
}

interface Question {
  readonly system: string;
  readonly messages: readonly Message[];
  readonly stream: boolean;
  readonly hasTools: boolean;
}

/**
 * Whether the request is about a chat and not of it. Programs can say so in `X-Claudacity-Task`; else it is known by
 * the form of Open WebUI's templates. When in doubt it is a chat: `### Task:` also stands at the head of a question
 * with documents.
 */
export function isTask(question: Question, header: ReadHeader): boolean {
  const { messages, stream, hasTools } = question;
  const task = header('x-claudacity-task');
  // An unset variable is sent as it was written, or as `None`.
  if (task && !task.includes('{{') && task !== 'None') return true;
  const [only] = messages;
  if (stream || hasTools || messages.length !== 1 || only?.role !== 'user') return false;
  if (isToolSelectionTask(question, header)) return true;
  const text = only.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  return isTemplate(text) || question.system.includes("Open WebUI's private memory reviewer");
}

/** What is asked comes ahead of the chat's own words, in which there may be any words at all. */
function isTemplate(text: string): boolean {
  const [instructions = ''] = text.trimStart().split(/<chat_history>|### Previous Summary:/, 1);
  if (!instructions.startsWith('### Task:') || instructions.includes('<context>')) return false;
  const asksForJson = text.includes('### Output:') && text.includes('JSON format:');
  return asksForJson || text.includes('### Messages Being Compacted:');
}

/**
 * Whether the request is Open WebUI's question for a choice of tools, as its legacy mode asks it; `toolSelectionWire` answers it.
 * An administrator can change the words of the system prompt there and put others ahead of them; the question's form is fixed.
 */
export function isToolSelectionTask({ system, messages, stream, hasTools }: Question, header: ReadHeader): boolean {
  const [only] = messages;
  if (stream || hasTools || messages.length !== 1 || only?.role !== 'user') return false;
  if (header('x-claudacity-task') === 'function_calling' || system.startsWith('Available Tools:')) return true;
  const [first] = only.content;
  const isQuery = first?.type === 'text' && /^(History|Query):/.test(first.text);
  return isQuery && system.includes('tool_calls') && /\bJSON\b/i.test(system);
}
