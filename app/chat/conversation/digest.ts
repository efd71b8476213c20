/**
 * Digests of histories. Two histories have the same digest if they are equal message by message, with roles and all parts,
 * except for white space at the ends of a message. A process is looked up by the digest of the history that it holds,
 * which takes the same time however long the history is.
 */
import { createHash } from 'node:crypto';
import { createPause } from '../../shared/slices';
import type { AssistantBlock, DocumentBlock, ImageBlock, Message, TextBlock, UserBlock } from '../request';

/** What is fixed for a process before its first turn, and its owner. Histories under different keys never have the same digest. */
export interface ConversationKey {
  /** The API key's id, '' for this computer without one. */
  readonly owner: string;
  readonly system: string;
  /** The model's full name. */
  readonly model: string;
  /** Tools and schema of the process as JSON; '' where it has neither. */
  readonly setup: string;
}

/** The digest of an empty history under the key. */
export function digestOfKey({ owner, system, model, setup }: ConversationKey): string {
  return hash(JSON.stringify([owner, system, model, setup]));
}

/** The digest of a history with one more message. @param digest of the history without it */
export function extendDigest(digest: string, message: Message): string {
  return hash(`${digest}\n${canonicalMessage(message)}`);
}

/** The digest of a whole history under the key. Blocks everything else while it runs: `digestOfHistory` does not. */
export function digestOf(key: ConversationKey, messages: readonly Message[]): string {
  return messages.reduce(extendDigest, digestOfKey(key));
}

/** The digest of a whole history. Other work runs between the messages of a long one. @param keyDigest as `digestOfKey` returns it. */
export async function digestOfHistory(keyDigest: string, messages: readonly Message[]): Promise<string> {
  let digest = keyDigest;
  const pause = createPause();
  for (const message of messages) {
    digest = extendDigest(digest, message);
    const waits = pause();
    if (waits !== undefined) await waits;
  }
  return digest;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function canonicalMessage(message: Message): string {
  const parts = message.role === 'assistant' ? assistantParts(message.content) : message.content.map(userPart);
  return JSON.stringify([message.role, ...trimEnds(parts)]);
}

type DigestPart = string | readonly unknown[];

/**
 * All texts as one part, then the calls: the model may answer in several blocks of text, which most dialects pass on as
 * one. The ids of calls are left out, since some clients drop or replace them (context/OLLAMA_COMPATIBILITY.md).
 */
function assistantParts(blocks: readonly AssistantBlock[]): DigestPart[] {
  const text = blocks.map((block) => (block.type === 'text' ? block.text : '')).join('');
  const calls = blocks.flatMap((block) =>
    block.type === 'tool_use' ? [['tool_use', block.name, sortKeys(block.input)]] : [],
  );
  return [text, ...calls];
}

function userPart(block: UserBlock): DigestPart {
  if (block.type !== 'tool_result') return contentPart(block);
  return ['tool_result', block.isError, ...block.content.map(contentPart)];
}

function contentPart(block: TextBlock | ImageBlock | DocumentBlock): DigestPart {
  if (block.type === 'text') return block.text;
  if (block.type === 'document') return ['document', block.title ?? '', hash(block.data)];
  return ['image', block.mediaType, hash(block.data)];
}

function trimEnds(parts: readonly DigestPart[]): DigestPart[] {
  const trimmed = [...parts];
  const [first] = trimmed;
  if (typeof first === 'string') trimmed[0] = first.trimStart();
  const last = trimmed.at(-1);
  if (typeof last === 'string') trimmed[trimmed.length - 1] = last.trimEnd();
  // Some clients send an answer's text without its calls, with its ends trimmed: the text before calls is trimmed alike.
  if (trimmed.length > 1 && typeof trimmed[0] === 'string') trimmed[0] = trimmed[0].trim();
  return trimmed.filter((part) => part !== '');
}

/** Objects as lists of entries in the order of their keys: clients parse a call's arguments and serialize them in another order. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, sortKeys(inner)]);
}
