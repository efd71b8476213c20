/**
 * A response, at once or as events. Clients put the items together by the places that the events name and stop at what they do not
 * expect, so every item is opened before it grows and closed before the next one, as openai-node checks.
 */
import type { Answer, OutputEvent, StreamWire, Wire } from '../../dialect';
import type { Fault } from '../../fault';
import type { FunctionNames } from './namespaces';
import {
  callItem,
  ended,
  failed,
  INCOMPLETE,
  inProgress,
  messageItem,
  newId,
  type OutputItem,
  type ResponseHead,
  reasoningItem,
} from './responseObject';
import { callDraft, type Draft, type DraftEvent, messageDraft, reasoningDraft } from './streamedItems';

/** @param names those of the functions that the model may call. @param onEnd is told the output when the answer has ended. */
export function responseWire(
  head: ResponseHead,
  names: FunctionNames,
  onEnd: (output: readonly OutputItem[]) => void,
): Wire {
  return {
    once: (answer) => {
      const output = outputOf(answer, names);
      onEnd(output);
      return ended(head, output, answer.reason, answer.usage);
    },
    stream: () => responseStream(head, names, onEnd),
  };
}

function outputOf({ text, thinking, toolCalls, reason }: Answer, names: FunctionNames): OutputItem[] {
  const status = INCOMPLETE[reason] === undefined ? 'completed' : 'incomplete';
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
  let draft: Draft | undefined;
  let sequence = 0;

  const say = (type: string, fields: object): string => {
    const data = JSON.stringify({ type, sequence_number: sequence, ...fields });
    sequence += 1;
    return `event: ${type}\ndata: ${data}\n\n`;
  };
  const sayOfItem = ([type, fields]: DraftEvent) => say(type, { output_index: output.length, ...fields });

  function* begin(): Generator<string> {
    if (sequence > 0) return;
    yield say('response.created', { response: inProgress(head) });
    yield say('response.in_progress', { response: inProgress(head) });
  }

  function* open(next: Draft): Generator<string> {
    yield* close('completed');
    draft = next;
    yield* next.begin().map(sayOfItem);
  }

  function* close(status: 'completed' | 'incomplete'): Generator<string> {
    if (!draft) return;
    const { item, events } = draft.end(status);
    draft = undefined;
    yield* events.map(sayOfItem);
    output.push(item);
  }

  function* grow(delta: string): Generator<string> {
    if (draft && delta !== '') yield sayOfItem(draft.grow(delta));
  }

  function* lines(event: OutputEvent): Generator<string> {
    yield* begin();
    switch (event.type) {
      case 'text':
        if (draft?.kind !== 'message') yield* open(messageDraft());
        yield* grow(event.text);
        break;
      case 'thinking':
        if (draft?.kind !== 'reasoning') yield* open(reasoningDraft());
        yield* grow(event.text);
        break;
      case 'tool_call':
        yield* open(callDraft({ id: event.id, ...names.toClient(event.name) }));
        break;
      case 'tool_input':
        yield* grow(event.json);
        break;
      case 'tool_end':
        if (draft?.isEmpty()) yield* grow(JSON.stringify(event.input));
        yield* close('completed');
        break;
      case 'end': {
        const cut = INCOMPLETE[event.reason] !== undefined;
        yield* close(cut ? 'incomplete' : 'completed');
        if (output.every(({ type }) => type === 'reasoning')) {
          yield* open(messageDraft());
          yield* close(cut ? 'incomplete' : 'completed');
        }
        onEnd(output);
        const response = ended(head, output, event.reason, event.usage);
        yield say(cut ? 'response.incomplete' : 'response.completed', { response });
      }
    }
  }

  const fault = (fault: Fault): string => {
    const response = failed(head, output, { code: codeOf(fault), message: fault.message });
    return [...begin(), say('response.failed', { response })].join('');
  };

  return { contentType: 'text/event-stream', keepAlive: ': keep-alive\n\n', lines, fault };
}

/** Codex acts on some of these; there is no word for most of what can go wrong here. */
function codeOf({ code }: Fault): string {
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
