/** The items of a streamed response while they are written: each with the events by which clients follow it. */
import {
  callItem,
  messageItem,
  type NamedCall,
  newId,
  type OutputItem,
  reasoningItem,
  summaryPart,
  textPart,
} from './responseObject';

/** Its type, and what it says besides its number and its item's place. */
export type DraftEvent = readonly [type: string, fields: object];

export interface Draft {
  readonly kind: OutputItem['type'];
  begin(): readonly DraftEvent[];
  grow(delta: string): DraftEvent;
  isEmpty(): boolean;
  /** The item as it stands then. */
  end(status: 'completed' | 'incomplete'): { readonly item: OutputItem; readonly events: readonly DraftEvent[] };
}

export function messageDraft(): Draft {
  const id = newId('msg');
  const at = { item_id: id, content_index: 0 };
  let text = '';
  return {
    kind: 'message',
    begin: () => [
      added({ id, type: 'message', status: 'in_progress', role: 'assistant', content: [] }),
      ['response.content_part.added', { ...at, part: textPart('') }],
    ],
    grow: (delta) => {
      text += delta;
      return ['response.output_text.delta', { ...at, delta, logprobs: [] }];
    },
    isEmpty: () => text === '',
    end: (status) => {
      const item = messageItem(id, text, status);
      const done: DraftEvent[] = [
        ['response.output_text.done', { ...at, text, logprobs: [] }],
        ['response.content_part.done', { ...at, part: textPart(text) }],
      ];
      return { item, events: [...done, finished(item)] };
    },
  };
}

export function reasoningDraft(): Draft {
  const id = newId('rs');
  const at = { item_id: id, summary_index: 0 };
  let text = '';
  return {
    kind: 'reasoning',
    begin: () => [
      added({ id, type: 'reasoning', summary: [] }),
      ['response.reasoning_summary_part.added', { ...at, part: summaryPart('') }],
    ],
    grow: (delta) => {
      text += delta;
      return ['response.reasoning_summary_text.delta', { ...at, delta }];
    },
    isEmpty: () => text === '',
    end: () => {
      const item = reasoningItem(id, text);
      const done: DraftEvent[] = [
        ['response.reasoning_summary_text.done', { ...at, text }],
        ['response.reasoning_summary_part.done', { ...at, part: summaryPart(text) }],
      ];
      return { item, events: [...done, finished(item)] };
    },
  };
}

export function callDraft(call: NamedCall): Draft {
  const id = newId('fc');
  let json = '';
  return {
    kind: 'function_call',
    begin: () => [added(callItem(id, call, '', 'in_progress'))],
    grow: (delta) => {
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

function added(item: object): DraftEvent {
  return ['response.output_item.added', { item }];
}

function finished(item: OutputItem): DraftEvent {
  return ['response.output_item.done', { item }];
}
