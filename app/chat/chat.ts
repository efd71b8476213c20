/**
 * Asks the CLI what a client asks, and tells what comes of it in events that know no dialect. A follow-up goes to the
 * process that holds exactly its history; any other request to a process of its own, into which the history is replayed.
 */
import { randomBytes } from 'node:crypto';
import type { Claude } from '../claude/claude';
import type { ClaudeProcess } from '../claude/claudeProcess';
import type { ApiBlock, RateLimitInfo } from '../claude/messages';
import { type Model, resolveModel } from '../claude/models';
import { CliEndedError } from '../claude/protocol';
import type { TurnEvent, TurnUsage } from '../claude/turn';
import { type ConversationKey, digestOf, extendDigest } from './digest';
import { ChatError } from './errors';
import { type ChatEvent, type EndReason, NO_USAGE, type Served, type Usage } from './events';
import { chatError, resultError, retryError } from './faults';
import type { Live, LiveConversations, Told } from './liveConversations';
import type { Memory, RememberedConversation, TurnRecord } from './memory';
import { nameQueue } from './nameQueue';
import type { ChatRequest, Message } from './request';
import type { Chat } from './service';
import { transcriptOf } from './transcript';

export interface ChatOptions {
  readonly claude: Claude;
  readonly live: LiveConversations;
  readonly memory: Memory;
  /** How long a process is kept for a follow-up, in ms. */
  idleMs(): number;
  /** Whether a user's name may stand for a conversation's id. */
  usersAreIds(): boolean;
}

/** A refusal that is over sooner than this is waited out here; a client would hardly come back faster. */
const LONGEST_RETRY_MS = 2_000;

/** A request, with all that the conversation holds of which the client sent only a part. */
interface Question {
  readonly request: ChatRequest;
  readonly model: Model;
  readonly key: ConversationKey;
  /** The conversation that it continues, where that is known. */
  readonly conversation: string | undefined;
  readonly name: string | undefined;
  /** All messages up to the last answer. */
  readonly history: readonly Message[];
  /** The client's messages since. */
  readonly question: readonly Message[];
  /** Of the history. */
  readonly digest: string;
}

