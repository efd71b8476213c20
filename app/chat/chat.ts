/**
 * The chat: takes a client's request, has a `claude` process answer it, and yields the answer as events that no dialect
 * shapes. A follow-up goes to the process that holds exactly its history, and an edit to one that is rewound to the part before it;
 * every other request gets a process without a conversation, into which its history is replayed.
 */
import type { Claude } from '../claude/claude';
import type { ClaudeProcess } from '../claude/process/claudeProcess';
import { DEADLINES } from '../claude/process/deadlines/deadlines';
import { within } from '../claude/process/deadlines/within';
import type { RateLimitInfo } from '../claude/process/messages';
import { waitAtMost } from '../claude/waitAtMost';
import { claimConversation } from './conversation/claimConversation';
import type { ConversationHistory } from './conversation/conversationHistory';
import { createKeyedMutex } from './conversation/keyedMutex';
import type { LiveConversation, LiveConversations } from './conversation/liveConversations';
import { appendTarget, type Question, resolveQuestion } from './conversation/resolveQuestion';
import { ChatError, type ChatErrorKind } from './errors';
import type { ChatEvent } from './events';
import type { ModelSettings } from './listedModels';
import { createModels } from './models';
import type { ChatRequest } from './request';
import type { AccountRateLimit, Chat } from './service';
import { toChatError } from './toChatError';
import { answerQuestion, keepHistory } from './turn/answerQuestion';
import { type Clock, startClock } from './turn/clock';

export interface ChatOptions {
  readonly claude: Claude;
  readonly live: LiveConversations;
  readonly conversationHistory: ConversationHistory;
  /** How long an idle process waits for a follow-up by default, in ms. */
  idleMs(): number;
  /** Whether a user's name may stand for a conversation's id. */
  usersAreIds(): boolean;
  /** As in `ModelsOptions`. */
  modelSettings?(): ModelSettings;
}

/** How long a request waits at most for the processes that are being rewound, in ms: 20 ms is usual. */
const SETTLING_MS = 500;

/** After these errors the process may be broken, or know an account that has been signed out. */
const ENDS_PROCESS: ReadonlySet<ChatErrorKind> = new Set([
  ...(['signed_out', 'authentication', 'permission'] as const),
  ...(['cli_missing', 'cli_outdated', 'cli_failed', 'cli_timeout', 'internal'] as const),
]);

