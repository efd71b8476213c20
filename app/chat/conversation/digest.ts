/**
 * When two histories are the same: message by message, with their roles and all their parts, white space at a
 * message's ends aside. A digest stands for a whole history, so that the process which holds it is found at once
 * however long it is.
 */
import { createHash } from 'node:crypto';
import type { AssistantBlock, DocumentBlock, ImageBlock, Message, TextBlock, UserBlock } from '../request';

/** What a process was told before its first turn, and whose it is. Histories under different keys are never the same. */
export interface ConversationKey {
  /** The API key's id, '' for this computer without one. */
  readonly owner: string;
  readonly system: string;
  /** The model's full name. */
  readonly model: string;
  /** What else its process was told once for all, written down; '' for nothing. */
  readonly setup: string;
}

/** The digest of an empty history under the key. */
export function digestOfKey({ owner, system, model, setup }: ConversationKey): string {
  return hash(JSON.stringify([owner, system, model, setup]));
}

/** The digest of the history of `digest` with one message more. */
export function extendDigest(digest: string, message: Message): string {
  return hash(`${digest}\n${canonical(message)}`);
}

export function digestOf(key: ConversationKey, messages: readonly Message[]): string {
  return messages.reduce(extendDigest, digestOfKey(key));
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function canonical(message: Message): string {
  const parts = message.role === 'assistant' ? spoken(message.content) : message.content.map(userPart);
  return JSON.stringify([message.role, ...trimEnds(parts)]);
}

type Part = string | readonly unknown[];

/**
 * The model may answer in several blocks of text, which most dialects hand on as one. Ids of calls are left out:
 * some clients drop or replace them (context/OLLAMA_COMPATIBILITY.md).
 */
function spoken(blocks: readonly AssistantBlock[]): Part[] {
  const text = blocks.map((block) => (block.type === 'text' ? block.text : '')).join('');
  const calls = blocks.flatMap((block) =>
    block.type === 'tool_use' ? [['tool_use', block.name, ordered(block.input)]] : [],
  );
  return [text, ...calls];
}

function userPart(block: UserBlock): Part {
  if (block.type !== 'tool_result') return shown(block);
  return ['tool_result', block.isError, ...block.content.map(shown)];
}

function shown(block: TextBlock | ImageBlock | DocumentBlock): Part {
  if (block.type === 'text') return block.text;
  if (block.type === 'document') return ['document', block.title ?? '', hash(block.data)];
  return ['image', block.mediaType, hash(block.data)];
}

function trimEnds(parts: readonly Part[]): Part[] {
  const trimmed = [...parts];
  const [first] = trimmed;
  if (typeof first === 'string') trimmed[0] = first.trimStart();
  const last = trimmed.at(-1);
  if (typeof last === 'string') trimmed[trimmed.length - 1] = last.trimEnd();
  // An answer's text stands before its calls, and its end is the message's for the client that sends it alone.
  if (trimmed.length > 1 && typeof trimmed[0] === 'string') trimmed[0] = trimmed[0].trim();
  return trimmed.filter((part) => part !== '');
}

/** Keys in one order: clients parse a call's arguments and write them anew. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, ordered(inner)]);
}
