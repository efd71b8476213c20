/**
 * Asks the CLI what a client asks, and tells what comes of it in events that know no dialect. A follow-up goes to the
 * process that holds exactly its history; any other request to a process of its own, into which the history is replayed.
 */
import { randomBytes } from 'node:crypto';
import type { Claude } from '../claude/claude';
import { type Model, resolveModel } from '../claude/models';
import type { Wanted } from '../claude/pool/pool';
import type { ClaudeProcess, Setup } from '../claude/process/claudeProcess';
import type { RateLimitInfo, ResultMessage } from '../claude/process/messages';
import { CliEndedError } from '../claude/process/protocol';
import { addUsage } from '../shared/usage';
import { type ConversationKey, digestOf, extendDigest } from './conversation/digest';
import type { Live, LiveConversations, Told } from './conversation/liveConversations';
import type { Memory, RememberedConversation, TurnRecord } from './conversation/memory';
import { nameQueue } from './conversation/nameQueue';
import { transcriptOf } from './conversation/transcript';
import { ChatError } from './errors';
import type { ChatEvent, EndReason, Served } from './events';
import type { AssistantBlock, ChatRequest, Message } from './request';
import type { Chat } from './service';
import { chatError } from './toChatError';
import { withCalledTools } from './turn/calledTools';
import { flagsOf } from './turn/flags';
import { answerOf, type Clock, type RunningTurn, startClock, startTurn, type TurnPart } from './turn/runningTurn';
import { toolResults } from './turn/toolResults';

export interface ChatOptions {
  readonly claude: Claude;
  readonly live: LiveConversations;
  readonly memory: Memory;
  /** How long a process is kept for a follow-up, in ms. */
  idleMs(): number;
  /** Whether a user's name may stand for a conversation's id. */
  usersAreIds(): boolean;
}

