/** Gives a dialect's reply to the client: JSON at once, or the model's answer, at once or as a stream. */
import type { Response } from 'express';
import { ChatError } from '../../chat/errors';
import type { ChatEvent } from '../../chat/events';
import type { Chat } from '../../chat/service';
import type { Log } from '../../log/log';
import { addUsage, NO_USAGE, type Usage } from '../../shared/usage';
import type { Answer, ChatReply, OutputEvent, RouteReply, StreamWire, ToolCall } from '../dialect';
import { toFault } from '../fault';
import { type ChoiceEvent, parallelAnswers } from '../parallelAnswers';
import type { Exchange } from './exchange';
import { recordFault, sendJson, setHeaders } from './send';
import { splitLongText } from './splitLongText';

export interface RespondDeps {
  readonly chat: Chat;
  readonly log: Log;
}

/** Resolves when all has been given; throws what goes wrong while the status can still say so. */
export async function respond(res: Response, exchange: Exchange, reply: RouteReply, deps: RespondDeps): Promise<void> {
  setHeaders(res, reply.headers);
  if (reply.type === 'json') {
    sendJson(res, reply.status ?? 200, reply.body);
  } else if (reply.type === 'text') {
    res
      .status(200)
      .type(reply.contentType ?? 'text/plain; charset=utf-8')
      .end(reply.text);
  } else {
    const { model, messages } = reply.request;
    exchange.change({ model, messages: messages.length, ignored: [...reply.ignored] });
    if (reply.ignored.length > 0) res.setHeader('X-Claudacity-Ignored', reply.ignored.join(', '));
    const asked = parallelAnswers(deps.chat, [reply.request, ...(reply.furtherRequests ?? [])], exchange.signal);
    const events = watched(asked, res, exchange, reply);
    await (reply.stream ? stream(res, exchange, reply, events, deps.log) : once(res, reply, events));
  }
}

async function once(res: Response, reply: ChatReply, events: AsyncIterable<WireEvent>): Promise<void> {
  const answers = [reply.request, ...(reply.furtherRequests ?? [])].map(draft);
  for await (const { choice, event, last } of events) {
    answers[choice]?.take(event);
    if (!last) continue;
    const [answer, ...others] = answers.flatMap(({ whole }) => whole() ?? []);
    if (answer) sendJson(res, 200, reply.wire.completeBody(answer, others));
  }
}

/** Puts an answer together from its events. */
function draft(): { take(event: WireEvent['event']): void; whole(): Answer | undefined } {
  const text: string[] = [];
  const thinking: string[] = [];
  const toolCalls: ToolCall[] = [];
  let answer: Answer | undefined;
  return {
    take: (event) => {
      if (event.type === 'text') text.push(event.text);
      if (event.type === 'retract') text.length = 0;
      if (event.type === 'thinking') thinking.push(event.text);
      if (event.type === 'tool_end') toolCalls.push({ id: event.id, name: event.name, input: event.input });
      if (event.type === 'end') {
        const { reason, stopSequence, usage, timings } = event;
        const said = { text: text.join(''), thinking: thinking.join(''), toolCalls };
        answer = { ...said, reason, stopSequence, usage, timings };
      }
    },
    whole: () => answer,
  };
}

async function stream(
  res: Response,
  exchange: Exchange,
  reply: ChatReply,
  events: AsyncIterable<WireEvent>,
  log: Log,
): Promise<void> {
  const wire = reply.wire.stream();
  const stopKeepAlive = keepAlive(res, wire);
  let opened = false;
  try {
    for await (const { choice, event, last } of events) {
      // Only now: until the model answers, a fault can still have its own status.
      if (!opened) openStream(res, wire);
      opened = true;
      if (event.type === 'usage') for (const line of wire.usageLines?.(event.usage) ?? []) await write(res, line);
      for (const part of parts(event)) {
        for (const line of wire.lines(part, choice)) await write(res, line);
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
  readonly choice: number;
  readonly event: OutputEvent | Extract<ChatEvent, { type: 'usage' | 'retract' }>;
  /** No answer has more to say. */
  readonly last: boolean;
}

/** The events that make up the answer, or the answers. What they tell of the request goes to its record and headers; an error is thrown. */
async function* watched(
  events: AsyncIterable<ChoiceEvent>,
  res: Response,
  exchange: Exchange,
  reply: ChatReply,
): AsyncGenerator<WireEvent> {
  const usages = new Map<number, Usage>();
  let open = 1 + (reply.furtherRequests?.length ?? 0);
  let silent = true;
  for await (const { choice, event } of events) {
    if (event.type === 'error') throw event.error;
    if (event.type === 'start') {
      // The further choices are of no conversation.
      if (choice > 0) continue;
      const { conversation, served, model, isolation } = event;
      exchange.change({ conversation, served, resolvedModel: model, isolation });
      res.setHeader('X-Claudacity-Conversation', event.conversation);
      res.setHeader('X-Claudacity-Path', event.served);
      continue;
    }
    if (event.type === 'retract' && reply.stream && !silent) {
      throw new ChatError('api', 'the model’s first answer was not valid against the schema, and part of it is sent');
    }
    if (event.type === 'usage' || event.type === 'end') {
      usages.set(choice, event.usage);
      exchange.change({ usage: [...usages.values()].reduce(addUsage, NO_USAGE) });
    }
    if (event.type === 'end') {
      if (choice === 0) exchange.change({ loadMs: event.timings.loadMs });
      open -= 1;
    }
    if (event.type === 'text' || event.type === 'thinking') {
      // To Open WebUI a chunk without content is the end of the answer.
      if (event.text === '' || (event.type === 'thinking' && !reply.request.thinking)) continue;
    }
    if (event.type === 'text' || event.type === 'thinking' || event.type === 'tool_call') {
      if (silent) exchange.change({ firstTokenMs: exchange.elapsedMs(), ...(reply.stream && { phase: 'streaming' }) });
      silent = false;
    }
    yield { choice, event, last: open === 0 };
  }
  if (exchange.signal.aborted) throw new ChatError('cancelled', 'request canceled');
  if (open > 0) throw new ChatError('cli_failed', 'the answer broke off');
}

function* parts(event: WireEvent['event']): Generator<OutputEvent> {
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
  // nginx holds a stream back otherwise.
  res.setHeader('X-Accel-Buffering', 'no');
  // The first words are often here already: in one piece with them the headers reach the client as soon.
  setImmediate(() => {
    if (!res.headersSent && !res.destroyed) res.flushHeaders();
  });
}

/** The next event is not asked for until the client has room for more. */
async function write(res: Response, line: string): Promise<void> {
  if (res.destroyed) throw new ChatError('cancelled', 'request canceled');
  if (res.write(line)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      res.off('drain', done);
      res.off('close', done);
      resolve();
    };
    res.on('drain', done);
    res.on('close', done);
  });
}

const KEEP_ALIVE_MS = 15_000;

/** Proxies and clients close a stream that is silent for long. Returns the function that ends it. */
function keepAlive(res: Response, wire: StreamWire): () => void {
  const { keepAlive: sign } = wire;
  if (sign === undefined) return () => {};
  const timer = setInterval(() => {
    if (res.headersSent && !res.writableEnded && !res.writableNeedDrain) res.write(sign);
  }, KEEP_ALIVE_MS);
  return () => clearInterval(timer);
}

/** When this app has ended the answer, the client is told so rather than that it was cancelled. */
export function errorToReport(exchange: Exchange, error: unknown): unknown {
  return exchange.signal.reason instanceof ChatError ? exchange.signal.reason : error;
}
