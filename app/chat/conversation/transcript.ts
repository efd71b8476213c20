/** The content of a conversation: what the model has been given and what it has answered. */
import type { Message } from '../request';

export interface Transcript {
  readonly system: string;
  readonly messages: readonly Message[];
}

/** A message of the user's in a process, to which the process can be rewound. */
export interface Frame {
  /** The index of the message with which it begins in the transcript. */
  readonly start: number;
  /** The digest of the messages before it, as `endMark`. */
  readonly mark: string;
}

/** The transcript that a process holds in its memory, or held until another request took the process. */
export interface HeldTranscript extends Transcript {
  /** The digest of its messages (digest.ts). */
  readonly digest: string;
  /** The digest of its messages by which its process is found: without the system prompt, which the process can be given anew. */
  readonly endMark: string;
  readonly frames: readonly Frame[];
  /** The API key's id, '' for this computer without one. */
  readonly owner: string;
}

/** The ids of the tool calls in the message; none where it is not the model's. */
export function callIds(message: Message | undefined): string[] {
  if (message?.role !== 'assistant') return [];
  return message.content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
}

/** The number of characters in the messages, with those of images and documents. */
export function textLength(messages: Transcript['messages']): number {
  let length = 0;
  for (const { content } of messages) {
    for (const block of content) {
      for (const part of block.type === 'tool_result' ? block.content : [block]) {
        if ('text' in part) length += part.text.length;
        else if ('data' in part) length += part.data.length;
      }
    }
  }
  return length;
}
