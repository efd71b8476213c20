/**
 * Writes answers in Anthropic's form: one message, or server-sent events from which clients assemble it. Every event has an `event:`
 * line, since Anthropic's packages drop events without one.
 */
import { randomUUID } from 'node:crypto';
import type { EndReason } from '../../chat/events';
import { NO_USAGE, type Usage } from '../../shared/usage';
import type { OutputEvent, Wire } from '../dialect';
import { errorObject } from './errorObject';

/** @param model the client's name for the model. @param requestId the request's id in errors. */
export function messageWire(model: string, requestId: string): Wire {
  const head = {
    id: `msg_${randomUUID().replaceAll('-', '')}`,
    type: 'message',
    role: 'assistant',
    model,
  };
  return {
    completeBody: ({ text, thinking, toolCalls, reason, stopSequence, usage }) => ({
      ...head,
      content: [
        ...(thinking === '' ? [] : [{ type: 'thinking', thinking, signature: SIGNATURE }]),
        ...(text === '' ? [] : [{ type: 'text', text }]),
        ...toolCalls.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input })),
      ],
      ...stopFields(reason, stopSequence),
      usage: usageObject(usage),
    }),
    stream: () => {
      const blocks = blockStream();
      let started = false;
      function* start(usage: Usage): Generator<string> {
        if (started) return;
        started = true;
        // Some clients add the output tokens of the first event to those of the last.
        const counts = { ...usageObject(usage), output_tokens: 0 };
        const message = { ...head, content: [], stop_reason: null, stop_sequence: null, usage: counts };
        yield event('message_start', { message });
      }
      function* lines(output: OutputEvent): Generator<string> {
        yield* start(NO_USAGE);
        if (output.type !== 'end') {
          yield* blocks.lines(output);
          return;
        }
        yield* blocks.close();
        const { reason, stopSequence, usage } = output;
        yield event('message_delta', { delta: stopFields(reason, stopSequence), usage: usageObject(usage) });
        yield event('message_stop');
      }
      return {
        contentType: 'text/event-stream',
        keepAlive: event('ping'),
        usageLines: start,
        lines,
        fault: (fault) => event('error', errorObject(fault, requestId)),
      };
    },
  };
}

/** A placeholder: clients require a signature. It is never verified, since thinking in a history is omitted. */
const SIGNATURE = Buffer.from('claudacity').toString('base64');

type ContentEvent = Exclude<OutputEvent, { type: 'end' }>;

/** Writes content as blocks. Each block has an index, a start and a stop, and only one is open at a time. */
function blockStream() {
  let index = -1;
  let open: 'text' | 'thinking' | 'tool_use' | undefined;
  let hasInput = false;

  function* close(): Generator<string> {
    if (open === 'thinking') yield delta({ type: 'signature_delta', signature: SIGNATURE });
    if (open !== undefined) yield event('content_block_stop', { index });
    open = undefined;
  }
  function* start(type: 'text' | 'thinking' | 'tool_use', block: object): Generator<string> {
    yield* close();
    open = type;
    index += 1;
    yield event('content_block_start', { index, content_block: { type, ...block } });
  }
  function delta(delta: object): string {
    return event('content_block_delta', { index, delta });
  }

  function* lines(output: ContentEvent): Generator<string> {
    switch (output.type) {
      case 'text':
        if (open !== 'text') yield* start('text', { text: '' });
        yield delta({ type: 'text_delta', text: output.text });
        break;
      case 'thinking':
        if (open !== 'thinking') yield* start('thinking', { thinking: '', signature: '' });
        yield delta({ type: 'thinking_delta', thinking: output.text });
        break;
      case 'tool_call':
        hasInput = false;
        yield* start('tool_use', { id: output.id, name: output.name, input: {} });
        break;
      case 'tool_input':
        hasInput = true;
        yield delta({ type: 'input_json_delta', partial_json: output.json });
        break;
      case 'tool_end':
        // Packages assemble the input from its deltas only.
        if (!hasInput) yield delta({ type: 'input_json_delta', partial_json: JSON.stringify(output.input) });
        yield* close();
        break;
    }
  }
  return { lines, close };
}

function event(type: string, fields: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

function stopFields(reason: EndReason, stopSequence: string | undefined): object {
  const atSequence = reason === 'stop' && stopSequence !== undefined;
  return {
    stop_reason: atSequence ? 'stop_sequence' : STOP_REASONS[reason],
    stop_sequence: atSequence ? stopSequence : null,
  };
}

const STOP_REASONS: Record<EndReason, string> = {
  stop: 'end_turn',
  length: 'max_tokens',
  refusal: 'refusal',
  tool_use: 'tool_use',
};

/** The usage of a message in Anthropic's form. */
export interface MessageUsage {
  readonly input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly output_tokens: number;
}

function usageObject(usage: Usage): MessageUsage {
  return {
    input_tokens: usage.input,
    cache_creation_input_tokens: usage.cacheWrite,
    cache_read_input_tokens: usage.cacheRead,
    output_tokens: usage.output,
  };
}
