/** Sends a route's reply: JSON, text, or the model's answer, complete or as a stream. */
import type { Response } from 'express';
import { ChatError } from '../../chat/errors';
import type { ChatEvent } from '../../chat/events';
import type { Chat } from '../../chat/service';
import type { Log } from '../../log/log';
import { MAIN_ACCOUNT } from '../../shared/cli/accounts';
import { addUsage, NO_USAGE, type RequestUsage, type Usage, unfinishedUsage } from '../../shared/usage';
import type { Answer, ChatReply, OutputEvent, RouteReply, StreamWire, ToolCall } from '../dialect';
import { toFault } from '../fault';
import { type ChoiceEvent, parallelAnswers } from '../parallelAnswers';
import type { Exchange } from './exchange';
import type { AnswerSharing, Attempt } from './retries';
import { recordFault, sendJson, setHeaders } from './send';
import { splitLongText } from './splitLongText';

/** What `respond` needs from the rest of the app. */
export interface RespondDeps {
  readonly chat: Chat;
  readonly log: Log;
  readonly answers: AnswerSharing;
  /** How long, in ms, a client may read nothing of its answer before its connection is closed. */
  readonly readerTimeoutMs: number;
}

/**
 * Resolves when the response has ended.
 * @param unread the body's fields that its schema does not have; a header names them with those that `reply` names.
 * @param attempt says whether the request is a retry, which takes over the answer to the attempt before.
 * @throws any error that occurs before the headers are sent.
 */
export async function respond(
  res: Response,
  exchange: Exchange,
  reply: RouteReply,
  unread: readonly string[],
  attempt: Attempt,
  deps: RespondDeps,
): Promise<void> {
  setHeaders(res, reply.headers);
  const ignored = boundNames([...(reply.type === 'chat' ? reply.ignored : []), ...unread]);
  if (ignored.length > 0) res.setHeader('X-Claudacity-Ignored', ignored.join(', '));
  if (reply.type === 'json') {
    sendJson(res, reply.status ?? 200, reply.body);
  } else if (reply.type === 'text') {
    res
      .status(200)
      .type(reply.contentType ?? 'text/plain; charset=utf-8')
      .end(reply.text);
  } else {
    const { model, messages } = reply.request;
    exchange.change({ model, messages: messages.length, ignored });
    exchange.recordQuestion(reply.request);
    const requests = [reply.request, ...(reply.furtherRequests ?? [])];
    const target = { exchange, hasAnswered: () => res.headersSent };
    const answers = deps.answers.eventsFor(attempt, target, (signal) => parallelAnswers(deps.chat, requests, signal));
    const events = recordEvents(answers, res, exchange, reply);
    await (reply.stream ? sendStream(res, exchange, reply, events, deps) : sendComplete(res, reply, events));
  }
}

/** Characters of the header that names ignored fields. Clients refuse a response with too long a header. */
const LONGEST_LIST = 4_000;

/** Each name once, as many as a header may hold: a client can make up any number. */
function boundNames(names: readonly string[]): string[] {
  let length = 0;
  return [...new Set(names)].filter((name) => {
    length += name.length + 2;
    return length <= LONGEST_LIST;
  });
}

async function sendComplete(res: Response, reply: ChatReply, events: AsyncIterable<WireEvent>): Promise<void> {
  const builders = [reply.request, ...(reply.furtherRequests ?? [])].map(answerBuilder);
  for await (const { choice, event, last } of events) {
    builders[choice]?.add(event);
    if (!last) continue;
    const [answer, ...others] = builders.flatMap((builder) => builder.answer() ?? []);
    if (answer) sendJson(res, 200, reply.wire.completeBody(answer, others));
  }
}

/** Builds an answer from its events; `answer` returns undefined until the last one. */
function answerBuilder(): { add(event: WireEvent['event']): void; answer(): Answer | undefined } {
  const text: string[] = [];
  const thinking: string[] = [];
  const toolCalls: ToolCall[] = [];
  let answer: Answer | undefined;
  return {
    add: (event) => {
      if (event.type === 'text') text.push(event.text);
      if (event.type === 'retract') text.length = 0;
      if (event.type === 'thinking') thinking.push(event.text);
      if (event.type === 'tool_end') toolCalls.push({ id: event.id, name: event.name, input: event.input });
      if (event.type === 'end') {
        const { reason, stopSequence, usage, timings } = event;
        const content = { text: text.join(''), thinking: thinking.join(''), toolCalls };
        answer = { ...content, reason, stopSequence, usage, timings };
      }
    },
    answer: () => answer,
  };
}

async function sendStream(
  res: Response,
  exchange: Exchange,
  reply: ChatReply,
  events: AsyncIterable<WireEvent>,
  { log, readerTimeoutMs }: RespondDeps,
): Promise<void> {
  const wire = reply.wire.stream();
  const stopKeepAlive = startKeepAlive(res, wire);
  let opened = false;
  try {
    for await (const { choice, event, last } of events) {
      // Not before the first event: until then, an error can still be sent with its own status.
      if (!opened) openStream(res, wire);
      opened = true;
      if (event.type === 'usage')
        for (const line of wire.usageLines?.(event.usage) ?? []) await write(res, line, readerTimeoutMs);
      for (const part of splitEvent(event)) {
        for (const line of wire.lines(part, choice)) await write(res, line, readerTimeoutMs);
      }
      if (last) res.end();
    }
  } catch (error) {
    if (!res.headersSent) throw error;
    if (res.destroyed || res.writableEnded) return;
    const fault = toFault(errorToReport(exchange, error), exchange.id);
    recordFault(exchange, fault, error, log);
    res.end(wire.fault(fault));
  } finally {
    stopKeepAlive();
  }
}

