/**
 * Translates the CLI's messages of one turn into the events of one answer.
 *
 * The CLI may send the API several requests for one user message: it continues by itself after a token limit, and asks again
 * after an answer that broke off or was empty. The client asked once, so only the API's first answer that has begun is
 * translated, whether it is complete or breaks off. An answer that calls the client's tools is complete, too; the answer that
 * follows the tool results belongs to the client's next request.
 */
import { addUsage, NO_USAGE, type Usage } from '../../shared/usage';
import { jsonText } from './jsonText';
import type { ApiUsage, CliMessage, RateLimitInfo, ResultMessage, StreamEvent } from './messages';
import { clientToolName } from './tools/toolNames';

export type TurnEvent =
  /** The API has begun to answer. */
  | { readonly type: 'begin'; readonly model: string; readonly usage: Usage }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string }
  /** The model begins a tool call. `index` counts the calls of one answer, from 0. */
  | { readonly type: 'tool_call'; readonly index: number; readonly id: string; readonly name: string }
  /** A piece of the JSON of the call's input. */
  | { readonly type: 'tool_input'; readonly index: number; readonly json: string }
  | {
      readonly type: 'tool_end';
      readonly index: number;
      readonly id: string;
      readonly name: string;
      readonly input: Readonly<Record<string, unknown>>;
    }
  /** All text so far is void: the CLI has rejected a structured answer. What the model writes instead follows. */
  | { readonly type: 'retract' }
  | { readonly type: 'usage'; readonly usage: Usage }
  /** The API has refused the request, and the CLI will send it again after the delay. Comes only before `begin`. */
  | { readonly type: 'retry'; readonly status: number | null; readonly delayMs: number }
  | { readonly type: 'rate_limit'; readonly info: RateLimitInfo }
  /** The CLI has ignored the schema, so the answer could be anything. The last event. */
  | { readonly type: 'schema_rejected' }
  /** The answer is complete. `reason` as in the Messages API: `end_turn`, `max_tokens`, `stop_sequence`, `tool_use`, `refusal`… */
  | {
      readonly type: 'stop';
      readonly reason: string;
      readonly stopSequence: string | undefined;
      readonly usage: Usage;
    }
  /** The CLI has finished the turn. The last event; without a `stop` before it, the turn has failed. */
  | { readonly type: 'result'; readonly result: ResultMessage }
  /** The CLI has begun another answer, or lost the first, so its transcript is no longer the client's. The last event. */
  | { readonly type: 'diverged' };

type Stop = Extract<TurnEvent, { type: 'stop' }>;

/**
 * Ends after the last event of a turn, or where the messages end.
 * @param structured whether the answer must match a schema. Its text is then the input of the tool `StructuredOutput`, with
 *   which the model hands it to the CLI.
 */
export async function* turnEvents(
  messages: AsyncIterable<CliMessage>,
  structured = false,
): AsyncGenerator<TurnEvent, void> {
  const readMessage = createReader(structured);
  for await (const message of messages) {
    for (const event of readMessage(message)) {
      yield event;
      if (LAST_EVENTS.has(event.type)) return;
    }
  }
}

const LAST_EVENTS: ReadonlySet<TurnEvent['type']> = new Set(['schema_rejected', 'result', 'diverged']);

/** The reasons for which the API ends an answer that is not complete. */
const CUT_SHORT: ReadonlySet<string> = new Set(['max_tokens', 'model_context_window_exceeded', 'refusal']);

/** The tool through which the CLI receives an answer that must match a schema. */
const STRUCTURED_OUTPUT = 'StructuredOutput';

interface OpenCall {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  /** Whether it is the call that hands over a structured answer, rather than a call of the client's tools. */
  readonly isAnswer: boolean;
  /** The input so far. */
  json: string;
}

