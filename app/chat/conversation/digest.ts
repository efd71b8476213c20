/**
 * Digests of histories. Two histories have the same digest if they are equal message by message, with roles and all parts,
 * except for white space at the ends of a message. A process is looked up by the digest of the history that it holds,
 * which takes the same time however long the history is.
 */
import { createHash } from 'node:crypto';
import { isLong, jsonPieces, textSlices } from '../../shared/largeTexts/jsonPieces';
import { createPause } from '../../shared/largeTexts/slices';
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

/** The digest of an empty history under the key. Blocks everything else while it runs: `digestKey` does not. */
export function digestOfKey(key: ConversationKey): string {
  return hash(JSON.stringify(keyParts(key)));
}

/** As `digestOfKey`. Other work runs in between where the key is long. */
export async function digestKey(key: ConversationKey): Promise<string> {
  return isLong(key) ? hashPieces(jsonPieces(keyParts(key))) : digestOfKey(key);
}

function keyParts({ owner, system, model, setup }: ConversationKey): readonly string[] {
  return [owner, system, model, setup];
}

/**
 * The digest of the messages of no history under the key less its system prompt: that of a process can change within a conversation,
 * but not from none or to none.
 */
export async function digestWithoutSystem({ owner, system, model, setup }: ConversationKey): Promise<string> {
  return digestKey({ owner, system: system === '' ? '' : 'any', model, setup });
}

/** The digest of a history with one more message. Blocks everything else: `digestOfHistory` does not. @param digest of the history without it */
export function extendDigest(digest: string, message: Message): string {
  return hash(`${digest}\n${canonicalMessage(message)}`);
}

/** The digest of a whole history under the key. Blocks everything else while it runs: `digestOfHistory` does not. */
export function digestOf(key: ConversationKey, messages: readonly Message[]): string {
  return messages.reduce(extendDigest, digestOfKey(key));
}

/** The digest of a history with more messages. Other work runs in between where they are long. @param before the digest of the history without them. */
export async function digestOfHistory(before: string, messages: readonly Message[]): Promise<string> {
  return (await digestsOfHistory(before, messages)).at(-1) ?? before;
}

/** As `digestOfHistory`, for each part of the history from its beginning: `before`, then the digest with one more message, and so on. */
export async function digestsOfHistory(before: string, messages: readonly Message[]): Promise<readonly string[]> {
  const digests = [before];
  let digest = before;
  const pause = createPause();
  for (const message of messages) {
    digest = isLong(message.content) ? await extendInSlices(digest, message) : extendDigest(digest, message);
    digests.push(digest);
    const waits = pause();
    if (waits !== undefined) await waits;
  }
  return digests;
}

async function extendInSlices(digest: string, message: Message): Promise<string> {
  for (const block of message.content) {
    for (const part of block.type === 'tool_result' ? block.content : [block]) {
      if ('data' in part && isLong(part.data)) dataHashes.set(part, await hashPieces(textSlices(part.data)));
    }
  }
  return hashPieces(concat(`${digest}\n`, jsonPieces(canonicalParts(message))));
}

/** The hashes of large images and documents, which would otherwise be computed for each digest. */
const dataHashes = new WeakMap<ImageBlock | DocumentBlock, string>();

function* concat(first: string, rest: Iterable<string>): Generator<string> {
  yield first;
  yield* rest;
}

/** The hash of the text that the pieces make. */
async function hashPieces(pieces: Iterable<string>): Promise<string> {
  const all = createHash('sha256');
  const pause = createPause();
  for (const piece of pieces) {
    all.update(piece);
    const waits = pause();
    if (waits !== undefined) await waits;
  }
  return all.digest('base64url');
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function canonicalMessage(message: Message): string {
  return JSON.stringify(canonicalParts(message));
}

function canonicalParts(message: Message): readonly DigestPart[] {
  const parts = message.role === 'assistant' ? assistantParts(message.content) : message.content.map(userPart);
  return [message.role, ...trimEnds(parts)];
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
  const dataHash = dataHashes.get(block) ?? hash(block.data);
  return block.type === 'document' ? ['document', block.title ?? '', dataHash] : ['image', block.mediaType, dataHash];
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
