/** Asks the CLI what a client asks, and tells what comes of it in events that know no dialect. */
import { randomBytes } from 'node:crypto';
import type { Claude } from '../claude/claude';
import type { ClaudeProcess } from '../claude/claudeProcess';
import type { ApiBlock, RateLimitInfo } from '../claude/messages';
import { type Model, resolveModel } from '../claude/models';
import type { TurnEvent, TurnUsage } from '../claude/turn';
import { ChatError } from './errors';
import { type ChatEvent, type EndReason, NO_USAGE, type Usage } from './events';
import { chatError, resultError, retryError } from './faults';
import type { ChatRequest } from './request';
import type { Chat, LiveConversation } from './service';
import { type Transcript, transcriptOf } from './transcript';

export interface ChatOptions {
  readonly claude: Claude;
  /** Called when a live conversation has begun, changed or ended. */
  onChange(): void;
}

/** A refusal that is over sooner than this is waited out here; a client would hardly come back faster. */
const LONGEST_RETRY_MS = 2_000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Live {
  readonly row: Mutable<LiveConversation>;
  readonly abort: AbortController;
  readonly over: Promise<void>;
}

export function createChat({ claude, onChange }: ChatOptions): Chat {
  const live = new Map<string, Live>();

  const resolve = async (name: string): Promise<Model> => {
    const models = await claude.models().catch((error: unknown) => {
      throw chatError(error);
    });
    const model = resolveModel(models, name);
    if (model) return model;
    const names = models.map(({ id }) => id).join(', ');
    throw new ChatError('model_not_found', `model '${name}' not found; there are: ${names}`, { param: 'model' });
  };

  async function* ask(request: ChatRequest, client: AbortSignal): AsyncGenerator<ChatEvent> {
    const abort = new AbortController();
    const { signal } = abort;
    const leave = () => abort.abort();
    client.addEventListener('abort', leave, { once: true });
    if (client.aborted) leave();
    const clock = startClock();
    let over = () => {};
    const conversation = newConversation(request);
    try {
      const model = await resolve(request.model);
      const transcript = transcriptOf(request.messages);
      const ended = new Promise<void>((done) => {
        over = done;
      });
      conversation.model = model.resolved;
      live.set(conversation.id, { row: conversation, abort, over: ended });
      onChange();
      yield* answer({ request, model, transcript, conversation, signal, clock });
    } catch (error) {
      yield {
        type: 'error',
        error: signal.aborted ? new ChatError('cancelled', 'the request was cancelled') : chatError(error),
      };
    } finally {
      client.removeEventListener('abort', leave);
      live.delete(conversation.id);
      over();
      onChange();
    }
  }

  interface Question {
    readonly request: ChatRequest;
    readonly model: Model;
    readonly transcript: Transcript;
    readonly conversation: Mutable<LiveConversation>;
    readonly signal: AbortSignal;
    readonly clock: Clock;
  }

  // Where a follow-up will find the process that already holds its history; for now each request gets its own.
  async function* answer({ request, model, transcript, conversation, signal, clock }: Question) {
    const seat = await claude.acquire({ system: request.system, model: model.value }, signal);
    const { process } = seat;
    try {
      conversation.pid = process.pid ?? null;
      await process.replay(transcript.history, signal);
      conversation.phase = 'answering';
      onChange();
      yield {
        type: 'start',
        conversation: conversation.id,
        served: transcript.history.length > 0 ? 'replay' : 'new',
        model: model.resolved,
        isolation: process.isolation,
      } satisfies ChatEvent;
      for await (const event of turn(process, transcript.question, signal, clock)) {
        if (event.type === 'thinking' && !request.thinking) continue;
        if (event.type === 'usage' || event.type === 'end') conversation.usage = event.usage;
        if (event.type === 'end') conversation.turns += 1;
        yield event;
      }
    } finally {
      conversation.phase = 'idle';
      void seat.release();
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

    if (signal.aborted) throw new ChatError('cancelled', 'the request was cancelled');
    if (failure) {
      if (failure.kind === 'signed_out') claude.learnSignedOut();
      throw failure;
    }
    if (reason === undefined) throw await death(process);
    usage = { ...usage, costUsd: process.costUsd - costBefore };
    yield { type: 'end', reason, usage, timings: clock.read() };
  }

  const learn = (
    models: Readonly<Record<string, { contextWindow?: number | null | undefined }>> | null | undefined,
  ) => {
    for (const [model, { contextWindow }] of Object.entries(models ?? {})) {
      if (contextWindow) claude.learnContext(model, contextWindow);
    }
  };

  return {
    ask,
    resolve,
    models: () =>
      claude.models().catch((error: unknown) => {
        throw chatError(error);
      }),
    live: () => [...live.values()].map(({ row }) => ({ ...row })),
    end: async (id) => {
      const found = live.get(id);
      found?.abort.abort();
      await found?.over;
      return found !== undefined;
    },
  };
}

function newConversation(request: ChatRequest): Mutable<LiveConversation> {
  const now = Date.now();
  return {
    id: `conv_${randomBytes(12).toString('hex')}`,
    client: request.client,
    model: request.model,
    phase: 'preparing',
    turns: request.messages.filter(({ role }) => role === 'assistant').length,
    usage: NO_USAGE,
    startedAt: now,
    lastUsedAt: now,
    pid: null,
    expiresAt: null,
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
