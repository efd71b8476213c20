/** The chat's port to the conversation history, which outlasts the processes. The database in store/ implements it. */
import type { Usage } from '../../shared/usage';
import type { Message } from '../request';

/** What the chat needs of a stored conversation to continue it. */
export interface ResumableConversation {
  readonly id: string;
  readonly system: string;
  /** The model's full name. */
  readonly model: string;
  /** The digest of all its messages (digest.ts). */
  readonly digest: string;
  /** null where the user's settings say that no texts are stored. */
  readonly messages: readonly Message[] | null;
}

/** A turn that begins: a question is about to be sent to the model. */
export interface TurnStart {
  /** The conversation's id. */
  readonly conversation: string;
  readonly owner: string;
  /** The client's own name for the conversation. */
  readonly name: string | undefined;
  readonly client: string;
  readonly system: string;
  readonly model: string;
  /** The digest of the history before the question. */
  readonly digest: string;
  readonly history: readonly Message[];
  readonly question: readonly Message[];
}

/** The record of a turn while the model answers it. What is passed to a call is on disk when the call returns. */
export interface TurnRecord {
  /** Adds a piece of the answer. */
  append(text: string): void;
  /** Adds the turn to its conversation. @param digest of the history with question and answer. */
  end(answer: Message, digest: string, usage: Usage): void;
  /** Removes the turn, and restores the conversation as it was before. */
  discard(): void;
}

export interface ConversationHistory {
  /** The stored conversation to which its owner's client gave this name. */
  findByName(owner: string, name: string): ResumableConversation | undefined;
  /** The id of the conversation that ends with exactly this history and has no name but this one. */
  findByDigest(digest: string, name: string | undefined): string | undefined;
  /** The usage of all turns of the conversation so far. */
  usageOf(conversation: string): Usage;
  beginTurn(turn: TurnStart): TurnRecord;
  /** Whether a request in the user's name has ever carried a history. */
  sendsHistory(owner: string, user: string): boolean;
  /** Remembers that the user's client sends histories. */
  recordHistorySender(owner: string, user: string): void;
}
