/**
 * What a turn's messages mean. The CLI may ask the API more than once for one question (it goes on by itself after a
 * token limit, and asks again after an answer that broke off or came empty); the client asked once. So a turn here is
 * the first answer of the API that has begun, whole or broken off, and never a second one glued to it.
 */
import type { ApiUsage, CliMessage, RateLimitInfo, ResultMessage, StreamEvent } from './messages';

export interface TurnUsage {
  /** Prompt tokens that were neither read from nor written to the cache. */
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly thinking: number;
}

export type TurnEvent =
  /** The API has begun to answer. */
  | { readonly type: 'begin'; readonly model: string; readonly usage: TurnUsage }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string }
  | { readonly type: 'usage'; readonly usage: TurnUsage }
  /** The API refused, and the CLI will ask again after the delay. Only before `begin`. */
  | { readonly type: 'retry'; readonly status: number | null; readonly delayMs: number }
  | { readonly type: 'rateLimit'; readonly info: RateLimitInfo }
  /** The API's answer is whole. `reason` as in the Messages API: `end_turn`, `max_tokens`, `stop_sequence`, `tool_use`, `refusal`… */
  | { readonly type: 'stop'; readonly reason: string; readonly usage: TurnUsage }
  /** The CLI is done with the turn. Last, and without a `stop` before it where the turn failed. */
  | { readonly type: 'result'; readonly result: ResultMessage }
  /** The CLI began a second answer, or lost the first: its process is of no more use. Last. */
  | { readonly type: 'diverged' };

const NOTHING: TurnUsage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0, thinking: 0 };

export async function* turnEvents(messages: AsyncIterable<CliMessage>): AsyncGenerator<TurnEvent, void> {
  let usage = NOTHING;
  let begun = false;
  let stopped = false;
  for await (const message of messages) {
    switch (message.type) {
      case 'result':
        // Of an API that cannot stream, the CLI asks the whole answer and passes it on in its result alone.
        if (!begun && !message.is_error && message.result) {
          if (message.usage) yield { type: 'usage', usage: merge(usage, message.usage) };
          yield { type: 'text', text: message.result };
        }
        yield { type: 'result', result: message };
        return;
      case 'system':
        if (begun) {
          yield { type: 'diverged' };
          return;
        }
        yield { type: 'retry', status: message.error_status ?? null, delayMs: message.retry_delay_ms };
        break;
      case 'rate_limit_event':
        yield { type: 'rateLimit', info: message.rate_limit_info };
        break;
      case 'assistant':
        break;
      case 'stream_event': {
        const { event } = message;
        if (event.type === 'message_start') {
          if (begun) {
            yield { type: 'diverged' };
            return;
          }
          begun = true;
          usage = merge(usage, event.message.usage);
          yield { type: 'begin', model: event.message.model, usage };
        } else if (event.type === 'message_delta') {
          if (event.usage) usage = merge(usage, event.usage);
          const reason = event.delta.stop_reason;
          // An answer that broke off is closed by the CLI with a delta that has no reason; its result says why.
          if (reason && !stopped) {
            stopped = true;
            yield { type: 'stop', reason, usage };
          } else {
            yield { type: 'usage', usage };
          }
        } else {
          const said = content(event);
          if (said) yield said;
        }
        break;
      }
    }
  }
}

function content(event: StreamEvent): TurnEvent | null {
  const part =
    event.type === 'content_block_delta'
      ? event.delta
      : event.type === 'content_block_start'
        ? event.content_block
        : undefined;
  if (part?.text) return { type: 'text', text: part.text };
  if (part?.thinking) return { type: 'thinking', text: part.thinking };
  return null;
}

/** A field that a later event leaves out, or has as null, keeps its earlier value: `message_delta` often has the output alone. */
function merge(known: TurnUsage, reported: ApiUsage): TurnUsage {
  return {
    input: reported.input_tokens || known.input,
    cacheRead: reported.cache_read_input_tokens || known.cacheRead,
    cacheWrite: reported.cache_creation_input_tokens || known.cacheWrite,
    output: reported.output_tokens ?? known.output,
    thinking: reported.output_tokens_details?.thinking_tokens ?? known.thinking,
  };
}
