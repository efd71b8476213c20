/** What outlasts a process: the port behind which store/ keeps conversations. */
import type { Usage } from '../../shared/usage';
import type { Message } from '../request';

export interface RememberedConversation {
  readonly id: string;
  readonly system: string;
  /** The model's full name. */
  readonly model: string;
  /** The digest of all its messages (digest.ts). */
  readonly digest: string;
  /** null where the user's settings keep texts out. */
  readonly messages: readonly Message[] | null;
}

/** A turn that has begun. */
export interface TurnStart {
  readonly conversation: string;
  readonly owner: string;
  readonly name: string | undefined;
  readonly client: string;
  readonly system: string;
  readonly model: string;
  /** The digest of the history before the question. */
  readonly digest: string;
  readonly history: readonly Message[];
  readonly question: readonly Message[];
}

/** The record of a turn while it is answered; what it has is on disk before the call returns. */
export interface TurnRecord {
  append(text: string): void;
  /** The turn is part of the conversation from here on. @param digest of the history with question and answer. */
  end(answer: Message, digest: string, usage: Usage): void;
  /** The turn never was, and the conversation is what it was before. */
  drop(): void;
}

export interface Memory {
  /** Whether texts are kept at all. */
  readonly keepsTexts: boolean;
  byName(owner: string, name: string): RememberedConversation | undefined;
  /** The conversation that ends with exactly this history and has no other name. */
  byDigest(digest: string, name: string | undefined): string | undefined;
  /** What the turns of the conversation have taken so far, thinking aside, which is part of the output. */
  spentOn(conversation: string): Usage;
  begin(turn: TurnStart): TurnRecord;
  /** Whether requests in the user's name have ever carried a history. */
  sendsHistory(owner: string, user: string): boolean;
  noteSendsHistory(owner: string, user: string): void;
}
