/** What a conversation says, as the window shows it. */
import type { SaidPart } from '../requests/requestTexts';

/** A message of a conversation. */
export interface SaidMessage {
  readonly role: 'user' | 'assistant';
  readonly parts: readonly SaidPart[];
}

/** Consecutive messages of a conversation, so many that the window takes them in without a pause. */
export interface MessagesPart {
  readonly messages: readonly SaidMessage[];
  /** The position of the message after these; null where they are the last. */
  readonly next: number | null;
}

/**
 * What became of a turn: `running`, `answered` (it is a part of the conversation), or `broken` (it failed or was interrupted: the client has a
 * part of the answer, the conversation has none of it).
 */
export type TurnState = 'running' | 'answered' | 'broken';

/** The latest turn of a live conversation. */
export interface LiveTurn {
  /** Rises with every change; another turn begins with another number. */
  readonly version: number;
  /** How many messages of the conversation come before the question. */
  readonly earlierMessages: number;
  /** null where the page has it already: it belongs to the same turn as the version that was asked with. */
  readonly question: readonly SaidMessage[] | null;
  /** The answer so far. */
  readonly answer: readonly SaidPart[];
  readonly state: TurnState;
}

export type ExportFormat = 'markdown' | 'json';

/** A conversation as a file. */
export interface ExportedConversation {
  /** A name that every file system takes: `Why does my Rust program.md`. */
  readonly fileName: string;
  readonly text: string;
}

/** Which conversations a list has. All parts must hold; an absent one holds for every conversation. */
export interface ConversationFilter {
  /** Words that must all occur: in the title, the client's name for it, client, model or texts. Capitals do not count. */
  readonly text?: string | undefined;
  readonly client?: string | undefined;
  /** The model's full name. */
  readonly model?: string | undefined;
}

/** The clients and models of the stored conversations, most frequent first, at most 50 each. */
export interface ConversationFilterValues {
  readonly clients: readonly string[];
  readonly models: readonly string[];
}
