/** Finds the live conversation that answers a question, or lists a new one. */
import { randomBytes } from 'node:crypto';
import { NO_USAGE } from '../../shared/usage';
import { toolResults } from '../turn/toolResults';
import type { ConversationHistory } from './conversationHistory';
import type { LiveConversation, LiveConversations } from './liveConversations';
import type { Question } from './resolveQuestion';
import { callIds } from './transcript';

export interface ConversationSources {
  readonly live: LiveConversations;
  readonly conversationHistory: Pick<ConversationHistory, 'usageOf'>;
}

/**
 * Reuses the idle process that already has this exact history, or lists a conversation that is to get a process. The
 * conversation is busy until the caller marks it idle or removes it.
 */
export function claimConversation(
  { request, key, heldDigest, history, newMessages, conversation, name, model }: Question,
  { live, conversationHistory }: ConversationSources,
): LiveConversation {
  const bringsToolResults = toolResults(history, newMessages) !== undefined;
  const idle =
    history.length > 0 && !request.ephemeral ? live.takeIdle(heldDigest, name, bringsToolResults) : undefined;
  if (idle) {
    // Chats that are alike so far may take each other's process, but each stays a conversation of its own in the history.
    const nameless = name === undefined && idle.name === undefined;
    const id = nameless ? idle.status.id : availableId(conversation, live, idle);
    if (id !== idle.status.id) live.reassign(idle, id, name, conversationHistory.usageOf(id));
    live.change(idle, { client: request.client });
    return idle;
  }
  // The process that waits for the results of these calls holds another history, so no request will bring it the results.
  const waiting = request.ephemeral ? undefined : live.findWaiting(key.owner, callIds(history.at(-1)));
  if (waiting) live.remove(waiting);
  const now = Date.now();
  const id = availableId(conversation, live);
  return live.add(
    {
      id,
      client: request.client,
      model: model.resolved,
      phase: 'preparing',
      turns: history.filter(({ role }) => role === 'assistant').length,
      usage: conversationHistory.usageOf(id),
      startedAt: now,
      lastUsedAt: now,
      pid: null,
      expiresAt: null,
    },
    name,
  );
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
