/** Assembles an answer's events into the message that stands for the answer in the history. */
import type { AssistantBlock, Message } from '../request';
import type { TurnPart } from './runningTurn';

export interface AnswerMessage {
  readonly isEmpty: boolean;
  add(event: TurnPart): void;
  /** The message so far. */
  read(): Message;
}

export function createAnswerMessage(): AnswerMessage {
  let content: AssistantBlock[] = [];
  return {
    get isEmpty() {
      return content.length === 0;
    },
    add: (event) => {
      if (event.type === 'retract') content = [];
      if (event.type === 'tool_end')
        content.push({ type: 'tool_use', id: event.id, name: event.name, input: event.input });
      if (event.type !== 'text') return;
      const last = content.at(-1);
      if (last?.type === 'text') content[content.length - 1] = { type: 'text', text: last.text + event.text };
      else content.push({ type: 'text', text: event.text });
    },
    read: () => ({ role: 'assistant', content: [...content] }),
  };
}
