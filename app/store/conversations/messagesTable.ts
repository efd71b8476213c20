/** The messages of the stored conversations, as rows of SQLite. */
import { z } from 'zod';
import type { Message } from '../../chat/request';
import { createPause } from '../../shared/largeTexts/slices';
import type { Database } from '../database';

/** Consecutive messages of a conversation. */
export interface StoredPart {
  readonly messages: readonly Message[];
  /** The position of the message after these; null where they are the last. */
  readonly next: number | null;
}

/** Of a part. The window takes it in within 20 ms. */
const PART_MESSAGES = 500;
/** A part has no more characters, unless one message alone has. */
const PART_LENGTH = 512 * 1024;

export interface MessagesTable {
  /** The messages of the conversation in order. Other work runs between those that are long. @throws SQLite's errors. */
  read(conversation: string): Promise<Message[]>;
  /** As `read`, from a position on and no more than a part. */
  readPart(conversation: string, from: number): Promise<StoredPart>;
  /** The first message; undefined where there is none. */
  first(conversation: string): Message | undefined;
  /** Writes the messages at the positions that begin with `from`. Returns their bytes. */
  write(conversation: string, from: number, messages: readonly Message[]): number;
  deleteAllOf(conversation: string): void;
}

export function messagesTable(database: Database): MessagesTable {
  // Version 0.1.0 stored a question as pending before its answer; what a crash has left of those is no part of a conversation.
  const next = database.prepare(
    `SELECT position, role, content FROM messages
     WHERE conversation = ? AND position >= ? AND pending = 0 ORDER BY position LIMIT 1`,
  );
  const write = database.prepare(
    `INSERT OR REPLACE INTO messages (conversation, position, pending, role, content)
     VALUES (:conversation, :position, 0, :role, :content)`,
  );
  const deleteAllOf = database.prepare('DELETE FROM messages WHERE conversation = ?');
  const readUpTo = async (conversation: string, from: number, most: { count: number; length: number }) => {
    const messages: Message[] = [];
    const pause = createPause();
    let length = 0;
    for (let position = from; ; ) {
      const row = next.get(conversation, position);
      if (row === undefined) return { messages, next: null };
      const columns = Columns.parse(row);
      length += columns.content.length;
      if (messages.length > 0 && (messages.length >= most.count || length > most.length))
        return { messages, next: columns.position };
      messages.push(toMessage(columns));
      position = columns.position + 1;
      const waits = pause();
      if (waits !== undefined) await waits;
    }
  };
  const all = { count: Number.POSITIVE_INFINITY, length: Number.POSITIVE_INFINITY };
  return {
    read: async (conversation) => (await readUpTo(conversation, 0, all)).messages,
    readPart: (conversation, from) => readUpTo(conversation, from, { count: PART_MESSAGES, length: PART_LENGTH }),
    first: (conversation) => {
      const row = next.get(conversation, 0);
      return row === undefined ? undefined : toMessage(Columns.parse(row));
    },
    write: (conversation, from, messages) => {
      let bytes = 0;
      for (const [index, { role, content }] of messages.entries()) {
        const column = JSON.stringify(content);
        bytes += Buffer.byteLength(column);
        write.run({ conversation, position: from + index, role, content: column });
      }
      return bytes;
    },
    deleteAllOf: (conversation) => deleteAllOf.run(conversation),
  };
}

const Columns = z.object({ position: z.number(), role: z.enum(['user', 'assistant']), content: z.string() });

/** The content is not validated: only this app writes it. */
function toMessage({ role, content }: z.output<typeof Columns>): Message {
  return { role, content: JSON.parse(content) } as Message;
}
