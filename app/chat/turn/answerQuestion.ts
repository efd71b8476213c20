/** Has a conversation's process answer a question, and records the turn in the conversation history. */
import type { Claude } from '../../claude/claude';
import type { ClaudeProcess } from '../../claude/process/claudeProcess';
import { CliTimeoutError } from '../../claude/process/deadlines/within';
import type { RateLimitInfo, ResultMessage } from '../../claude/process/messages';
import { CliEndedError } from '../../claude/process/protocol';
import { addUsage, knownUsage, unfinishedUsage } from '../../shared/usage';
import { toApiConversation } from '../conversation/apiConversation';
import type { ConversationHistory, TurnRecord } from '../conversation/conversationHistory';
import { digestOfHistory } from '../conversation/digest';
import type { LiveConversation, LiveConversations } from '../conversation/liveConversations';
import type { Question } from '../conversation/resolveQuestion';
import { ChatError } from '../errors';
import type { ChatEvent, EndReason, Served } from '../events';
import type { ChatRequest } from '../request';
import { createAnswerMessage } from './answerMessage';
import type { Clock } from './clock';
import { flagsOf } from './flags';
import { answerEvents, type RunningTurn, startTurn } from './runningTurn';
import { toolResults } from './toolResults';

export interface AnswerDependencies {
  readonly claude: Claude;
  readonly live: LiveConversations;
  readonly conversationHistory: ConversationHistory;
  /** How long an idle process waits for a follow-up by default, in ms. */
  idleMs(): number;
  /** Called with each report of the CLI on a rate limit of the plan. */
  onRateLimit(limit: RateLimitInfo): void;
}

/** `idle`: the conversation has been marked idle, and its process is no longer the caller's. */
export type AnswerEvent = ChatEvent | { readonly type: 'idle' };

/** How long a process waits for the results of the client's tools; after that, the history is replayed when they come. */
const TOOL_WAIT_MS = 10 * 60_000;

/**
 * Yields the answer. If it ends without an `idle` event, the process cannot be used for a follow-up, and the caller must
 * remove the conversation.
 * @throws ChatError, and the errors of app/claude that `toChatError` translates.
 */
export async function* answerQuestion(
  question: Question,
  conversation: LiveConversation,
  clock: Clock,
  services: AnswerDependencies,
): AsyncGenerator<AnswerEvent> {
  const { request, key, model, digest, history, newMessages } = question;
  const { claude, live, conversationHistory, onRateLimit } = services;
  const { signal } = conversation.abort;
  const { status } = conversation;
  const onResult = (result: ResultMessage) => learnLimits(result, claude);
  const usageBefore = status.usage;
  let served: Served = 'live';
  let announced: Served | undefined;
  /** Whether the API has begun to answer: from then on the client may have a part of the answer, and another answer cannot follow it. */
  let hasBegun = false;
  // A process that dies or stops responding before that is replaced once.
  for (let attempt = 1; ; attempt += 1) {
    const answer = createAnswerMessage();
    try {
      if (!conversation.lease?.process.alive) served = history.length > 0 ? 'replay' : 'new';
      const process = await readyProcess(question, conversation, services);
      if (announced !== served) {
        announced = served;
        const { historySource } = question;
        const { isolation } = process;
        yield { type: 'start', conversation: status.id, served, model: model.resolved, isolation, historySource };
      }
      if (question.setup?.tools?.length) await process.replaceTools(question.setup.tools, signal);
      await process.configure(flagsOf(request, model), signal);
      clock.questionSent();
      live.change(conversation, { phase: 'answering' });
      yield { type: 'question_sent' };
      const turn =
        resumeTurn(conversation, question) ?? startTurn(process, toApiConversation(newMessages).question, signal);
      const record = request.ephemeral ? undefined : beginRecord(question, status.id, conversationHistory);
      for await (const event of answerEvents(turn, { signal, clock, onResult, onRateLimit })) {
        hasBegun = true;
        if (event.type === 'usage') {
          live.change(conversation, { usage: addUsage(usageBefore, knownUsage(unfinishedUsage(event.usage))) });
        }
        if (event.type === 'end') {
          const message = answer.read();
          const newDigest = await digestOfHistory(digest, [...newMessages, message]);
          live.change(conversation, { usage: addUsage(usageBefore, event.usage), turns: status.turns + 1 });
          record?.end(message, newDigest, event.usage);
          if (event.reason === 'tool_use') conversation.waitingTurn = turn;
          const idleMs = idleMsAfter(request, event.reason, services);
          if (idleMs > 0 && claude.waitingRequests === 0 && !signal.aborted && process.alive) {
            const messages = [...history, ...newMessages, message];
            live.markIdle(conversation, { digest: newDigest, owner: key.owner, system: key.system, messages }, idleMs);
            yield { type: 'idle' };
          }
        }
        if (event.type === 'thinking' && !request.thinking) continue;
        yield event;
        answer.add(event);
      }
      return;
    } catch (error) {
      const { lease } = conversation;
      if (!lease || !hasFailed(error, lease.process) || hasBegun || attempt === 2 || signal.aborted) throw error;
      lease.process.kill();
      await lease.release();
    }
  }
}

