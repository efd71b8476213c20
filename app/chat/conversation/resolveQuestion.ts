/**
 * Completes a request before it is sent to the model: finds the conversation that it continues, adds the history where
 * the client sent only its newest message, and computes the digest by which a process with that history is found.
 */
import type { Model } from '../../claude/models';
import type { ProcessSetup } from '../../claude/process/claudeProcess';
import { ChatError } from '../errors';
import type { ChatRequest, Message } from '../request';
import { defineCalledTools } from '../turn/calledTools';
import type { ConversationHistory, ResumableConversation } from './conversationHistory';
import { type ConversationKey, digestOf, extendDigest } from './digest';
import type { LiveConversations } from './liveConversations';
import type { Transcript } from './transcript';

/** A request, completed from the conversation history where the client sent only a part. */
export interface Question {
  readonly request: ChatRequest;
  readonly model: Model;
  readonly key: ConversationKey;
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
}

export interface QuestionSources {
  readonly live: Pick<LiveConversations, 'heldTranscript'>;
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
 * @throws ChatError `invalid_request` where the request relies on a history that is not stored.
 */
export function resolveQuestion(
  sent: ChatRequest,
  model: Model,
  target: string | undefined,
  { live, conversationHistory }: QuestionSources,
): Question {
  const { owner, ephemeral } = sent;
  const sentName = ephemeral ? undefined : (sent.name?.id ?? target);
  const named = sentName === undefined ? undefined : conversationHistory.findByName(owner, sentName);
  const unrelated = sent.name?.kind === 'label' && named !== undefined && isUnrelatedQuestion(named, sent.messages);
  const name = unrelated ? undefined : sentName;
  const known = unrelated ? undefined : named;
  const earlier = target === undefined || !known ? undefined : storedTranscript(target, known, live);
  const messages = earlier ? [...earlier.messages, ...sent.messages] : sent.messages;
  const historyLength = messages.findLastIndex(({ role }) => role === 'assistant') + 1;
  const history = messages.slice(0, historyLength);
  const system = sent.system === '' && earlier ? earlier.system : sent.system;
  const request = defineCalledTools(sent, messages);
  const setup = setupOf(request);
  const key = { owner, system, model: model.resolved, setup: setup ? JSON.stringify(setup) : '' };
  const digest = digestOf(key, history);
  const continued = () => {
    // A name stands for the history that was stored last under it; the history that was sent may be of another conversation.
    if (known?.digest === digest || history.length === 0) return known?.id;
    return conversationHistory.findByDigest(digest, name) ?? known?.id;
  };
  return {
    ...{ request, model, key, setup, name, history, digest },
    newMessages: messages.slice(historyLength),
    conversation: ephemeral ? undefined : continued(),
  };
}

/**
 * Some clients put a chat's name on questions about the chat, too, not all of which can be recognised by their form. A
 * request without a history that begins with other words than the chat is not one of the chat's turns.
 */
function isUnrelatedQuestion({ messages: stored }: ResumableConversation, messages: readonly Message[]): boolean {
  if (!stored?.[0] || !messages[0] || hasAnswer(messages)) return false;
  return extendDigest('', stored[0]) !== extendDigest('', messages[0]);
}

/** @throws ChatError where texts are not stored and no process holds the conversation any more. */
function storedTranscript(
  name: string,
  { digest, system, messages }: ResumableConversation,
  live: Pick<LiveConversations, 'heldTranscript'>,
): Transcript {
  const transcript = live.heldTranscript(digest) ?? (messages ? { system, messages } : undefined);
  if (transcript) return transcript;
  throw new ChatError(
    'invalid_request',
    `the history of the conversation '${name}' is gone, since texts are not stored here: send its whole history`,
    { param: 'messages' },
  );
}

function hasAnswer(messages: readonly Message[]): boolean {
  return messages.some(({ role }) => role === 'assistant');
}

function setupOf({ tools, schema }: ChatRequest): ProcessSetup | undefined {
  return tools?.length || schema ? { tools, schema } : undefined;
}