/** Creates the chat on top of the CLI's processes. It owns nothing that has to be closed. */
export function createChat(options: ChatOptions): Chat {
  const { claude, live } = options;
  const models = createModels(options);
  const appends = createKeyedMutex();
  /** Conversations whose process is being rewound after an answer that did not end well, by owner. A client may be asking again already. */
  const settling = new Map<string, Set<Promise<void>>>();
  /** The CLI's last report on each rate limit of a plan, by the account and the limit's type. */
  const rateLimits = new Map<string, AccountRateLimit>();

  const services = {
    ...options,
    onRateLimit: (limit: RateLimitInfo, process: ClaudeProcess) => {
      const account = claude.accountOf(process);
      rateLimits.set(`${account} ${limit.rateLimitType ?? 'unknown'}`, { ...limit, account });
      claude.recordRateLimit(process, limit);
    },
  };

  /** @throws ChatError `model_not_found` for the client's model only: the user's choice may name one that the account has lost. */
  const modelFor = async ({ model, preferredModel }: ChatRequest) => {
    if (preferredModel === undefined) return models.resolveModel(model);
    return (await models.findModel(preferredModel)) ?? models.resolveModel(model);
  };

  async function* ask(request: ChatRequest, clientSignal: AbortSignal): AsyncGenerator<ChatEvent> {
    const clock = startClock();
    let unlock = () => {};
    try {
      await claude.demandAccount(request.owner);
      const listing = { timeoutMs: DEADLINES.modelsMs, signal: clientSignal };
      const model = await within(modelFor(request), 'list its models', listing);
      const unsettled = [...(settling.get(request.owner) ?? [])];
      if (unsettled.length > 0) await waitAtMost(Promise.all(unsettled), SETTLING_MS);
      const target = appendTarget(request, options);
      // The second of two messages for the end of one conversation is appended to the answer to the first.
      if (target !== undefined) unlock = await appends.lock(`${request.owner}\n${target}`, clientSignal);
      yield* converse(await resolveQuestion(request, model, target, options), clientSignal, clock);
    } catch (error) {
      yield { type: 'error', error: clientSignal.aborted ? cancelled() : toChatError(error) };
    } finally {
      unlock();
    }
  }

  /** Answers in a live conversation, which waits for a follow-up afterwards, or is removed. */
  async function* converse(question: Question, clientSignal: AbortSignal, clock: Clock): AsyncGenerator<ChatEvent> {
    const claim = claimConversation(question, options);
    const { conversation } = claim;
    const { abort } = conversation;
    const interrupt = () => abort.abort(clientSignal.reason);
    clientSignal.addEventListener('abort', interrupt, { once: true });
    if (clientSignal.aborted) interrupt();
    let idle = false;
    let failure: unknown;
    try {
      for await (const event of answerQuestion(question, claim, clock, services)) {
        if (event.type === 'idle') idle = true;
        else yield event;
      }
    } catch (error) {
      failure = error;
      conversation.latestTurn?.breakOff();
      if (abort.signal.aborted) throw abortError(abort.signal);
      throw reportRefusal(toChatError(error), conversation.lease?.process, claude);
    } finally {
      clientSignal.removeEventListener('abort', interrupt);
      if (!idle) settle(question, conversation, abort.signal.aborted ? abortError(abort.signal) : failure);
    }
  }

  /** Keeps the conversation as it was before the question, where its process can go on after this error, or removes it. */
  const settle = (question: Question, conversation: LiveConversation, error: unknown) => {
    const { owner } = question.key;
    const others = settling.get(owner) ?? new Set();
    settling.set(owner, others);
    const settled = keepOrRemove(question, conversation, error).finally(() => {
      others.delete(settled);
      if (others.size === 0) settling.delete(owner);
    });
    others.add(settled);
  };

  const keepOrRemove = async (question: Question, conversation: LiveConversation, error: unknown) => {
    if (error !== undefined && ENDS_PROCESS.has(toChatError(error).kind)) conversation.lease?.process.kill();
    const kept = !conversation.isEnded && (await keepHistory(question, conversation, options).catch(() => false));
    if (!kept) await live.remove(conversation);
  };

  return {
    ...models,
    ask,
    liveConversations: live.list,
    rateLimits: () => [...rateLimits.values()],
    poolState: () => ({
      spares: claude.spares,
      waiting: claude.waitingRequests,
      skippedLines: claude.skippedLines,
    }),
    processMemory: () => claude.processMemory(live.list().flatMap(({ pid }) => (pid === null ? [] : [pid]))),
    endConversation: (id) => live.end(id),
    interruptConversation: live.interrupt,
    latestTurn: (id) => live.find(id)?.latestTurn,
    endConversationsOf: async (isTheirs, reason) => {
      const ids = live.list().map(({ id }) => id);
      const theirs = ids.filter((id) => {
        const process = live.find(id)?.lease?.process;
        return process !== undefined && isTheirs(process);
      });
      await Promise.all(theirs.map((id) => live.end(id, reason)));
    },
  };
}

/**
 * Records a refusal that concerns the account. Where it is the sign-in's, tells the client what the user can do about it.
 * @param process the one that was refused.
 */
function reportRefusal(error: ChatError, process: ClaudeProcess | undefined, claude: Claude): ChatError {
  const { kind, message, apiStatus } = error;
  if (!process) return error;
  if (kind === 'rate_limit') claude.recordRateLimitRefusal(process);
  if (kind !== 'signed_out' && kind !== 'authentication') return error;
  const { message: problem, remedy } = claude.recordRefusal(process, kind);
  if (message.includes(remedy)) return error;
  const text = kind === 'signed_out' ? problem : message.replace(/[.\s]*$/, '.');
  return new ChatError(kind, `${text} ${remedy}`, { ...(apiStatus === undefined ? {} : { apiStatus }), cause: error });
}

function abortError({ reason }: AbortSignal): ChatError {
  return reason instanceof ChatError ? reason : cancelled();
}

function cancelled(): ChatError {
  return new ChatError('cancelled', 'the request was cancelled');
}