/** How long a process waits for the results of tools before its conversation has to be replayed for them. */
const TOOL_WAIT_MS = 10 * 60_000;

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
  const limits = new Map<string, RateLimitInfo>();

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

  const questionOf = (asked: ChatRequest, model: Model, appendId: string | undefined): Question => {
    const { owner, messages, ephemeral } = asked;
    const given = ephemeral ? undefined : (asked.name?.id ?? appendId);
    const known = given === undefined ? undefined : memory.byName(owner, given);
    const aside = asked.name?.kind === 'label' && known !== undefined && isAside(known, messages);
    const name = aside ? undefined : given;
    const remembered = aside ? undefined : known;
    const before = appendId === undefined || !remembered ? undefined : said(appendId, remembered);
    const all = before ? [...before.messages, ...messages] : messages;
    const split = all.findLastIndex(({ role }) => role === 'assistant') + 1;
    const history = all.slice(0, split);
    const system = asked.system === '' && before ? before.system : asked.system;
    const request = withCalledTools(asked, all);
    const setup = setupOf(request);
    const key = { owner, system, model: model.resolved, setup: setup ? JSON.stringify(setup) : '' };
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
  const place = ({ request, digest, history, question, conversation, name, model }: Question): Live => {
    const withResults = toolResults(history, question) !== undefined;
    const held = history.length > 0 && !request.ephemeral ? live.take(digest, name, withResults) : undefined;
    if (held) {
      // Chats that happen to be alike so far can take each other's process, but never each other's place in the memory.
      const nameless = name === undefined && held.name === undefined;
      live.pass(held, nameless ? held.row.id : free(conversation, held), name);
      held.row.client = request.client;
      return held;
    }
    const now = Date.now();
    const id = free(conversation);
    return live.add(
      {
        id,
        client: request.client,
        model: model.resolved,
        phase: 'preparing',
        turns: history.filter(({ role }) => role === 'assistant').length,
        usage: memory.spentOn(id),
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
    let served: Served = 'live';
    let told: Served | undefined;
    let silent = true;
    // A process that dies before it has said anything is replaced once.
    for (let attempt = 1; ; attempt += 1) {
      let record: TurnRecord | undefined;
      const reply = replyWriter();
      try {
        if (!conversation.seat?.process.alive) {
          served = history.length > 0 ? 'replay' : 'new';
          delete conversation.turn;
          const past = transcriptOf([...history, ...question.question]).history;
          const { rest, ...seat } = await claude.acquire(wantedOf(question), past, signal);
          conversation.seat = seat;
          row.pid = seat.process.pid ?? null;
          await seat.process.replay(rest, signal);
        }
        const { process } = conversation.seat;
        row.phase = 'answering';
        if (told !== served && silent) {
          told = served;
          yield { type: 'start', conversation: row.id, served, model: model.resolved, isolation: process.isolation };
        }
        await process.configure(flagsOf(request, model));
        clock.asked();
        const turn =
          goOn(conversation, question) ?? startTurn(process, transcriptOf(question.question).question, signal);
        record = request.ephemeral ? undefined : recordOf(question, row.id);
        for await (const event of answerOf(turn, { signal, clock, onResult, onLimit })) {
          if (event.type === 'end') {
            const messages = [...history, ...question.question, reply.message()];
            const after = messages.slice(history.length).reduce(extendDigest, digest);
            row.usage = addUsage(row.usage, event.usage);
            row.turns += 1;
            record?.end(reply.message(), after, event.usage);
            record = undefined;
            const idle = idleAfter(request, event.reason);
            if (event.reason === 'tool_use') conversation.turn = turn;
            if (idle > 0 && claude.waiting === 0 && !signal.aborted && process.alive) {
              live.rest(conversation, { digest: after, system: key.system, messages }, idle);
              yield { type: 'rest' };
            }
          }
          if (event.type === 'thinking' && !request.thinking) continue;
          silent = false;
          yield event;
          reply.add(event);
          if (event.type === 'text') record?.append(event.text);
        }
        return;
      } catch (error) {
        if (error instanceof ChatError && error.kind === 'signed_out') claude.learnSignedOut();
        const { seat } = conversation;
        if (!seat || !hasDied(error, seat.process) || !reply.isEmpty || attempt === 2 || signal.aborted) throw error;
        await seat.release();
      } finally {
        // Also where whoever listens has left.
        record?.drop();
      }
    }
  }

  /** The turn that waits for what the request brings, which it then has. */
  const goOn = (conversation: Live, { history, question }: Question): RunningTurn | undefined => {
    const { turn } = conversation;
    const results = toolResults(history, question);
    if (!turn || !results) return undefined;
    delete conversation.turn;
    for (const [index, result] of results.entries()) {
      const call = turn.calls[index];
      if (call !== undefined) turn.process.answerTool(call, result);
    }
    return turn;
  };

  /** How long the process is kept, in ms. What it holds after a limit or a schema is not what the client knows of. */
  const idleAfter = ({ ephemeral, schema, keepAliveMs }: ChatRequest, reason: EndReason): number => {
    if (ephemeral) return 0;
    if (reason === 'tool_use') return TOOL_WAIT_MS;
    return reason === 'stop' && schema === undefined ? (keepAliveMs ?? idleMs()) : 0;
  };

  const onLimit = (limit: RateLimitInfo) => {
    limits.set(limit.rateLimitType ?? 'unknown', limit);
  };

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

  const onResult = ({ modelUsage }: ResultMessage) => {
    for (const [model, { contextWindow }] of Object.entries(modelUsage ?? {})) {
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

  return {
    ask,
    resolve,
    models,
    load,
    unload,
    loaded: stillLoaded,
    live: live.list,
    limits: () => [...limits.values()],
    pool: () => ({ spares: claude.spares, waiting: claude.waiting }),
    memory: memoryOf,
    end: live.end,
  };
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

/** It ended by itself, which its pipe can show before its exit does. */
function hasDied(error: unknown, process: ClaudeProcess): boolean {
  if (error instanceof CliEndedError) return true;
  return error instanceof ChatError && error.kind === 'cli_failed' && !process.alive;
}

/** Puts the answer together as the message that it will be in the history. */
function replyWriter() {
  let content: AssistantBlock[] = [];
  return {
    get isEmpty() {
      return content.length === 0;
    },
    add: (event: TurnPart) => {
      if (event.type === 'retract') content = [];
      if (event.type === 'tool_end')
        content.push({ type: 'tool_use', id: event.id, name: event.name, input: event.input });
      if (event.type !== 'text') return;
      const last = content.at(-1);
      if (last?.type === 'text') content[content.length - 1] = { type: 'text', text: last.text + event.text };
      else content.push({ type: 'text', text: event.text });
    },
    message: (): Message => ({ role: 'assistant', content: [...content] }),
  };
}

function setupOf({ tools, schema }: ChatRequest): Setup | undefined {
  return tools?.length || schema ? { tools, schema } : undefined;
}

function wantedOf({ request, key, model }: Question): Wanted {
  return { system: key.system, model: model.value, setup: setupOf(request) };
}
