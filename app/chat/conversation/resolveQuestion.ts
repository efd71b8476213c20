/**
 * Completes a request before it is sent to the model: finds the conversation that it continues, adds the history where
 * the client sent only its newest message, and computes the digest by which a process with that history is found.
 */
import type { Model } from '../../claude/models';
import type { ProcessSetup } from '../../claude/process/claudeProcess';
import { ChatError } from '../errors';
import type { ChatRequest, Message } from '../request';
import { defineCalledTools } from '../turn/calledTools';
import { type ApiConversation, toApiConversation } from './apiConversation';
import { type ConversationHistory, HistoryUnavailableError, type ResumableConversation } from './conversationHistory';
import { type ConversationKey, digestKey, digestOfHistory, digestsOfHistory, digestWithoutSystem } from './digest';
import type { LiveConversations } from './liveConversations';
import { callIds, type HeldTranscript, type Transcript } from './transcript';

/** A request, completed from the conversation history where the client sent only a part. */
export interface Question {
  readonly request: ChatRequest;
  readonly model: Model;
  readonly key: ConversationKey;
  /** The digest of `key`. */
  readonly keyDigest: string;
  readonly setup: ProcessSetup | undefined;
  /** The id of the conversation that it continues, where that is known. */
  readonly conversation: string | undefined;
  /** The client's own name for the conversation. */
  readonly name: string | undefined;
  /** All messages up to and including the model's last answer. */
  readonly history: readonly Message[];
  /** The messages after that. */
  readonly newMessages: readonly Message[];
  /** The digest of `history`. */
  readonly digest: string;
  /** The digests, without the system prompt, of the first of all messages: of none, of one, and so on. */
  readonly marks: readonly string[];
  /** The one of `history`, by which its process is found. It differs where the client has emptied the text before a tool call. */
  readonly heldMark: string;
  /** All messages as the Messages API has them. @throws ChatError as `toApiConversation`. */
  apiConversation(): ApiConversation;
  /** The digest of the first of all messages alone, by which requests are told from questions about the conversation. */
  readonly firstDigest: string;
  /** Where the history comes from, if it was not sent: the store, or this app's memory because the store could not be used. */
  readonly historySource?: 'store' | 'memory' | undefined;
}

export interface QuestionSources {
  readonly live: Pick<LiveConversations, 'heldTranscript' | 'markedTranscript' | 'findWaiting'>;
  readonly conversationHistory: ConversationHistory;
  /** Whether a user's name may stand for a conversation's id. */
  usersAreIds(): boolean;
}

/**
 * Returns the id of the conversation to which the request's only message is to be appended; undefined where the request
 * brings its whole history. If a user's client sends a history, records that, so that the user's name is never again
 * taken for an id.
 */
export function appendTarget(
  { name, user, messages, owner, ephemeral }: ChatRequest,
  { conversationHistory, usersAreIds }: QuestionSources,
): string | undefined {
  if (ephemeral) return undefined;
  if (user && hasAnswer(messages)) conversationHistory.recordHistorySender(owner, user);
  if (messages.length > 1) return undefined;
  if (name) return name.kind === 'id' ? name.id : undefined;
  return user && usersAreIds() && !conversationHistory.sendsHistory(owner, user) ? `user:${user}` : undefined;
}

/**
 * @param target as returned by `appendTarget`.
 * @throws ChatError `invalid_request` where the request relies on a history that is not stored, and `history_unavailable` where
 *   it relies on one that cannot be read.
 */
export async function resolveQuestion(
  sent: ChatRequest,
  model: Model,
  target: string | undefined,
  { live, conversationHistory }: QuestionSources,
): Promise<Question> {
  const { owner, ephemeral } = sent;
  const sentName = ephemeral ? undefined : (sent.name?.id ?? target);
  const named = sentName === undefined ? undefined : findNamed(owner, sentName, target, conversationHistory);
  const unrelated =
    sent.name?.kind === 'label' && (await isUnrelatedQuestion(named, sent.messages, conversationHistory));
  const name = unrelated ? undefined : sentName;
  const known = unrelated ? undefined : named;
  const earlier =
    target === undefined || !known ? undefined : await storedTranscript(target, known, live, conversationHistory);
  const messages = earlier ? [...earlier.messages, ...sent.messages] : sent.messages;
  const historyLength = messages.findLastIndex(({ role }) => role === 'assistant') + 1;
  const history = messages.slice(0, historyLength);
  const system = sent.system === '' && earlier ? earlier.system : sent.system;
  const request = defineCalledTools(sent, messages);
  const setup = setupOf(request);
  const key = { owner, system, model: model.resolved, setup: setup ? JSON.stringify(fixedSetup(setup)) : '' };
  const keyDigest = await digestKey(key);
  const isWholeStored = historyLength === earlier?.messages.length && known?.keyDigest === keyDigest;
  const marks = await digestsOfHistory(await digestWithoutSystem(key), messages);
  const historyMark = marks[historyLength] ?? '';
  const held = live.markedTranscript(historyMark);
  const isHeld = held?.system === system && history.length > 0;
  const digest =
    known && isWholeStored ? known.digest : isHeld ? held.digest : await digestOfHistory(keyDigest, history);
  const waiting = ephemeral ? undefined : live.findWaiting(owner, callIds(history.at(-1)));
  const heldMark = (await markAsHeld(marks, history, waiting?.transcript)) ?? historyMark;
  let api: ApiConversation | undefined;
  const apiConversation = () => {
    api ??= toApiConversation(messages);
    return api;
  };
  const continued = () => {
    if (waiting && heldMark !== historyMark) return waiting.status.id;
    // A name stands for the history that was stored last under it; the history that was sent may be of another conversation.
    if (known?.digest === digest || history.length === 0) return known?.id;
    return conversationHistory.findByDigest(digest, name) ?? known?.id;
  };
  return {
    ...{ request, model, key, keyDigest, setup, name, history, digest, marks, heldMark, apiConversation },
    firstDigest: (known?.digest === digest && known.firstDigest) || ((await firstMessageDigest(messages[0])) ?? ''),
    newMessages: messages.slice(historyLength),
    conversation: ephemeral ? undefined : continued(),
    historySource: earlier && known ? (known.inMemory ? 'memory' : 'store') : undefined,
  };
}

