/**
 * The conversation history in SQLite. It is written while a turn runs: the question before it is sent to the model, the
 * answer piece by piece, so that a crash loses no more than the pieces on their way. A turn becomes part of its
 * conversation only when it has ended; what a crash leaves of a turn is never sent to the model.
 */
import type {
  ConversationHistory,
  ResumableConversation,
  TurnRecord,
  TurnStart,
} from '../chat/conversation/conversationHistory';
import type { Message } from '../chat/request';
import type { Log } from '../log/log';
import type { StoredConversation } from '../shared/contract';
import { asError } from '../shared/errorText';
import { NO_USAGE, type Usage } from '../shared/usage';
import { type ConversationRecord, conversationsTable } from './conversationsTable';
import { type Database, transaction } from './database';
import { historySendersTable } from './historySendersTable';
import { messageBytes, messagesTable } from './messagesTable';

/** The user's settings of what is stored and for how long. */
export interface Retention {
  /** Whether system prompts, questions and answers are stored at all. */
  readonly keepTexts: boolean;
  /** A conversation that has not been used for this many days is deleted. */
  readonly keepDays: number;
  /** While all conversations together are larger than this, the least recently used is deleted. */
  readonly keepBytes: number;
}

/** Never throws for the sake of its file: what cannot be read or written is logged and left out. */
export interface ConversationStore extends ConversationHistory {
  /** Conversations last used before `before` (ms since the epoch), newest first. */
  list(before: number, limit: number): StoredConversation[];
  count(): { conversations: number; bytes: number };
  /** null where there is no such conversation, or its messages are not stored. */
  messages(id: string): readonly Message[] | null;
  /** Deletes the conversation; nothing of it is left in any file. */
  delete(id: string): void;
  /** Deletes every conversation; nothing of them is left in any file. */
  deleteAll(): void;
  /** Deletes what exceeds the retention. */
  prune(): void;
}

export interface ConversationStoreOptions {
  readonly database: Database;
  readonly log: Log;
  retention(): Retention;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** In characters. */
const TITLE_LENGTH = 80;

const DAY_MS = 24 * 60 * 60 * 1000;

/** Empties the write-ahead log, in which deleted texts can still be read. */
const TRUNCATE_LOG = 'PRAGMA wal_checkpoint(TRUNCATE);';

export function openConversationStore({
  database,
  log,
  retention,
  now = Date.now,
}: ConversationStoreOptions): ConversationStore {
  const conversations = conversationsTable(database);
  const messages = messagesTable(database);
  const historySenders = historySendersTable(database);

  /** A failing disk is no reason to refuse an answer. */
  const attempt = <T>(what: string, fallback: T, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      log.error(`conversations could not ${what}`, { error: asError(error) });
      return fallback;
    }
  };

  const replaceMessages = (id: string, replacement: readonly Message[]) => {
    messages.deleteAllOf(id);
    messages.write(id, 0, replacement);
    conversations.setBytes(id, messages.bytes(id));
  };

  /** Returns the conversation as it was before, where the turn does not continue it but replaces it. */
  const beginTurn = (turn: TurnStart, withTexts: boolean): ReplacedConversation | undefined => {
    const { conversation: id, owner, name, client, model, digest, history, question } = turn;
    const state = { client, model, digest, system: withTexts ? turn.system : '', hasTexts: withTexts };
    const record = conversations.find(id);
    const continues = record?.digest === digest && record.hasTexts === withTexts;
    const replaced = record && !continues ? { record, messages: record.hasTexts ? messages.read(id) : [] } : undefined;
    if (record) conversations.update(id, state, now());
    else conversations.insert({ id, owner, title: withTexts ? titleOf(turn) : '', ...state }, now());
    if (name !== undefined) conversations.nameUnlessTaken(id, owner, name);
    messages.deleteDeltas(id);
    if (continues) messages.deletePending(id);
    else replaceMessages(id, withTexts ? history : []);
    if (withTexts) messages.write(id, history.length, question, 'pending');
    return replaced;
  };

