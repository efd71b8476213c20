/** Has a conversation's process answer a question, and records the turn in the conversation history. */
import type { Claude } from '../../claude/claude';
import type { ClaudeProcess } from '../../claude/process/claudeProcess';
import { CliTimeoutError } from '../../claude/process/deadlines/within';
import type { RateLimitInfo, ResultMessage } from '../../claude/process/messages';
import { CliEndedError } from '../../claude/process/protocol';
import { addUsage, knownUsage, NO_USAGE, unfinishedUsage } from '../../shared/usage';
import { toApiConversation } from '../conversation/apiConversation';
import type { Claim } from '../conversation/claimConversation';
import type { ConversationHistory, TurnRecord } from '../conversation/conversationHistory';
import { digestOfHistory } from '../conversation/digest';
import type { LiveConversation, LiveConversations } from '../conversation/liveConversations';
import type { Question } from '../conversation/resolveQuestion';
import type { HeldTranscript } from '../conversation/transcript';
import { ChatError } from '../errors';
import type { ChatEvent, EndReason, Served } from '../events';
import type { ChatRequest, Message } from '../request';
import { createAnswerMessage } from './answerMessage';
import type { Clock } from './clock';
import { acquireProcess, hasProcess, processOf } from './conversationProcess';
import { flagsOf } from './flags';
import { createLatestTurn } from './latestTurn';
import { answerEvents, interruptTurn, type RunningTurn, startTurn } from './runningTurn';
import { toolResults } from './toolResults';

export interface AnswerDependencies {
  readonly claude: Claude;
  readonly live: LiveConversations;
  readonly conversationHistory: ConversationHistory;
  /** How long an idle process waits for a follow-up by default, in ms. */
  idleMs(): number;
  /** Called with each report of the CLI on a rate limit of the plan. */
  onRateLimit(limit: RateLimitInfo, process: ClaudeProcess): void;
}

/** `idle`: the conversation waits for a follow-up, and is no longer the caller's. */
export type AnswerEvent = ChatEvent | { readonly type: 'idle' };

/** How long a process waits for the results of the client's tools; after that, the history is replayed when they come. */
const TOOL_WAIT_MS = 10 * 60_000;

/**
 * Yields the answer. If it ends without an `idle` event, the process does not hold what a follow-up will bring as its history, and the
 * caller must call `keepHistory`, or remove the conversation.
 * @throws ChatError, and the errors of app/claude that `toChatError` translates.
 */
export async function* answerQuestion(
  question: Question,
  claim: Claim,
  clock: Clock,
  services: AnswerDependencies,
): AsyncGenerator<AnswerEvent> {
  const { status, abort } = claim.conversation;
  const record = question.request.ephemeral
    ? undefined
    : beginRecord(question, status.id, services.conversationHistory);
  let usage = NO_USAGE;
  try {
    for await (const event of attemptAnswer(question, claim, clock, services, record)) {
      if (event.type === 'usage') usage = knownUsage(unfinishedUsage(event.usage));
      yield event;
    }
  } finally {
    if (isStoppedByUser(abort.signal)) record?.stop(usage);
  }
}

