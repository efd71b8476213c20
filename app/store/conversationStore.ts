/**
 * The conversation history in SQLite. A turn is written when it has ended, in one transaction. Where that fails, the
 * conversation stays in memory and is written later; what cannot be read is reported to who asks, and never taken for nothing.
 */
import {
  type ConversationHistory,
  HistoryUnavailableError,
  type ResumableConversation,
} from '../chat/conversation/conversationHistory';
import { firstWords } from '../chat/conversation/firstWords';
import type { Message } from '../chat/request';
import type { Log } from '../log/log';
import type { ConversationFilter, ConversationFilterValues, FoundConversation } from '../shared/contract';
import { asError, errorText } from '../shared/errorText';
import { addUsage, NO_USAGE } from '../shared/usage';
import { conversationsTable, type ListedConversation } from './conversations/conversationsTable';
import { historySendersTable } from './conversations/historySendersTable';
import { messagesTable, type StoredPart } from './conversations/messagesTable';
import { type Retention, selectExcess } from './conversations/retention';
import { systemPromptsTable } from './conversations/systemPromptsTable';
import { createTurnWriter, isUnanswered } from './conversations/turnWriter';
import { createUnsavedConversations, type UnwrittenTurns } from './conversations/unsavedConversations';
import { type Database, transaction } from './database';
import { createConversationSearch } from './sqlite/conversationSearch';
import { createMaintenance, type Maintenance } from './sqlite/maintenance';

export type { Retention } from './conversations/retention';

/** @throws HistoryUnavailableError, from every method that reads or deletes, where the database fails. */
export interface ConversationStore extends ConversationHistory {
  /** Conversations last used before `before` (ms since the epoch), newest first. */
  list(before: number, limit: number): ListedConversation[];
  /** All conversations, with all that is stored of them, system prompts included. */
  count(): { conversations: number; bytes: number };
  /** null where there is no such conversation, or its messages are not stored. */
  messages(id: string): Promise<readonly Message[] | null>;
  /** As `messages`, from a position on: a part that is read at once. What could not be written yet is one part. */
  messagesFrom(id: string, from: number): Promise<StoredPart | null>;
  /** The conversation as `list` has it; undefined where there is none. */
  find(id: string): ListedConversation | undefined;
  /** Those that pass the filter, newest first, at most `limit`. Turns that could not be written yet are not searched. */
  search(filter: ConversationFilter, limit: number): Promise<FoundListed[]>;
  /** For the menus of the filter. */
  filterValues(): ConversationFilterValues;
  /** Gives it the user's title; an empty one takes it away. @throws Error where there is no such conversation */
  rename(id: string, title: string): void;
  /** Deletes the conversation. It is gone at once; resolves when nothing of it is left in any file. */
  delete(id: string): Promise<void>;
  /** Deletes every conversation. They are gone at once; resolves when nothing of them is left in any file. */
  deleteAll(): Promise<void>;
  /** Deletes what exceeds the retention, and what was left of earlier deletions. Logs its faults and never rejects. */
  prune(): Promise<void>;
  /** Writes what could not be written before. Returns whether nothing is left to write. */
  writeUnsaved(): boolean;
  /** Ends the searches. */
  close(): Promise<void>;
}

export type FoundListed = ListedConversation & Pick<FoundConversation, 'excerpt'>;

export interface ConversationStoreOptions {
  readonly database: Database;
  readonly log: Log;
  retention(): Retention;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /** Deletes what is marked as deleted. Default: a maintenance of the database. */
  readonly maintenance?: Pick<Maintenance, 'sweep'>;
  /** Called with the conversations that are deleted, before they are. @throws SQLite's errors. */
  onDeleted?(conversations: readonly string[]): void;
}

/** Of each menu of the filter. */
const MAX_FILTER_VALUES = 50;

/** Names whose digests are remembered, so that a loss of the file is noticed. */
const MAX_REMEMBERED = 1_000;