export function createChat({ claude, live, memory, idleMs, usersAreIds }: ChatOptions): Chat {
  const names = nameQueue();

  const models = () =>
    claude.models().catch((error: unknown) => {
      throw chatError(error);
    });

  const resolve = async (name: string): Promise<Model> => {
    const known = await models();
    const model = resolveModel(known, name);
    if (model) return model;
    const listed = known.map(({ id }) => id).join(', ');
    throw new ChatError('model_not_found', `model '${name}' not found; there are: ${listed}`, { param: 'model' });
  };

  async function* ask(request: ChatRequest, client: AbortSignal): AsyncGenerator<ChatEvent> {
    const clock = startClock();
    let done = () => {};
    try {
      const model = await resolve(request.model);
      const id = appendedTo(request);
      // Two messages for the end of one conversation follow one another.
      if (id !== undefined) done = await names.enter(`${request.owner}\n${id}`, client);
      yield* converse(questionOf(request, model, id), client, clock);
    } catch (error) {
      yield { type: 'error', error: client.aborted ? cancelled() : chatError(error) };
    } finally {
      done();
    }
  }

  /** The id under which a lone message is appended to what has been said; undefined where the request has it all. */
  const appendedTo = ({ name, user, messages, owner, ephemeral }: ChatRequest): string | undefined => {
    if (ephemeral) return undefined;
    if (user && messages.some(({ role }) => role === 'assistant')) memory.noteSendsHistory(owner, user);
    if (messages.length > 1) return undefined;
    if (name) return name.kind === 'id' ? name.id : undefined;
    return user && usersAreIds() && !memory.sendsHistory(owner, user) ? `user:${user}` : undefined;
  };

  const questionOf = (request: ChatRequest, model: Model, appendId: string | undefined): Question => {
    const { owner, messages, ephemeral } = request;
    const given = ephemeral ? undefined : (request.name?.id ?? appendId);
    const known = given === undefined ? undefined : memory.byName(owner, given);
    const aside = request.name?.kind === 'label' && known !== undefined && isAside(known, messages);
    const name = aside ? undefined : given;
    const remembered = aside ? undefined : known;
    const before = appendId === undefined || !remembered ? undefined : said(appendId, remembered);
    const all = before ? [...before.messages, ...messages] : messages;
    const split = all.findLastIndex(({ role }) => role === 'assistant') + 1;
    const history = all.slice(0, split);
    const system = request.system === '' && before ? before.system : request.system;
    const key = { owner, system, model: model.resolved };
    const digest = digestOf(key, history);
    return {
      request,
      model,
      key,
      name,
      history,
      question: all.slice(split),
      digest,
      conversation: ephemeral ? undefined : continued(remembered, digest, split > 0, name),
    };
  };

  /** The one with exactly this history; else the one of that name, which follows the history that was sent. */
  const continued = (
    remembered: RememberedConversation | undefined,
    digest: string,
    hasHistory: boolean,
    name: string | undefined,
  ): string | undefined => {
    if (remembered?.digest === digest || !hasHistory) return remembered?.id;
    return memory.byDigest(digest, name) ?? remembered?.id;
  };

  /** @throws ChatError where nobody knows any more what was said. */
  const said = (name: string, { digest, system, messages }: RememberedConversation): Told => {
    const told = live.holding(digest) ?? (messages ? { system, messages } : undefined);
    if (told) return told;
    throw new ChatError(
      'invalid_request',
      `the conversation '${name}' is no longer held, since texts are not kept here: send its whole history`,
      { param: 'messages' },
    );
  };

  /** The process that holds the history; else a place in the list for one that is to be made to. */
  const place = ({ request, digest, history, conversation, name, model }: Question): Live => {
    const held = history.length > 0 && !request.ephemeral ? live.take(digest, name) : undefined;
    if (held) {
      // Chats that happen to be alike so far can take each other's process, but never each other's place in the memory.
      const nameless = name === undefined && held.name === undefined;
      live.pass(held, nameless ? held.row.id : free(conversation, held), name);
      held.row.client = request.client;
      return held;
    }
    const now = Date.now();
    return live.add(
      {
        id: free(conversation),
        client: request.client,
        model: model.resolved,
        phase: 'preparing',
        turns: history.filter(({ role }) => role === 'assistant').length,
        usage: NO_USAGE,
        startedAt: now,
        lastUsedAt: now,
        pid: null,
        expiresAt: null,
      },
      name,
    );
  };

  /** The conversation's id, or a new one where another request is asking it: two branches at once are two conversations. */
  const free = (conversation: string | undefined, held?: Live): string => {
    if (conversation === undefined) return newId();
    const other = live.find(conversation);
    if (!other || other === held) return conversation;
    if (!other.held) return newId();
    // The conversation follows its client to another branch; the process of the older one stays, to be found by its history.
    live.pass(other, newId(), undefined);
    return conversation;
  };

  async function* converse(question: Question, client: AbortSignal, clock: Clock): AsyncGenerator<ChatEvent> {
    const conversation = place(question);
    const { abort } = conversation;
    const leave = () => abort.abort();
    client.addEventListener('abort', leave, { once: true });
    if (client.aborted) leave();
    let rested = false;
    try {
      for await (const event of answer(question, conversation, clock)) {
        if (event.type === 'rest') rested = true;
        else yield event;
      }
    } catch (error) {
      if (abort.signal.aborted) throw cancelled();
      throw error;
    } finally {
      client.removeEventListener('abort', leave);
      if (!rested) live.remove(conversation);
    }
  }

  async function* answer(
    question: Question,
    conversation: Live,
    clock: Clock,
  ): AsyncGenerator<ChatEvent | { type: 'rest' }> {
    const { request, key, model, digest, history } = question;
    const { signal } = conversation.abort;
    const { row } = conversation;
    const asked = transcriptOf(question.question).question;
    let served: Served = 'live';
    let told: Served | undefined;
    let silent = true;
    // A process that dies before it has said anything is replaced once.
    for (let attempt = 1; ; attempt += 1) {
      let record: TurnRecord | undefined;
      let text = '';
      try {
        if (!conversation.seat?.process.alive) {
          served = history.length > 0 ? 'replay' : 'new';
          conversation.seat = await claude.acquire({ system: key.system, model: model.value }, signal);
          row.pid = conversation.seat.process.pid ?? null;
          await conversation.seat.process.replay(transcriptOf([...history, ...question.question]).history, signal);
        }
        const { process } = conversation.seat;
        row.phase = 'answering';
        if (told !== served && silent) {
          told = served;
          yield { type: 'start', conversation: row.id, served, model: model.resolved, isolation: process.isolation };
        }
        record = request.ephemeral ? undefined : recordOf(question, row.id);
        for await (const event of turn(process, asked, signal, clock)) {
          if (event.type === 'end') {
            const reply: Message = { role: 'assistant', content: [{ type: 'text', text }] };
            const messages = [...history, ...question.question, reply];
            const after = messages.slice(history.length).reduce(extendDigest, digest);
            row.usage = sum(row.usage, event.usage);
            row.turns += 1;
            record?.end(reply, after, event.usage);
            record = undefined;
            const idle = request.ephemeral ? 0 : (request.keepAliveMs ?? idleMs());
            const wanted = idle > 0 && claude.waiting === 0 && !signal.aborted;
            if (wanted && event.reason === 'stop' && process.alive) {
              live.rest(conversation, { digest: after, system: key.system, messages }, idle);
              yield { type: 'rest' };
            }
          }
          if (event.type === 'thinking' && !request.thinking) continue;
          silent = false;
          yield event;
          if (event.type === 'text') {
            text += event.text;
            record?.append(event.text);
          }
        }
        return;
      } catch (error) {
        const { seat } = conversation;
        if (!seat || !hasDied(error, seat.process) || text !== '' || attempt === 2 || signal.aborted) throw error;
        await seat.release();
      } finally {
        // Also where whoever listens has left.
        record?.drop();
      }
    }
  }

  async function* turn(
    process: ClaudeProcess,
    question: ApiBlock[],
    signal: AbortSignal,
    clock: Clock,
  ): AsyncGenerator<ChatEvent> {
    const costBefore = process.costUsd;
    let usage: Usage = NO_USAGE;
    let reason: EndReason | undefined;
    let limit: RateLimitInfo | undefined;
    let failure: ChatError | undefined;
    clock.asked();

    const events: AsyncIterable<TurnEvent> = process.turn(question, signal);
    for await (const event of events) {
      switch (event.type) {
        case 'begin':
        case 'usage':
          usage = counted(event.usage, usage.costUsd);
          yield { type: 'usage', usage };
          break;
        case 'text':
        case 'thinking':
          clock.answered();
          yield event;
          break;
        case 'retry':
          if (mustWait(event)) failure = retryError(event.status, event.delayMs);
          break;
        case 'rateLimit':
          limit = event.info;
          break;
        case 'stop':
          usage = counted(event.usage, usage.costUsd);
          reason = endReason(event.reason);
          break;
        case 'result':
          if (event.result.is_error && reason === undefined) failure = resultError(event.result, limit);
          else reason ??= 'stop';
          learn(event.result.modelUsage);
          break;
        case 'diverged':
          failure = reason === undefined ? new ChatError('api', 'the answer broke off') : undefined;
          break;
      }
      // After the token limit the CLI would go on by itself, in turns that the client never sent.
      if (failure || reason === 'length') break;
    }

    if (signal.aborted) throw cancelled();
    if (failure) {
      if (failure.kind === 'signed_out') claude.learnSignedOut();
      throw failure;
    }
    if (reason === undefined) throw await death(process);
    usage = { ...usage, costUsd: process.costUsd - costBefore };
    yield { type: 'end', reason, usage, timings: clock.read() };
  }

  const recordOf = ({ request, key, name, digest, history, question }: Question, conversation: string): TurnRecord =>
    memory.begin({
      conversation,
      owner: key.owner,
      name,
      client: request.client,
      system: key.system,
      model: key.model,
      digest,
      history,
      question,
    });

  const learn = (
    reported: Readonly<Record<string, { contextWindow?: number | null | undefined }>> | null | undefined,
  ) => {
    for (const [model, { contextWindow }] of Object.entries(reported ?? {})) {
      if (contextWindow) claude.learnContext(model, contextWindow);
    }
  };

  const loaded = new Map<string, number>();

  const load = (model: Model, keepMs = idleMs()) => {
    loaded.set(model.resolved, Date.now() + keepMs);
    claude.prepare({ system: '', model: model.value });
  };

  const unload = async (model: Model) => {
    loaded.delete(model.resolved);
    for (const { id, model: held, phase } of live.list()) {
      if (held === model.resolved && phase === 'idle') await live.end(id);
    }
  };

  const stillLoaded = () => {
    for (const [model, until] of loaded) if (until < Date.now()) loaded.delete(model);
    return loaded;
  };

  const memoryOf = () => claude.memory(live.list().flatMap(({ pid }) => (pid === null ? [] : [pid])));

  return { ask, resolve, models, load, unload, loaded: stillLoaded, live: live.list, memory: memoryOf, end: live.end };
}