/** The conversation's process; where it has none that is alive, one from the pool, into which the history is replayed. */
async function readyProcess(
  { key, model, setup, history, newMessages }: Question,
  conversation: LiveConversation,
  { claude, live }: AnswerDependencies,
): Promise<ClaudeProcess> {
  if (conversation.lease?.process.alive) return conversation.lease.process;
  live.change(conversation, { phase: 'preparing', pid: null });
  const { signal } = conversation.abort;
  delete conversation.waitingTurn;
  const past = toApiConversation([...history, ...newMessages]).history;
  const { remainingHistory, ...lease } = await claude.acquire(
    { owner: key.owner, system: key.system, model: model.value, setup },
    past,
    signal,
  );
  conversation.lease = lease;
  live.change(conversation, { pid: lease.process.pid ?? null });
  await lease.process.replay(remainingHistory, signal);
  return lease.process;
}

/** Resumes the turn that waits for tool results, where the request brings exactly these. */
function resumeTurn(conversation: LiveConversation, { history, newMessages }: Question): RunningTurn | undefined {
  const { waitingTurn: turn } = conversation;
  const results = toolResults(history, newMessages);
  if (!turn || !results) return undefined;
  delete conversation.waitingTurn;
  for (const [index, result] of results.entries()) {
    const call = turn.calls[index];
    if (call !== undefined) turn.process.sendToolResult(call, result);
  }
  return turn;
}

function beginRecord(
  { request, key, keyDigest, name, digest, firstDigest, history, newMessages }: Question,
  conversation: string,
  conversationHistory: ConversationHistory,
): TurnRecord {
  return conversationHistory.beginTurn({
    ...{ conversation, keyDigest, name, digest, firstDigest, history },
    owner: key.owner,
    client: request.client,
    system: key.system,
    model: key.model,
    question: newMessages,
  });
}

/**
 * How long the process waits for a follow-up after the answer, in ms; 0 ends it. After a token limit, and where the
 * answer was bound to a schema, the process holds other messages than the client will send as its history.
 */
function idleMsAfter(
  { ephemeral, schema, keepAliveMs }: ChatRequest,
  reason: EndReason,
  { idleMs }: AnswerDependencies,
): number {
  if (ephemeral) return 0;
  if (reason === 'tool_use') return TOOL_WAIT_MS;
  return reason === 'stop' && schema === undefined ? (keepAliveMs ?? idleMs()) : 0;
}

function learnLimits({ modelUsage }: ResultMessage, claude: Claude): void {
  for (const [model, { contextWindow, maxOutputTokens }] of Object.entries(modelUsage ?? {})) {
    claude.recordLimits(model, {
      ...(contextWindow && { contextWindow }),
      ...(maxOutputTokens && { maxOutputTokens }),
    });
  }
}

/**
 * Whether the process has missed a deadline, or has ended by itself, which a broken pipe can show before the process has exited. A
 * silence in a turn does not count: the API may have been silent, and would be asked again.
 */
function hasFailed(error: unknown, process: ClaudeProcess): boolean {
  if (error instanceof CliEndedError || error instanceof CliTimeoutError) return true;
  return error instanceof ChatError && error.kind === 'cli_failed' && !process.alive;
}