export function openConversationStore({
  database,
  log,
  retention,
  now = Date.now,
  maintenance = createMaintenance({ database }),
  onDeleted = () => {},
}: ConversationStoreOptions): ConversationStore {
  const conversations = conversationsTable(database);
  const messages = messagesTable(database);
  const systemPrompts = systemPromptsTable(database);
  const historySenders = historySendersTable(database);
  const turnWriter = createTurnWriter({ database, conversations, messages, systemPrompts });
  const unsaved = createUnsavedConversations();
  const search = createConversationSearch(database, conversations);
  /** The conversations that this run of the app has stored, by owner and name, as they were when they were last read or written. */
  const remembered = new Map<string, ResumableConversation>();
  const knownSenders = new Set<string>();
  let deletions = 0;

  /** A failing disk is no reason to refuse an answer: for what an answer does not depend on. */
  const attempt = <T>(what: string, fallback: T, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      log.error(`conversations could not ${what}`, { error: asError(error) });
      return fallback;
    }
  };

  const demand = <T>(what: string, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      log.error(`conversations could not ${what}`, { error: asError(error) });
      throw unavailable(what, error);
    }
  };

  const remember = (owner: string, name: string, conversation: ResumableConversation) => {
    const key = JSON.stringify([owner, name]);
    remembered.delete(key);
    // A process that still holds the conversation knows its system prompt.
    remembered.set(key, { ...conversation, system: '', inMemory: true });
    const [oldest] = remembered.keys();
    if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  };

  const forget = (id: string) => {
    for (const [key, conversation] of remembered) if (conversation.id === id) remembered.delete(key);
    unsaved.remove(id);
  };

  const save = (turns: UnwrittenTurns) => {
    const { owner, name } = turns;
    try {
      turnWriter.write(unsaved.merge(turns));
      unsaved.remove(turns.id);
    } catch (error) {
      log.error('a turn could not be written; it stays in memory', { error: asError(error) });
      unsaved.add(turns);
    }
    if (name !== undefined) remember(owner, name, toResumable(turns));
  };

  const findByName = (owner: string, name: string): ResumableConversation | undefined => {
    const unwritten = unsaved.findByName(owner, name);
    if (unwritten) return toResumable(unwritten);
    const earlier = remembered.get(JSON.stringify([owner, name]));
    if (unsaved.isLost(owner, name)) throw unavailable('be read', 'its last turns could not be stored');
    try {
      const found = conversations.findByName(owner, name);
      const record = found && { ...found, inMemory: false };
      if (record) remember(owner, name, record);
      if (record || !earlier) return record;
    } catch (error) {
      log.error('conversations could not be read', { error: asError(error) });
      if (!earlier) throw unavailable('be read', error);
    }
    // The file was deleted, replaced or cannot be read. A process may still hold the conversation.
    return earlier;
  };

  const readMessages = async ({ id, digest, inMemory }: ResumableConversation): Promise<readonly Message[]> => {
    const unwritten = unsaved.find(id);
    if (unwritten) return [...unwritten.history, ...unwritten.added];
    if (inMemory) throw unavailable('be read', 'the file that had it is gone or cannot be read');
    try {
      const read = await messages.read(id);
      if (conversations.find(id)?.digest === digest) return read;
    } catch (error) {
      log.error('conversations could not be read', { error: asError(error) });
      throw unavailable('be read', error);
    }
    throw unavailable('be read', 'it was changed at the same moment');
  };

  const deleteMarked = async () => {
    try {
      await maintenance.sweep();
    } catch (error) {
      log.error('deleted conversations could not be removed from the file', { error: asError(error) });
      throw unavailable('be deleted', error);
    }
  };

  return {
    findByName,
    // A question that was never answered is no part of what follows it.
    readMessages: async (conversation) => (isUnanswered(conversation) ? [] : readMessages(conversation)),
    readFirstMessage: (conversation) => {
      if (isUnanswered(conversation)) return undefined;
      const { id } = conversation;
      return unsaved.find(id)?.history[0] ?? attempt('be read', undefined, () => messages.first(id));
    },
    findByDigest: (digest, name) =>
      unsaved.findByDigest(digest, name)?.id ??
      attempt('be read', undefined, () => conversations.findByDigest(digest, name)),
    usageOf: (id) =>
      addUsage(
        attempt('be read', NO_USAGE, () => conversations.usageOf(id)),
        unsaved.find(id)?.usage ?? NO_USAGE,
      ),
    sendsHistory: (owner, user) =>
      knownSenders.has(JSON.stringify([owner, user])) ||
      attempt('be read', false, () => historySenders.has(owner, user)),
    recordHistorySender: (owner, user) => {
      const key = JSON.stringify([owner, user]);
      if (knownSenders.has(key)) return;
      if (knownSenders.size < MAX_REMEMBERED) knownSenders.add(key);
      attempt('be written', undefined, () => historySenders.add(owner, user));
    },
    beginTurn: (turn) => {
      const deletionsBefore = deletions;
      let isEnded = false;
      return {
        end: (answer, digest, usage) => {
          isEnded = true;
          // The user has deleted everything meanwhile, and this turn is a part of it.
          if (deletions !== deletionsBefore) return;
          const { conversation: id, history, question } = turn;
          save({
            ...turn,
            ...{ id, usage, digest, turns: 1, usedAt: now(), withTexts: retention().keepTexts },
            title: firstWords([...history, ...question]),
            history,
            historyDigest: turn.digest,
            added: [...question, answer],
          });
        },
        stop: (usage) => {
          const { conversation: id, owner, name, history, question } = turn;
          if (isEnded || deletions !== deletionsBefore || history.length > 0 || !retention().keepTexts) return;
          attempt('be written', undefined, () => {
            const holder = name && (unsaved.findByName(owner, name) ?? conversations.findByName(owner, name));
            // Of a conversation that goes on, nothing changes.
            if (unsaved.find(id) || (holder && holder.id !== id)) return;
            turnWriter.writeUnanswered({ ...turn, id, usage, usedAt: now(), title: firstWords(question) });
          });
        },
      };
    },
    list: (before, limit) => demand('be listed', () => conversations.list(before, limit)),
    count: () =>
      demand('be counted', () => {
        const { conversations: count, bytes } = conversations.totals();
        const promptBytes = [...systemPrompts.sizes().values()].reduce((sum, one) => sum + one, 0);
        return { conversations: count, bytes: bytes + promptBytes };
      }),
    messages: async (id) => {
      const unwritten = unsaved.find(id);
      if (unwritten) return unwritten.withTexts ? [...unwritten.history, ...unwritten.added] : null;
      const record = demand('be read', () => conversations.find(id));
      return record?.hasTexts ? readMessages({ ...record, inMemory: false }) : null;
    },
    messagesFrom: async (id, from) => {
      const unwritten = unsaved.find(id);
      if (unwritten?.withTexts) return { messages: [...unwritten.history, ...unwritten.added].slice(from), next: null };
      if (unwritten || !demand('be read', () => conversations.find(id))?.hasTexts) return null;
      try {
        return await messages.readPart(id, from);
      } catch (error) {
        log.error('conversations could not be read', { error: asError(error) });
        throw unavailable('be read', error);
      }
    },
    find: (id) => demand('be read', () => conversations.listed(id)),
    search: async (filter, limit) => {
      const hits = await search.run(filter, limit).catch((error: unknown) => {
        log.error('conversations could not be searched', { error: asError(error) });
        throw unavailable('be searched', error);
      });
      return demand('be read', () =>
        hits.flatMap(({ id, excerpt }) => {
          const conversation = conversations.listed(id);
          return conversation ? [{ ...conversation, excerpt }] : [];
        }),
      );
    },
    filterValues: () => demand('be listed', () => conversations.filterValues(MAX_FILTER_VALUES)),
    rename: (id, title) => {
      const line = title.trim().replace(/\s+/g, ' ');
      demand('be renamed', () => {
        if (conversations.listed(id)) return conversations.setOwnTitle(id, line === '' ? null : line);
        throw new Error('it is stored once its first answer is complete');
      });
    },
    close: search.close,
    delete: async (id) => {
      demand('be deleted', () => {
        onDeleted([id]);
        conversations.markDeleted(id);
      });
      forget(id);
      await deleteMarked();
    },
    deleteAll: async () => {
      demand('be deleted', () =>
        transaction(database, () => {
          conversations.markAllDeleted();
          historySenders.deleteAll();
        }),
      );
      deletions += 1;
      remembered.clear();
      knownSenders.clear();
      unsaved.clear();
      await deleteMarked();
    },
    prune: async () => {
      try {
        const excess = selectExcess(conversations.sizes(), systemPrompts.sizes(), retention(), now());
        if (excess.length > 0) {
          onDeleted(excess.map(({ id }) => id));
          transaction(database, () => {
            for (const { id } of excess) conversations.markDeleted(id);
          });
        }
        for (const { id } of excess) forget(id);
        await maintenance.sweep();
      } catch (error) {
        log.error('conversations could not be pruned', { error: asError(error) });
      }
    },
    writeUnsaved: () => {
      for (const turns of unsaved.all()) {
        try {
          turnWriter.write(turns);
        } catch {
          return false;
        }
        unsaved.remove(turns.id);
      }
      return true;
    },
  };
}

function toResumable(turns: UnwrittenTurns): ResumableConversation {
  const { id, system, model, digest, keyDigest, firstDigest, withTexts } = turns;
  const texts = { system: withTexts ? system : '', firstDigest: withTexts ? firstDigest : null, hasTexts: withTexts };
  return { id, model, digest, keyDigest, ...texts, inMemory: true };
}

function unavailable(what: string, cause: unknown): HistoryUnavailableError {
  const reason = typeof cause === 'string' ? cause : errorText(cause);
  return new HistoryUnavailableError(`the conversation history could not ${what}: ${reason}`, { cause });
}
