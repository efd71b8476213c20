/** The chat's port to the conversation history, which outlasts the processes. The database in store/ implements it. */
import type { Usage } from '../../shared/usage';
import type { Message } from '../request';

/** What the chat needs of a stored conversation to continue it, without its messages. */
export interface ResumableConversation {
  readonly id: string;
  readonly system: string;
  /** The model's full name. */
  readonly model: string;
  /** The digest of all its messages (digest.ts). */
  readonly digest: string;
  /** The digest of the key under which `digest` was computed; null where it is not known. */
  readonly keyDigest: string | null;
  /** The digest of its first message alone; null where it is not known, or no texts are stored. */
  readonly firstDigest: string | null;
  /** Whether its messages are stored, which the user's settings decide. */
  readonly hasTexts: boolean;
  /** Whether it could not be read or written, and is as this run of the app has it in memory. */
  readonly inMemory: boolean;
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
  /** The digest of the conversation's key. */
  readonly keyDigest: string;
  /** The digest of the conversation's first message alone. */
  readonly firstDigest: string;
  /** The digest of the history before the question. */
  readonly digest: string;
  readonly history: readonly Message[];
  readonly question: readonly Message[];
}

/** The record of a turn while the model answers it. A turn that does not end is no part of its conversation. */
export interface TurnRecord {
  /** Stores the turn as a part of its conversation. @param digest of the history with question and answer. */
  end(answer: Message, digest: string, usage: Usage): void;
  /**
   * The user has stopped the turn. Where it was to begin a conversation, the conversation is listed with its question and without any
   * turn, and begins with the next question under its name. Never throws.
   * @param usage what is known of it.
   */
  stop(usage: Usage): void;
}

/** What is stored could not be read. */
export class HistoryUnavailableError extends Error {
  override readonly name = 'HistoryUnavailableError';
}

export interface ConversationHistory {
  /**
   * The stored conversation to which its owner's client gave this name.
   * @throws HistoryUnavailableError where that cannot be read, or what this run of the app stored under the name is lost.
   */
  findByName(owner: string, name: string): ResumableConversation | undefined;
  /**
   * The messages of a stored conversation. Other work runs in between.
   * @throws HistoryUnavailableError where they cannot be read, or the conversation is changed or deleted meanwhile.
   */
  readMessages(conversation: ResumableConversation): Promise<readonly Message[]>;
  /** The first message of a stored conversation; undefined where it has none or it cannot be read. */
  readFirstMessage(conversation: ResumableConversation): Message | undefined;
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
