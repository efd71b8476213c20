/** The content of a conversation: what the model has been given and what it has answered. */
import type { Message } from '../request';

export interface Transcript {
  readonly system: string;
  readonly messages: readonly Message[];
}

/** The transcript that a process holds in its memory. */
export interface HeldTranscript extends Transcript {
  /** The digest of its messages (digest.ts). */
  readonly digest: string;
  /** The API key's id, '' for this computer without one. */
  readonly owner: string;
}

/** The ids of the tool calls in the message; none where it is not the model's. */
export function callIds(message: Message | undefined): string[] {
  if (message?.role !== 'assistant') return [];
  return message.content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
}
