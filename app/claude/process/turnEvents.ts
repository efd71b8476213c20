/**
 * What a turn's messages mean. The CLI may ask the API more than once for one question (it goes on by itself after a
 * token limit, and asks again after an answer that broke off or came empty); the client asked once. So a turn here is
 * the first answer of the API that has begun, whole or broken off, and never a second one glued to it. An answer that
 * calls the client's tools is whole too; the next one begins when their results are there, and is a request's of its own.
 */
import { addUsage, NO_USAGE, type Usage } from '../../shared/usage';
import type { ApiUsage, CliMessage, RateLimitInfo, ResultMessage } from './messages';

export type TurnEvent =
  /** The API has begun to answer. */
  | { readonly type: 'begin'; readonly model: string; readonly usage: Usage }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string }
  /** The model calls a tool. `index` counts the calls of one answer, from 0. */
  | { readonly type: 'tool_call'; readonly index: number; readonly id: string; readonly name: string }
  | { readonly type: 'tool_input'; readonly index: number; readonly json: string }
  | {
      readonly type: 'tool_end';
      readonly index: number;
      readonly id: string;
      readonly name: string;
      readonly input: Readonly<Record<string, unknown>>;
    }
  /** The CLI did not take the structured answer so far and has the model try again: it is void. */
  | { readonly type: 'retract' }
  | { readonly type: 'usage'; readonly usage: Usage }
  /** The API refused, and the CLI will ask again after the delay. Only before `begin`. */
  | { readonly type: 'retry'; readonly status: number | null; readonly delayMs: number }
  | { readonly type: 'rate_limit'; readonly info: RateLimitInfo }
  /** The CLI has not taken the schema, and would let the model answer anything. Last. */
  | { readonly type: 'schema_rejected' }
  /** The API's answer is whole. `reason` as in the Messages API: `end_turn`, `max_tokens`, `stop_sequence`, `tool_use`, `refusal`… */
  | {
      readonly type: 'stop';
      readonly reason: string;
      readonly stopSequence: string | undefined;
      readonly usage: Usage;
    }
  /** The CLI is done with the turn. Last, and without a `stop` before it where the turn failed. */
  | { readonly type: 'result'; readonly result: ResultMessage }
  /** The CLI began a second answer, or lost the first: its process is of no more use. Last. */
  | { readonly type: 'diverged' };

/** The tool through which the CLI takes an answer that is bound to a schema. */
const STRUCTURED = 'StructuredOutput';

interface OpenCall {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  json: string;
}

/** @param structured whether the answer is bound to a schema: then it is what the model hands to `StructuredOutput`. */
export async function* turnEvents(
  messages: AsyncIterable<CliMessage>,
  structured = false,
): AsyncGenerator<TurnEvent, void> {
  /** Of the answers that the structured one took before this. */
  let past = NO_USAGE;
  let current = NO_USAGE;
  const usage = () => addUsage(past, current);
  let begun = false;
  let stopped = false;
  let calls = 0;
  let said = false;
  let structuredStop: Extract<TurnEvent, { type: 'stop' }> | undefined;
  /** By the number of their block. */
  const open = new Map<number, OpenCall>();

  for await (const message of messages) {
    switch (message.type) {
      case 'result':
        // Of an API that cannot stream, the CLI asks the whole answer and passes it on in its result alone.
        if (!begun && !said && !message.is_error && message.result && message.usage?.output_tokens) {
          yield { type: 'usage', usage: merge(current, message.usage) };
          yield { type: 'text', text: message.result };
        }
        if (structuredStop && !message.is_error) yield structuredStop;
        yield { type: 'result', result: message };
        return;
      case 'system':
        if (message.subtype === 'init') {
          if (!structured || message.tools?.includes(STRUCTURED) !== false) break;
          yield { type: 'schema_rejected' };
          return;
        }
        if (begun && !structured) {
          yield { type: 'diverged' };
          return;
        }
        yield { type: 'retry', status: message.error_status ?? null, delayMs: message.retry_delay_ms };
        break;
      case 'rate_limit_event':
        yield { type: 'rate_limit', info: message.rate_limit_info };
        break;
      case 'assistant':
        break;
      case 'stream_event': {
        const { event } = message;
        switch (event.type) {
          case 'message_start':
            if (begun && !structured) {
              yield { type: 'diverged' };
              return;
            }
            past = begun ? usage() : NO_USAGE;
            current = merge(NO_USAGE, event.message.usage);
            begun = true;
            stopped = false;
            calls = 0;
            yield { type: 'begin', model: event.message.model, usage: usage() };
            break;
          case 'message_delta': {
            if (event.usage) current = merge(current, event.usage);
            const reason = event.delta.stop_reason;
            // An answer that broke off is closed by the CLI with a delta that has no reason; its result says why.
            if (!reason || stopped) {
              yield { type: 'usage', usage: usage() };
              break;
            }
            stopped = true;
            const stop = {
              type: 'stop',
              reason,
              stopSequence: event.delta.stop_sequence ?? undefined,
              usage: usage(),
            } as const;
            if (structured && calls === 0 && reason !== 'max_tokens') {
              // Whether the CLI takes it shows with the result; prose it does not take.
              structuredStop = { ...stop, reason: 'end_turn' };
              break;
            }
            yield stop;
            if (reason === 'tool_use') begun = false;
            break;
          }
          case 'content_block_start': {
            const { type, id, name, text, thinking } = event.content_block;
            if (type === 'tool_use' && id !== undefined && name !== undefined) {
              const own = structured && name === STRUCTURED;
              if (own && said) {
                said = false;
                yield { type: 'retract' };
              }
              const call = { index: own ? -1 : calls, id, name, json: '' };
              open.set(event.index, call);
              if (own) break;
              calls += 1;
              yield { type: 'tool_call', index: call.index, id, name };
            } else if (thinking) {
              yield { type: 'thinking', text: thinking };
            } else if (text && !structured) {
              yield { type: 'text', text };
            }
            break;
          }
          case 'content_block_delta': {
            const { text, thinking, partial_json: json } = event.delta;
            const call = open.get(event.index);
            if (json && call) {
              call.json += json;
              said ||= call.index === -1;
              yield call.index === -1 ? { type: 'text', text: json } : { type: 'tool_input', index: call.index, json };
            } else if (thinking) {
              yield { type: 'thinking', text: thinking };
            } else if (text && !structured) {
              yield { type: 'text', text };
            }
            break;
          }
          case 'content_block_stop': {
            const call = open.get(event.index);
            open.delete(event.index);
            if (!call || call.index === -1) break;
            const { index, id, name, json } = call;
            yield { type: 'tool_end', index, id, name, input: parseInput(json) };
            break;
          }
          case 'message_stop':
            break;
        }
        break;
      }
    }
  }
}

/** A call without arguments has no JSON at all. */
function parseInput(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json || '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    // The model was cut off in the middle of it, which the reason for the end says.
    return {};
  }
}

/** A field that a later event leaves out, or has as null, keeps its earlier value: `message_delta` often has the output alone. */
function merge(known: Usage, reported: ApiUsage): Usage {
  return {
    input: reported.input_tokens || known.input,
    cacheRead: reported.cache_read_input_tokens || known.cacheRead,
    cacheWrite: reported.cache_creation_input_tokens || known.cacheWrite,
    output: reported.output_tokens ?? known.output,
    thinking: reported.output_tokens_details?.thinking_tokens ?? known.thinking,
    costUsd: known.costUsd,
  };
}
