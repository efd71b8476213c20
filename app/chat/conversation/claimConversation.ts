/** Finds the live conversation that answers a question, or lists a new one. */
import { randomBytes } from 'node:crypto';
import { NO_USAGE } from '../../shared/usage';
import type { Message } from '../request';
import { toolResults } from '../turn/toolResults';
import type { ConversationHistory } from './conversationHistory';
import { firstWords } from './firstWords';
import type { FoundPrefix, LiveConversation, LiveConversations, Rewind } from './liveConversations';
import type { Question } from './resolveQuestion';
import { callIds } from './transcript';

export interface ConversationSources {
  readonly live: LiveConversations;
  readonly conversationHistory: Pick<ConversationHistory, 'usageOf'>;
}

/** A conversation that is to answer a question. It is busy until the caller marks it idle or removes it. */
export interface Claim {
  readonly conversation: LiveConversation;
  /** What stays in its process, where that must be rewound. */
  readonly rewind?: Rewind | undefined;
}

/**
 * Takes the idle conversation with this exact history, or else one whose process can be rewound to the longest part of it, or lists
 * a conversation that is to get a process.
 */
export function claimConversation(question: Question, sources: ConversationSources): Claim {
  const { request, key, heldMark, history, newMessages, name } = question;
  const { live, conversationHistory } = sources;
  if (request.ephemeral) return { conversation: listConversation(question, sources) };
  const bringsToolResults = toolResults(history, newMessages) !== undefined;
  const wanted = { mark: heldMark, system: key.system, name, bringsToolResults };
  const idle = history.length > 0 ? live.takeIdle(wanted) : undefined;
  if (idle) {
    // Chats that are alike so far may take each other's process, but each stays a conversation of its own in the history.
    const nameless = name === undefined && idle.name === undefined;
    const id = nameless ? idle.status.id : availableId(question.conversation, live, idle);
    if (id !== idle.status.id) live.reassign(idle, id, name, conversationHistory.usageOf(id));
    live.change(idle, { client: request.client });
    if (idle.lease) return { conversation: idle };
    return { conversation: idle, rewind: takePrefix(idle, question, live) };
  }
  // The process that waits for the results of these calls holds another history, so no request will bring it the results.
  const waiting = live.findWaiting(key.owner, callIds(history.at(-1)));
  const found = findPrefix(question, live, waiting);
  if (found && found.live.status.id === question.conversation) {
    live.take(found.live);
    // The signal of a turn that waits for the results of tools, and is now interrupted, is not that of the new one.
    found.live.abort = new AbortController();
    live.change(found.live, { client: request.client, turns: answersIn(history) });
    return { conversation: found.live, rewind: found.rewind };
  }
  if (waiting && waiting !== found?.live) live.remove(waiting);
  const conversation = listConversation(question, sources);
  if (found) live.moveProcess(found.live, conversation);
  return { conversation, rewind: found?.rewind };
}

/** Gives a parked conversation the process that holds the longest part of its history. Returns what stays in that process. */
function takePrefix(parked: LiveConversation, question: Question, live: LiveConversations): Rewind | undefined {
  const found = findPrefix(question, live, undefined);
  if (found) live.moveProcess(found.live, parked);
  return found?.rewind;
}

function findPrefix(
  question: Question,
  live: LiveConversations,
  waiting: LiveConversation | undefined,
): FoundPrefix | undefined {
  if (question.history.length === 0) return undefined;
  const { marks, key, name, conversation } = question;
  const { history, starts: all } = question.apiConversation();
  const starts = new Set(all.filter((_, index) => history[index]?.role !== 'assistant'));
  return live.findPrefix({ marks, starts, system: key.system, name, conversation }, waiting);
}

function listConversation(
  { request, history, newMessages, conversation, name, model }: Question,
  { live, conversationHistory }: ConversationSources,
): LiveConversation {
  const now = Date.now();
  const id = availableId(conversation, live);
  return live.add(
    {
      id,
      owner: request.owner,
      client: request.client,
      title: firstWords([...history, ...newMessages]),
      model: model.resolved,
      phase: 'preparing',
      turns: answersIn(history),
      usage: conversationHistory.usageOf(id),
      startedAt: now,
      lastUsedAt: now,
      pid: null,
      expiresAt: null,
    },
    name,
  );
}

function answersIn(history: readonly Message[]): number {
  return history.filter(({ role }) => role === 'assistant').length;
}

/**
 * The conversation's id; a new one where another request is being answered under that id, since two branches at once
 * are two conversations.
 * @param claimed the live conversation that is to have the id.
 */
function availableId(conversation: string | undefined, live: LiveConversations, claimed?: LiveConversation): string {
  if (conversation === undefined) return newId();
  const other = live.find(conversation);
  if (!other || other === claimed) return conversation;
  if (!other.transcript) return newId();
  if (other.waitingTurn) {
    // The newer branch has no use for the results for which this process waits.
    live.remove(other);
    return conversation;
  }
  // The client has gone on from another point of the conversation, and its id goes with the newer branch. The process
  // of the older branch stays, and a request with that history still finds it.
  live.reassign(other, newId(), undefined, NO_USAGE);
  return conversation;
}

function newId(): string {
  return `conv_${randomBytes(12).toString('hex')}`;
}