/**
 * A chat's name stands on questions about it too, which are not always known by their form. A request without a
 * history that begins with other words than the chat is none of its turns.
 */
function isAside({ messages: before }: RememberedConversation, messages: readonly Message[]): boolean {
  if (!before?.[0] || !messages[0] || messages.some(({ role }) => role === 'assistant')) return false;
  return extendDigest('', before[0]) !== extendDigest('', messages[0]);
}

function newId(): string {
  return `conv_${randomBytes(12).toString('hex')}`;
}

function cancelled(): ChatError {
  return new ChatError('cancelled', 'the request was cancelled');
}

function sum(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    thinkingTokens: a.thinkingTokens + b.thinkingTokens,
    costUsd: a.costUsd + b.costUsd,
  };
}

/** 401 and its like will not get better by waiting, and a rate limit is the client's to wait for. */
function mustWait({ status, delayMs }: { status: number | null; delayMs: number }): boolean {
  if (status === 429) return delayMs > LONGEST_RETRY_MS;
  return status !== null && status >= 400 && status < 500 && status !== 408 && status !== 409;
}

function endReason(reason: string): EndReason {
  switch (reason) {
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length';
    case 'refusal':
    case 'tool_use':
      return reason;
    default:
      return 'stop';
  }
}

function counted(usage: TurnUsage, costUsd: number): Usage {
  return {
    inputTokens: usage.input,
    cacheReadTokens: usage.cacheRead,
    cacheWriteTokens: usage.cacheWrite,
    outputTokens: usage.output,
    thinkingTokens: usage.thinking,
    costUsd,
  };
}

