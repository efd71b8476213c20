/** The items of a streamed response while they are generated, and the events that report their progress to the client. */
import {
  type ClientToolCall,
  callItem,
  messageItem,
  newId,
  type OutputItem,
  reasoningItem,
  summaryPart,
  textPart,
} from './responseObject';

/** An event without its sequence number and its item's index, which `responseWire.ts` adds. */
export type ItemEvent = readonly [type: string, fields: object];

export interface StreamedItem {
  readonly kind: OutputItem['type'];
  start(): readonly ItemEvent[];
  append(delta: string): ItemEvent;
  isEmpty(): boolean;
  /** The finished item, and the events that close it. */
  end(status: 'completed' | 'incomplete'): { readonly item: OutputItem; readonly events: readonly ItemEvent[] };
}

export function streamedMessage(): StreamedItem {
  const id = newId('msg');
  const at = { item_id: id, content_index: 0 };
  let text = '';
  return {
    kind: 'message',
    start: () => [
      added({ id, type: 'message', status: 'in_progress', role: 'assistant', content: [] }),
      ['response.content_part.added', { ...at, part: textPart('') }],
    ],
    append: (delta) => {
      text += delta;
      return ['response.output_text.delta', { ...at, delta, logprobs: [] }];
    },
    isEmpty: () => text === '',
    end: (status) => {
      const item = messageItem(id, text, status);
      const done: ItemEvent[] = [
        ['response.output_text.done', { ...at, text, logprobs: [] }],
        ['response.content_part.done', { ...at, part: textPart(text) }],
      ];
      return { item, events: [...done, finished(item)] };
    },
  };
}

export function streamedReasoning(): StreamedItem {
  const id = newId('rs');
  const at = { item_id: id, summary_index: 0 };
  let text = '';
  return {
    kind: 'reasoning',
    start: () => [
      added({ id, type: 'reasoning', summary: [] }),
      ['response.reasoning_summary_part.added', { ...at, part: summaryPart('') }],
    ],
    append: (delta) => {
      text += delta;
      return ['response.reasoning_summary_text.delta', { ...at, delta }];
    },
    isEmpty: () => text === '',
    end: () => {
      const item = reasoningItem(id, text);
      const done: ItemEvent[] = [
        ['response.reasoning_summary_text.done', { ...at, text }],
        ['response.reasoning_summary_part.done', { ...at, part: summaryPart(text) }],
      ];
      return { item, events: [...done, finished(item)] };
    },
  };
}

export function streamedCall(call: ClientToolCall): StreamedItem {
  const id = newId('fc');
  let json = '';
  return {
    kind: 'function_call',
    start: () => [added(callItem(id, call, '', 'in_progress'))],
    append: (delta) => {
      json += delta;
      return ['response.function_call_arguments.delta', { item_id: id, delta }];
    },
    isEmpty: () => json === '',
    end: (status) => {
      const item = callItem(id, call, json, status);
      const done = { item_id: id, name: call.name, arguments: json };
      return { item, events: [['response.function_call_arguments.done', done], finished(item)] };
    },
  };
}

function added(item: object): ItemEvent {
  return ['response.output_item.added', { item }];
}

function finished(item: OutputItem): ItemEvent {
  return ['response.output_item.done', { item }];
}