function isStoppedByUser({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof ChatError && reason.kind === 'stopped';
}

async function* attemptAnswer(
  question: Question,
  { conversation, rewind }: Claim,
  clock: Clock,
  services: AnswerDependencies,
  record: TurnRecord | undefined,
): AsyncGenerator<AnswerEvent> {
  const { request, model, digest, history, newMessages } = question;
  const { claude, live } = services;
  const { signal } = conversation.abort;
  const { status } = conversation;
  const onResult = (result: ResultMessage) => learnLimits(result, claude);
  const usageBefore = status.usage;
  let served: Served = rewind === undefined ? 'live' : 'rewind';
  let announced: Served | undefined;
  let queuedMs = 0;
  /** Whether the API has begun to answer: from then on the client may have a part of the answer, and another answer cannot follow it. */
  let hasBegun = false;
  const latest = createLatestTurn(history.length, newMessages);
  conversation.latestTurn = latest;
  // A process that dies, stops responding or has added what the API refuses is replaced once before that.
  for (let attempt = 1; ; attempt += 1) {
    const answer = createAnswerMessage();
    try {
      if (!(await hasProcess(question, conversation, services, attempt === 1 ? rewind : undefined))) {
        served = history.length > 0 ? 'replay' : 'new';
        queuedMs += await acquireProcess(question, conversation, services);
      }
      const process = processOf(conversation);
      const onRateLimit = (limit: RateLimitInfo) => services.onRateLimit(limit, process);
      if (announced !== served) {
        announced = served;
        const { historySource } = question;
        const { isolation } = process;
        const start = { conversation: status.id, served, model: model.resolved, isolation, historySource };
        yield { type: 'start', ...start, payer: claude.payerOf(process), account: claude.accountOf(process) };
      }
      if (question.setup?.tools?.length) await process.replaceTools(question.setup.tools, signal);
      await process.configure(flagsOf(request, model), signal);
      clock.questionSent();
      live.change(conversation, { phase: 'answering' });
      yield { type: 'question_sent', queuedMs };
      const turn = resumeTurn(conversation, question) ?? beginTurn(conversation, process, question);
      for await (const event of answerEvents(turn, { signal, clock, onResult, onRateLimit })) {
        hasBegun = true;
        latest.add(event);
        if (event.type === 'usage') {
          live.change(conversation, { usage: addUsage(usageBefore, knownUsage(unfinishedUsage(event.usage))) });
        }
        if (event.type === 'end') {
          claude.recordAnswer(process, model.resolved);
          const message = answer.read();
          const newDigest = await digestOfHistory(digest, [...newMessages, message]);
          live.change(conversation, { usage: addUsage(usageBefore, event.usage), turns: status.turns + 1 });
          record?.end(message, newDigest, event.usage);
          if (event.reason === 'tool_use') conversation.waitingTurn = turn;
          const idleMs = idleMsAfter(request, event.reason, services);
          const isNeeded = claude.waitingRequests > 0;
          if (idleMs > 0 && (!isNeeded || process.reusable) && !signal.aborted && process.alive) {
            const messages = [...history, ...newMessages, message];
            live.markIdle(conversation, await transcriptOf(question, conversation, messages, newDigest), idleMs);
            // Whoever waits for a process gets this one. One that has another account pay than the user has chosen serves no other request.
            if (isNeeded || claude.isOutdated(process)) live.park(conversation);
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
      if (!lease || !canAskAgain(error, lease.process) || hasBegun || attempt === 2 || signal.aborted) throw error;
      lease.process.kill();
      delete conversation.waitingTurn;
      await lease.release();
    }
  }
}

/**
 * Keeps a conversation whose answer failed, was interrupted, or left the process with other messages than the client has: the process
 * is rewound to before the question, and waits for what comes next. Returns false where there is nothing to keep; the caller must
 * remove the conversation then.
 */
export async function keepHistory(
  question: Question,
  conversation: LiveConversation,
  { live, idleMs }: Pick<AnswerDependencies, 'live' | 'idleMs'>,
): Promise<boolean> {
  const { lease, frames } = conversation;
  const { request, history, newMessages, keyDigest } = question;
  const keptMs = request.keepAliveMs ?? idleMs();
  const start = frames.at(-1) ?? 0;
  if (!lease?.process.reusable || request.ephemeral || keptMs <= 0 || start === 0) return false;
  if (conversation.waitingTurn) await interruptTurn(conversation.waitingTurn);
  delete conversation.waitingTurn;
  if (lease.process.turns !== frames.length || !(await lease.process.rewind(frames.length - 1))) return false;
  conversation.frames = frames.slice(0, -1);
  const messages = [...history, ...newMessages].slice(0, start);
  const digest = start === history.length ? question.digest : await digestOfHistory(keyDigest, messages);
  live.markIdle(conversation, await transcriptOf(question, conversation, messages, digest), keptMs);
  return true;
}

/** What the process holds when it holds these messages. @param digest of the messages */
async function transcriptOf(
  { key, marks }: Question,
  { frames }: LiveConversation,
  messages: readonly Message[],
  digest: string,
): Promise<HeldTranscript> {
  const marked = Math.min(messages.length, marks.length - 1);
  const endMark = await digestOfHistory(marks[marked] ?? '', messages.slice(marked));
  const { owner, system } = key;
  return {
    digest,
    endMark,
    owner,
    system,
    messages,
    frames: frames.map((start) => ({ start, mark: marks[start] ?? '' })),
  };
}

/** Sends the question to the process. */
function beginTurn(
  conversation: LiveConversation,
  process: ClaudeProcess,
  { history, newMessages }: Question,
): RunningTurn {
  const { question, starts } = toApiConversation(newMessages);
  conversation.frames = [...conversation.frames, history.length + (starts.at(-1) ?? 0)];
  return startTurn(process, question, conversation.abort.signal);
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
 * How long the process waits for a follow-up after the answer, in ms; 0 where it does not. After a token limit, and where the
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
 * silence in a turn does not count: the API may have been silent, and would be asked again. Nor does a refusal by the API, unless it
 * refused what this app has added.
 */
function canAskAgain(error: unknown, process: ClaudeProcess): boolean {
  if (process.breakpointRefused) return true;
  if (error instanceof CliEndedError || error instanceof CliTimeoutError) return true;
  return error instanceof ChatError && error.kind === 'cli_failed' && !process.alive;
}
