/** Has a process hold the history of a conversation: the one that held it before, rewound where that is needed, or one from the pool. */
import type { Claude } from '../../claude/claude';
import type { ClaudeProcess } from '../../claude/process/claudeProcess';
import type { ApiMessage } from '../../claude/process/outgoingMessages';
import type { LiveConversation, LiveConversations, Rewind } from '../conversation/liveConversations';
import type { Question } from '../conversation/resolveQuestion';
import { interruptTurn } from './runningTurn';

/**
 * Prepares the conversation's process for the question. Returns false where it has none any more; it must get another one then.
 * @param rewind how much of what the process holds stays; undefined for all.
 */
export async function hasProcess(
  question: Question,
  conversation: LiveConversation,
  { claude }: { readonly claude: Pick<Claude, 'isOutdated'> },
  rewind: Rewind | undefined,
): Promise<boolean> {
  const { lease, waitingTurn, abort } = conversation;
  if (!lease?.process.alive) return false;
  const { process } = lease;
  // The owner may have chosen another account while the process was idle or waited for a tool.
  const isOutdated = claude.isOutdated(process);
  const hasTools = !process.withdraws(question.setup?.tools ?? []);
  if (rewind || !hasTools || isOutdated) {
    if (waitingTurn) await interruptTurn(waitingTurn);
    delete conversation.waitingTurn;
  }
  if (!hasTools || isOutdated) {
    await lease.release();
    return false;
  }
  if (rewind) {
    if (!(await process.rewind(rewind.kept))) {
      process.kill();
      await lease.release();
      return false;
    }
    conversation.frames = conversation.frames.slice(0, rewind.kept);
  }
  if (!conversation.waitingTurn && process.reusable) await process.changeSystem(question.key.system, abort.signal);
  if (rewind) await replay(question, conversation, rewind.start);
  return true;
}

/** Gets a process from the pool, and has it hold the history. Returns for how long all were busy, in ms. @throws as `Claude.acquire` and `ClaudeProcess.replay`. */
export async function acquireProcess(
  question: Question,
  conversation: LiveConversation,
  { claude, live }: { readonly claude: Claude; readonly live: LiveConversations },
): Promise<number> {
  const { key, model, setup } = question;
  live.change(conversation, { phase: 'preparing', pid: null });
  delete conversation.waitingTurn;
  const isContinued = question.conversation !== undefined;
  const { history, starts } = question.apiConversation();
  const { remainingHistory, ...lease } = await claude.acquire(
    { owner: key.owner, system: key.system, model: model.value, setup, isContinued },
    history,
    conversation.abort.signal,
  );
  conversation.lease = lease;
  live.change(conversation, { pid: lease.process.pid ?? null });
  const resumed = history.length - remainingHistory.length;
  conversation.frames = userStarts(history.slice(0, resumed), starts);
  await replay(question, conversation, starts[resumed] ?? 0);
  return lease.queuedMs;
}

/** @throws Error where the conversation has no process. */
export function processOf({ lease }: LiveConversation): ClaudeProcess {
  if (!lease) throw new Error('the conversation has no process');
  return lease.process;
}

/** Appends the part of the history that begins with this message of the conversation. */
async function replay(question: Question, conversation: LiveConversation, start: number): Promise<void> {
  const { history, starts } = question.apiConversation();
  const first = starts.findIndex((one) => one >= start);
  const rest = history.slice(first);
  if (rest.length === 0) return;
  conversation.frames = [...conversation.frames, ...userStarts(rest, starts.slice(first))];
  await processOf(conversation).replay(rest, conversation.abort.signal);
}

/** Where the user's messages begin. */
function userStarts(messages: readonly ApiMessage[], starts: readonly number[]): readonly number[] {
  return starts.filter((_, index) => messages[index]?.role === 'user');
}
