/**
 * Writes a response as one object or as events. Clients assemble items by the indexes in the events and fail on unexpected ones, as
 * openai-node does. So every item is opened before it is extended, and closed before the next one is opened.
 */
import type { Answer, OutputEvent, StreamWire, Wire } from '../../dialect';
import type { Fault } from '../../fault';
import type { FunctionNames } from './namespaces';
import {
  callItem,
  failedResponse,
  finishedResponse,
  INCOMPLETE_REASONS,
  messageItem,
  newId,
  type OutputItem,
  type ResponseHead,
  reasoningItem,
  responseInProgress,
} from './responseObject';
import { type ItemEvent, type StreamedItem, streamedCall, streamedMessage, streamedReasoning } from './streamedItems';

/** @param names the names of the request's functions. @param onEnd called with the output when the answer has ended. */
export function responseWire(
  head: ResponseHead,
  names: FunctionNames,
  onEnd: (output: readonly OutputItem[]) => void,
): Wire {
  return {
    completeBody: (answer) => {
      const output = outputOf(answer, names);
      onEnd(output);
      return finishedResponse(head, output, answer.reason, answer.usage);
    },
    stream: () => responseStream(head, names, onEnd),
  };
}

function outputOf({ text, thinking, toolCalls, reason }: Answer, names: FunctionNames): OutputItem[] {
  const status = INCOMPLETE_REASONS[reason] === undefined ? 'completed' : 'incomplete';
  return [
    ...(thinking === '' ? [] : [reasoningItem(newId('rs'), thinking)]),
    ...(text === '' && toolCalls.length > 0 ? [] : [messageItem(newId('msg'), text, status)]),
    ...toolCalls.map(({ id, name, input }) =>
      callItem(newId('fc'), { id, ...names.toClient(name) }, JSON.stringify(input), 'completed'),
    ),
  ];
}

function responseStream(
  head: ResponseHead,
  names: FunctionNames,
  onEnd: (output: readonly OutputItem[]) => void,
): StreamWire {
  const output: OutputItem[] = [];
  let openItem: StreamedItem | undefined;
  let sequence = 0;

  const eventLines = (type: string, fields: object): string => {
    const data = JSON.stringify({ type, sequence_number: sequence, ...fields });
    sequence += 1;
    return `event: ${type}\ndata: ${data}\n\n`;
  };
  const itemEventLines = ([type, fields]: ItemEvent) => eventLines(type, { output_index: output.length, ...fields });

  function* start(): Generator<string> {
    if (sequence > 0) return;
    yield eventLines('response.created', { response: responseInProgress(head) });
    yield eventLines('response.in_progress', { response: responseInProgress(head) });
  }

  function* open(next: StreamedItem): Generator<string> {
    yield* close('completed');
    openItem = next;
    yield* next.start().map(itemEventLines);
  }

  function* close(status: 'completed' | 'incomplete'): Generator<string> {
    if (!openItem) return;
    const { item, events } = openItem.end(status);
    openItem = undefined;
    yield* events.map(itemEventLines);
    output.push(item);
  }

  function* append(delta: string): Generator<string> {
    if (openItem && delta !== '') yield itemEventLines(openItem.append(delta));
  }

  function* lines(event: OutputEvent): Generator<string> {
    yield* start();
    switch (event.type) {
      case 'text':
        if (openItem?.kind !== 'message') yield* open(streamedMessage());
        yield* append(event.text);
        break;
      case 'thinking':
        if (openItem?.kind !== 'reasoning') yield* open(streamedReasoning());
        yield* append(event.text);
        break;
      case 'tool_call':
        yield* open(streamedCall({ id: event.id, ...names.toClient(event.name) }));
        break;
      case 'tool_input':
        yield* append(event.json);
        break;
      case 'tool_end':
        if (openItem?.isEmpty()) yield* append(JSON.stringify(event.input));
        yield* close('completed');
        break;
      case 'end': {
        const incomplete = INCOMPLETE_REASONS[event.reason] !== undefined;
        yield* close(incomplete ? 'incomplete' : 'completed');
        if (output.every(({ type }) => type === 'reasoning')) {
          yield* open(streamedMessage());
          yield* close(incomplete ? 'incomplete' : 'completed');
        }
        onEnd(output);
        const response = finishedResponse(head, output, event.reason, event.usage);
        yield eventLines(incomplete ? 'response.incomplete' : 'response.completed', { response });
      }
    }
  }

  const fault = (fault: Fault): string => {
    const response = failedResponse(head, output, { code: errorCode(fault), message: fault.message });
    return [...start(), eventLines('response.failed', { response })].join('');
  };

  return { contentType: 'text/event-stream', keepAlive: ': keep-alive\n\n', lines, fault };
}

/** OpenAI's code for the fault. Codex handles some of them; most faults of this app have no code of their own. */
function errorCode({ code }: Fault): string {
  switch (code) {
    case 'rate_limit':
      return 'rate_limit_exceeded';
    case 'context_too_long':
      return 'context_length_exceeded';
    case 'invalid_request':
      return 'invalid_prompt';
    default:
      return 'server_error';
  }
}