  const endTurn = (turn: TurnStart, withTexts: boolean, answer: Message, digest: string, usage: Usage) => {
    const { conversation: id, owner, name, history, question } = turn;
    // Not at the turn's beginning: were the turn discarded, the conversation that had the name would have lost it.
    if (name !== undefined) conversations.moveName(id, owner, name);
    if (withTexts) {
      messages.finalizePending(id);
      messages.write(id, history.length + question.length, [answer]);
      messages.deleteDeltas(id);
    }
    const bytes = withTexts ? [...question, answer].reduce((sum, message) => sum + messageBytes(message), 0) : 0;
    conversations.addTurn(id, { digest, usedAt: now(), bytes, usage });
  };

  const discardTurn = (id: string, replaced: ReplacedConversation | undefined) => {
    messages.deleteDeltas(id);
    messages.deletePending(id);
    if (replaced) {
      conversations.update(id, replaced.record, now());
      replaceMessages(id, replaced.messages);
    }
    conversations.deleteIfWithoutTurns(id);
  };

  const toResumable = (record: ConversationRecord): ResumableConversation => {
    const { id, system, model, digest, hasTexts } = record;
    return { id, system, model, digest, messages: hasTexts ? messages.read(id) : null };
  };

  return {
    findByName: (owner, name) =>
      attempt('be read', undefined, () => {
        const record = conversations.findByName(owner, name);
        return record && toResumable(record);
      }),
    findByDigest: (digest, name) => attempt('be read', undefined, () => conversations.findByDigest(digest, name)),
    usageOf: (id) => attempt('be read', NO_USAGE, () => conversations.usageOf(id)),
    sendsHistory: (owner, user) => attempt('be read', false, () => historySenders.has(owner, user)),
    recordHistorySender: (owner, user) => attempt('be written', undefined, () => historySenders.add(owner, user)),
    beginTurn: (turn): TurnRecord => {
      const id = turn.conversation;
      const withTexts = retention().keepTexts;
      const inTransaction = <T>(work: () => T) => attempt('be written', undefined, () => transaction(database, work));
      const replaced = inTransaction(() => beginTurn(turn, withTexts));
      return {
        append: (text) => {
          if (withTexts) attempt('be written', undefined, () => messages.addDelta(id, text));
        },
        end: (answer, digest, usage) => inTransaction(() => endTurn(turn, withTexts, answer, digest, usage)),
        discard: () => inTransaction(() => discardTurn(id, replaced)),
      };
    },
    list: (before, limit) => attempt('be read', [], () => conversations.list(before, limit)),
    count: () => attempt('be read', { conversations: 0, bytes: 0 }, () => conversations.totals()),
    messages: (id) => attempt('be read', null, () => (conversations.find(id)?.hasTexts ? messages.read(id) : null)),
    delete: (id) =>
      attempt('be deleted', undefined, () => {
        conversations.delete(id);
        database.exec(TRUNCATE_LOG);
      }),
    deleteAll: () =>
      attempt('be deleted', undefined, () => {
        conversations.deleteAll();
        historySenders.deleteAll();
        // The pages of deleted rows stay in the file until it is compacted.
        database.exec(`VACUUM; ${TRUNCATE_LOG}`);
      }),
    prune: () =>
      attempt('be pruned', undefined, () => {
        const { keepDays, keepBytes } = retention();
        conversations.deleteUsedBefore(now() - keepDays * DAY_MS);
        let { bytes } = conversations.totals();
        while (bytes > keepBytes) {
          const oldest = conversations.leastRecentlyUsed();
          if (!oldest) return;
          conversations.delete(oldest.id);
          bytes -= oldest.bytes;
        }
      }),
  };
}

interface ReplacedConversation {
  readonly record: ConversationRecord;
  readonly messages: readonly Message[];
}

/** The start of the first question, on one line. */
function titleOf({ history, question }: TurnStart): string {
  const first = [...history, ...question].find(({ role }) => role === 'user');
  const text = first?.content.find((block) => block.type === 'text')?.text ?? '';
  const characters = [...text.trim().replace(/\s+/g, ' ')];
  return characters.length <= TITLE_LENGTH ? characters.join('') : `${characters.slice(0, TITLE_LENGTH - 1).join('')}…`;
}