/**
 * The digest of what the process holds, where the history differs from that only by an empty text before its last tool calls: Open
 * WebUI in Ollama mode empties it.
 */
async function markAsHeld(
  marks: readonly string[],
  history: readonly Message[],
  held: HeldTranscript | undefined,
): Promise<string | undefined> {
  const [last, answer] = [history.at(-1), held?.messages.at(-1)];
  if (!held || !answer || last?.role !== 'assistant') return undefined;
  if (last.content.some((block) => block.type === 'text' && block.text.trim() !== '')) return undefined;
  const mark = await digestOfHistory(marks[history.length - 1] ?? '', [answer]);
  return mark === held.endMark ? mark : undefined;
}

/** @throws ChatError `history_unavailable` where the request relies on what cannot be read. */
function findNamed(
  owner: string,
  name: string,
  target: string | undefined,
  conversationHistory: ConversationHistory,
): ResumableConversation | undefined {
  try {
    return conversationHistory.findByName(owner, name);
  } catch (error) {
    if (target !== undefined || !(error instanceof HistoryUnavailableError)) throw historyUnavailable(name, error);
    // The client has sent the whole history: only the record of its conversation is not found.
    return undefined;
  }
}

/**
 * Some clients put a chat's name on questions about the chat, too, not all of which can be recognised by their form. A
 * request without a history that begins with other words than the chat is not one of the chat's turns.
 */
async function isUnrelatedQuestion(
  named: ResumableConversation | undefined,
  messages: readonly Message[],
  conversationHistory: ConversationHistory,
): Promise<boolean> {
  if (!named?.hasTexts || !messages[0] || hasAnswer(messages)) return false;
  const first = named.firstDigest ?? (await firstMessageDigest(conversationHistory.readFirstMessage(named)));
  return first !== undefined && first !== (await firstMessageDigest(messages[0]));
}

/** By which a stored conversation is compared with a request without reading its messages. */
async function firstMessageDigest(message: Message | undefined): Promise<string | undefined> {
  return message && digestOfHistory('', [message]);
}

/** @throws ChatError where texts are not stored or cannot be read, and no process holds the conversation any more. */
async function storedTranscript(
  name: string,
  conversation: ResumableConversation,
  live: Pick<LiveConversations, 'heldTranscript'>,
  conversationHistory: ConversationHistory,
): Promise<Transcript> {
  const held = live.heldTranscript(conversation.digest);
  if (held) return held;
  if (!conversation.hasTexts) {
    throw new ChatError(
      'invalid_request',
      `the history of the conversation '${name}' is gone, since texts are not stored here: send its whole history`,
      { param: 'messages' },
    );
  }
  try {
    return { system: conversation.system, messages: await conversationHistory.readMessages(conversation) };
  } catch (error) {
    throw historyUnavailable(name, error);
  }
}

function historyUnavailable(name: string, error: unknown): unknown {
  if (!(error instanceof HistoryUnavailableError)) return error;
  const message = `the conversation '${name}' cannot be continued: ${error.message}. Send its whole history, or try again later`;
  return new ChatError('history_unavailable', message, { cause: error });
}

function hasAnswer(messages: readonly Message[]): boolean {
  return messages.some(({ role }) => role === 'assistant');
}

/** Without the tools that a live process can be given later. A process that has no tool at first cannot be given any. */
function fixedSetup({ tools, schema }: Pick<ChatRequest, 'tools' | 'schema'>): ProcessSetup {
  const fixed = tools?.filter(({ deferred }) => !deferred);
  return { tools: fixed?.length ? fixed : tools, schema };
}

function setupOf({ tools, schema }: ChatRequest): Pick<ChatRequest, 'tools' | 'schema'> | undefined {
  return tools?.length || schema ? { tools, schema } : undefined;
}