/** It ended by itself, which its pipe can show before its exit does. */
function hasDied(error: unknown, process: ClaudeProcess): boolean {
  if (error instanceof CliEndedError) return true;
  return error instanceof ChatError && error.kind === 'cli_failed' && !process.alive;
}

async function death(process: ClaudeProcess): Promise<ChatError> {
  process.kill();
  const { code, signal, stderr } = await process.exited;
  const why = stderr.trim().split('\n').at(-1) ?? '';
  return new ChatError(
    'cli_failed',
    `claude ended in the middle of the answer (${signal ?? `code ${code}`}) ${why}`.trim(),
  );
}

interface Clock {
  /** The question is put to the process now. */
  asked(): void;
  /** Something has come back; only the first call counts. */
  answered(): void;
  read(): { loadMs: number; promptMs: number; answerMs: number; totalMs: number };
}

function startClock(): Clock {
  const begin = performance.now();
  let asked = begin;
  let answered: number | undefined;
  return {
    asked: () => {
      asked = performance.now();
    },
    answered: () => {
      answered ??= performance.now();
    },
    read: () => {
      const now = performance.now();
      const first = answered ?? now;
      return { loadMs: asked - begin, promptMs: first - asked, answerMs: now - first, totalMs: now - begin };
    },
  };
}
