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
}
