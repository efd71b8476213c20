/** Conversations as rows of a list. Units as in contract.ts. */
import type { Usage } from '../usage';

export type ConversationPhase = 'preparing' | 'answering' | 'waiting_for_tool' | 'idle' | 'parked';

/** A live conversation: one whose turns a `claude` process holds. */
export interface ConversationRow {
  id: string;
  client: string;
  /** The API key that the conversation belongs to, with its present name; '' for none. */
  keyId: string;
  keyName: string;
  model: string;
  /** The start of the first question; empty where texts are not stored. */
  title: string;
  phase: ConversationPhase;
  /** Answers that its history has; one that is being given does not count. */
  turns: number;
  /** Of the turns so far. While it answers, the prompt's tokens are counted, the answer's are not yet. */
  usage: Usage;
  startedAt: number;
  lastUsedAt: number;
  /** null until it has a process. */
  pid: number | null;
  /** When its process ends if no request comes; null while it is busy and where it never expires. */
  expiresAt: number | null;
}

/** A conversation in the database, live or not. */
export interface StoredConversation {
  id: string;
  /** The client's own name for it. */
  name: string | null;
  client: string;
  /** As in `ConversationRow`. */
  keyId: string;
  keyName: string;
  model: string;
  /** The start of the first prompt; empty where texts are not stored. */
  title: string;
  /** The title that the user has given it; null where they have not. */
  ownTitle: string | null;
  createdAt: number;
  usedAt: number;
  turns: number;
  bytes: number;
  usage: Usage;
}

/** A conversation that a search has found. */
export interface FoundConversation extends StoredConversation {
  /** Where a text of it has a word of the search: some words around it; null where its title or its client has them all. */
  excerpt: string | null;
}