interface WireEvent {
  /** The index of the answer. */
  readonly choice: number;
  readonly event: OutputEvent | Extract<ChatEvent, { type: 'usage' | 'retract' }>;
  /** Whether all answers have ended with this event. */
  readonly last: boolean;
}

/**
 * Passes on the events that the dialect writes. Conversation, model and usage go to the journal and the headers; an error is
 * thrown.
 */
async function* recordEvents(
  events: AsyncIterable<ChoiceEvent>,
  res: Response,
  exchange: Exchange,
  reply: ChatReply,
): AsyncGenerator<WireEvent> {
  const usages = new Map<number, Usage>();
  let open = 1 + (reply.furtherRequests?.length ?? 0);
  const usageSoFar = (): RequestUsage => {
    const sum = [...usages.values()].reduce(addUsage, NO_USAGE);
    return open === 0 ? sum : unfinishedUsage(sum);
  };
  let hasOutput = false;
  for await (const { choice, event } of events) {
    exchange.recordAnswer(choice, event);
    if (event.type === 'error') throw event.error;
    if (event.type === 'start') {
      // Further choices do not belong to a conversation.
      if (choice > 0) continue;
      const { conversation, served, model, isolation, payer, account = MAIN_ACCOUNT } = event;
      const payment = { payer: payer?.description ?? null, billing: payer?.billing ?? null };
      const accountId = account === MAIN_ACCOUNT ? '' : account;
      exchange.change({ conversation, served, resolvedModel: model, isolation, ...payment, accountId });
      res.setHeader('X-Claudacity-Conversation', event.conversation);
      res.setHeader('X-Claudacity-Path', event.served);
      // The conversation is lost when the app ends, since it cannot be stored.
      if (event.historySource === 'memory') res.setHeader('X-Claudacity-History', 'memory');
      continue;
    }
    if (event.type === 'retract' && reply.stream && hasOutput) {
      throw new ChatError('api', 'the model’s first answer was not valid against the schema, and part of it is sent');
    }
    if (event.type === 'question_sent') {
      if (choice === 0) exchange.change({ loadMs: exchange.elapsedMs(), queueMs: event.queuedMs });
      continue;
    }
    if (event.type === 'end') {
      open -= 1;
      if (choice === 0) exchange.change({ endReason: event.reason });
    }
    if (event.type === 'usage' || event.type === 'end') {
      usages.set(choice, event.usage);
      exchange.change({ usage: usageSoFar() });
    }
    if (event.type === 'text' || event.type === 'thinking') {
      // Open WebUI takes a chunk without content for the end of the answer.
      if (event.text === '' || (event.type === 'thinking' && !reply.request.thinking)) continue;
    }
    if (event.type === 'text' || event.type === 'thinking' || event.type === 'tool_call') {
      if (!hasOutput)
        exchange.change({ firstTokenMs: exchange.elapsedMs(), ...(reply.stream && { phase: 'streaming' }) });
      hasOutput = true;
    }
    yield { choice, event, last: open === 0 };
  }
  if (exchange.signal.aborted) throw new ChatError('cancelled', 'request canceled');
  if (open > 0) throw new ChatError('cli_failed', 'the answer broke off');
}

/** The output events among the wire events, with long texts split. */
function* splitEvent(event: WireEvent['event']): Generator<OutputEvent> {
  if (event.type === 'text' || event.type === 'thinking') {
    for (const text of splitLongText(event.text)) yield { type: event.type, text };
  } else if (event.type === 'tool_input') {
    for (const json of splitLongText(event.json)) yield { ...event, json };
  } else if (event.type !== 'usage' && event.type !== 'retract') {
    yield event;
  }
}

function openStream(res: Response, wire: StreamWire): void {
  res.status(200);
  res.setHeader('Content-Type', wire.contentType);
  res.setHeader('Cache-Control', 'no-cache');
  // Otherwise nginx buffers the stream.
  res.setHeader('X-Accel-Buffering', 'no');
  // The first text often follows at once: sent in one packet with it, the headers do not arrive later.
  setImmediate(() => {
    if (!res.headersSent && !res.destroyed) res.flushHeaders();
  });
}

/**
 * Resolves when the socket can take more, so that the next event is not read from the CLI before. A client that reads nothing
 * for `timeoutMs` loses its connection: it would hold a process for ever.
 */
async function write(res: Response, line: string, timeoutMs: number): Promise<void> {
  if (res.destroyed) throw new ChatError('cancelled', 'request canceled');
  if (res.write(line)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      res.off('drain', done);
      res.off('close', done);
      resolve();
    };
    const timer = setTimeout(() => res.destroy(), timeoutMs);
    res.on('drain', done);
    res.on('close', done);
  });
}

const KEEP_ALIVE_MS = 15_000;

/** Proxies and clients close a stream that is silent for too long. Returns the function that stops the keep-alive. */
function startKeepAlive(res: Response, wire: StreamWire): () => void {
  const { keepAlive } = wire;
  if (keepAlive === undefined) return () => {};
  const timer = setInterval(() => {
    if (res.headersSent && !res.writableEnded && !res.writableNeedDrain) res.write(keepAlive);
  }, KEEP_ALIVE_MS);
  return () => clearInterval(timer);
}

/**
 * The error that ended the answer: the one given to `Exchange.abort`, if this app aborted it, rather than the cancellation that
 * followed.
 */
export function errorToReport(exchange: Exchange, error: unknown): unknown {
  return exchange.signal.reason instanceof ChatError ? exchange.signal.reason : error;
}