function createReader(structured: boolean): (message: CliMessage) => Generator<TurnEvent> {
  /** The usage of the API's answers before the current one, of which only a structured answer can have any. */
  let earlierUsage = NO_USAGE;
  let currentUsage = NO_USAGE;
  const usage = () => addUsage(earlierUsage, currentUsage);
  let hasBegun = false;
  let hasStopped = false;
  let toolCallCount = 0;
  /** Whether a part of the structured answer has been passed on. */
  let hasStructuredText = false;
  /** What the model has written beside its structured answer, in the API's current answer. */
  let prose = '';
  /** The last such text that is a JSON object. */
  let writtenJson: string | undefined;
  /** The `stop` of a structured answer, held back until the CLI has accepted the answer. */
  let structuredStop: Stop | undefined;
  /** By the index of their content block. */
  const openCalls = new Map<number, OpenCall>();

  function* readMessage(message: CliMessage): Generator<TurnEvent> {
    switch (message.type) {
      case 'result':
        yield* readResult(message);
        break;
      case 'system':
        if (message.subtype === 'init') {
          if (structured && message.tools?.includes(STRUCTURED_OUTPUT) === false) yield { type: 'schema_rejected' };
        } else if (hasBegun && !structured) {
          yield { type: 'diverged' };
        } else {
          yield { type: 'retry', status: message.error_status ?? null, delayMs: message.retry_delay_ms };
        }
        break;
      case 'rate_limit_event':
        yield { type: 'rate_limit', info: message.rate_limit_info };
        break;
      case 'stream_event':
        yield* readStreamEvent(message.event);
        break;
      case 'assistant':
        break;
    }
  }

  function* readResult(result: ResultMessage): Generator<TurnEvent> {
    if (!result.is_error) {
      // Where the API cannot stream, the CLI requests the answer in one piece, and writes it in the result only.
      if (!hasBegun && !hasStructuredText && result.result && result.usage?.output_tokens) {
        currentUsage = mergeUsage(currentUsage, result.usage);
        yield { type: 'usage', usage: usage() };
        if (!structured) {
          yield { type: 'text', text: result.result };
          yield { type: 'stop', reason: 'end_turn', stopSequence: undefined, usage: usage() };
        }
      }
      if (structured) yield* readStructuredResult(result);
    }
    yield { type: 'result', result };
  }

  /** Gives up on an answer that is no JSON object: then there is no `stop`. */
  function* readStructuredResult({ structured_output, result }: ResultMessage): Generator<TurnEvent> {
    if (structured_output === undefined || !hasStructuredText) {
      const json = jsonText(result ?? '') ?? writtenJson;
      if (hasStructuredText) yield { type: 'retract' };
      if (json === undefined) return;
      yield { type: 'text', text: json };
    }
    yield structuredStop ?? { type: 'stop', reason: 'end_turn', stopSequence: undefined, usage: usage() };
  }

  function* readStreamEvent(event: StreamEvent): Generator<TurnEvent> {
    switch (event.type) {
      case 'message_start':
        if (hasBegun && !structured) {
          yield { type: 'diverged' };
          break;
        }
        earlierUsage = hasBegun ? usage() : NO_USAGE;
        currentUsage = mergeUsage(NO_USAGE, event.message.usage);
        hasBegun = true;
        hasStopped = false;
        toolCallCount = 0;
        prose = '';
        yield { type: 'begin', model: event.message.model, usage: usage() };
        break;
      case 'message_delta':
        if (event.usage) currentUsage = mergeUsage(currentUsage, event.usage);
        yield* readDelta(event.delta);
        break;
      case 'content_block_start':
        yield* readBlockStart(event.index, event.content_block);
        break;
      case 'content_block_delta':
        yield* readBlockDelta(event.index, event.delta);
        break;
      case 'content_block_stop':
        yield* readBlockStop(event.index);
        break;
      case 'message_stop':
        break;
    }
  }

  function* readDelta({ stop_reason: reason, stop_sequence: stopSequence }: MessageDelta): Generator<TurnEvent> {
    // The CLI closes an answer that broke off with a delta that has no reason. The result has the reason.
    if (!reason || hasStopped) {
      yield { type: 'usage', usage: usage() };
      return;
    }
    hasStopped = true;
    const stop: Stop = { type: 'stop', reason, stopSequence: stopSequence ?? undefined, usage: usage() };
    if (structured && toolCallCount === 0 && !CUT_SHORT.has(reason)) {
      // The CLI may still reject the answer, and rejects one that is plain text.
      structuredStop = { ...stop, reason: 'end_turn' };
      writtenJson = jsonText(prose) ?? writtenJson;
      return;
    }
    // The model has explained itself, or written its answer instead of calling the tool, and the client is told the reason.
    if (structured && CUT_SHORT.has(reason) && !hasStructuredText && prose !== '') yield { type: 'text', text: prose };
    yield stop;
    if (reason === 'tool_use') hasBegun = false;
  }

  function* readBlockStart(blockIndex: number, block: BlockStart): Generator<TurnEvent> {
    const { type, id, text, thinking } = block;
    const name = block.name === undefined ? undefined : clientToolName(block.name);
    if (type === 'tool_use' && id !== undefined && name !== undefined) {
      const isAnswer = structured && name === STRUCTURED_OUTPUT;
      if (isAnswer && hasStructuredText) {
        hasStructuredText = false;
        yield { type: 'retract' };
      }
      const index = toolCallCount;
      openCalls.set(blockIndex, { index, id, name, isAnswer, json: '' });
      if (isAnswer) return;
      toolCallCount += 1;
      yield { type: 'tool_call', index, id, name };
    } else {
      yield* textEvents(text, thinking);
    }
  }

  function* readBlockDelta(blockIndex: number, delta: BlockDelta): Generator<TurnEvent> {
    const { text, thinking, partial_json: json } = delta;
    const call = openCalls.get(blockIndex);
    if (json && call) {
      call.json += json;
      if (call.isAnswer) hasStructuredText = true;
      yield call.isAnswer ? { type: 'text', text: json } : { type: 'tool_input', index: call.index, json };
    } else {
      yield* textEvents(text, thinking);
    }
  }

  function* readBlockStop(blockIndex: number): Generator<TurnEvent> {
    const call = openCalls.get(blockIndex);
    openCalls.delete(blockIndex);
    if (!call || call.isAnswer) return;
    const { index, id, name, json } = call;
    yield { type: 'tool_end', index, id, name, input: parseInput(json) };
  }

  /** Text beside a structured answer is not part of it, unless nothing else comes. */
  function* textEvents(text: string | undefined, thinking: string | undefined): Generator<TurnEvent> {
    if (thinking) yield { type: 'thinking', text: thinking };
    else if (text && structured) prose += text;
    else if (text) yield { type: 'text', text };
  }

  return readMessage;
}

type MessageDelta = Extract<StreamEvent, { type: 'message_delta' }>['delta'];
type BlockStart = Extract<StreamEvent, { type: 'content_block_start' }>['content_block'];
type BlockDelta = Extract<StreamEvent, { type: 'content_block_delta' }>['delta'];

/** A call without arguments has no JSON at all. */
function parseInput(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json || '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    // The answer ended in the middle of the call, for the reason that `stop` gives.
    return {};
  }
}

/** Counts that `reported` leaves out, or has as null, keep their earlier values: `message_delta` often has only the output. */
function mergeUsage(earlier: Usage, reported: ApiUsage): Usage {
  return {
    input: reported.input_tokens || earlier.input,
    cacheRead: reported.cache_read_input_tokens || earlier.cacheRead,
    cacheWrite: reported.cache_creation_input_tokens || earlier.cacheWrite,
    output: reported.output_tokens ?? earlier.output,
    thinking: reported.output_tokens_details?.thinking_tokens ?? earlier.thinking,
    costUsd: earlier.costUsd,
  };
}
