/** Writes turns of conversations, each with its messages in one transaction. */
import { type Database, transaction } from '../database';
import type { ConversationRecord, ConversationsTable } from './conversationsTable';
import type { MessagesTable } from './messagesTable';
import type { SystemPromptsTable } from './systemPromptsTable';
import type { UnwrittenTurns } from './unsavedConversations';

export interface TurnWriterParts {
  readonly database: Database;
  readonly conversations: ConversationsTable;
  readonly messages: MessagesTable;
  readonly systemPrompts: SystemPromptsTable;
}

/** The first question of a conversation, which the user has stopped before its answer was complete. */
export type UnansweredQuestion = Pick<
  UnwrittenTurns,
  'id' | 'owner' | 'name' | 'client' | 'system' | 'model' | 'keyDigest' | 'title' | 'usage' | 'usedAt'
> & { readonly question: UnwrittenTurns['added'] };

/** @throws SQLite's errors, from both methods. */
export interface TurnWriter {
  write(turns: UnwrittenTurns): void;
  /** Stores a conversation without any turn. Does nothing where the conversation is stored already. */
  writeUnanswered(question: UnansweredQuestion): void;
}

/** Whether it has only a question that was stopped: its digest is that of an empty history. */
export function isUnanswered({ digest, keyDigest }: Pick<ConversationRecord, 'digest' | 'keyDigest'>): boolean {
  return digest === keyDigest;
}

export function createTurnWriter({ database, conversations, messages, systemPrompts }: TurnWriterParts): TurnWriter {
  return {
    write: (turns) => {
      const { id, owner, name, history, added, withTexts, turns: count, usage, usedAt } = turns;
      transaction(database, () => {
        conversations.deleteIfMarked(id);
        const record = conversations.find(id);
        const wasUnanswered = record !== undefined && isUnanswered(record);
        const continues = record?.digest === turns.historyDigest && record.hasTexts === withTexts && !wasUnanswered;
        const title = withTexts ? turns.title : '';
        const state = {
          client: turns.client,
          systemHash: withTexts ? systemPrompts.add(turns.system) : null,
          model: turns.model,
          digest: turns.digest,
          keyDigest: turns.keyDigest,
          firstDigest: withTexts ? turns.firstDigest : null,
          hasTexts: withTexts,
        };
        if (record) conversations.update(id, state, usedAt);
        else conversations.insert({ id, owner, title, ...state }, usedAt);
        if (wasUnanswered) conversations.setTitle(id, title);
        if (name !== undefined) conversations.moveName(id, owner, name);
        conversations.addTurns(id, { turns: count, usage });
        if (continues) {
          if (withTexts) conversations.addMessageBytes(id, messages.write(id, history.length, added));
        } else {
          messages.deleteAllOf(id);
          conversations.setMessageBytes(id, withTexts ? messages.write(id, 0, [...history, ...added]) : 0);
        }
      });
    },
    writeUnanswered: ({ id, owner, name, client, system, model, keyDigest, title, question, usage, usedAt }) =>
      transaction(database, () => {
        conversations.deleteIfMarked(id);
        const record = conversations.find(id);
        if (record && !isUnanswered(record)) return;
        const state = {
          ...{ client, model, keyDigest, digest: keyDigest, hasTexts: true },
          systemHash: systemPrompts.add(system),
          // By which another question under the name would be told from this conversation.
          firstDigest: null,
        };
        if (record) conversations.update(id, state, usedAt);
        else conversations.insert({ id, owner, title, ...state }, usedAt);
        conversations.setTitle(id, title);
        if (name !== undefined) conversations.moveName(id, owner, name);
        conversations.addTurns(id, { turns: 0, usage });
        messages.deleteAllOf(id);
        conversations.setMessageBytes(id, messages.write(id, 0, question));
      }),
  };
}
