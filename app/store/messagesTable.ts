/**
 * The messages of the stored conversations, and the answer that is on its way in pieces. A message is pending until its
 * turn has ended; pending messages are no part of the conversation.
 */
import { z } from 'zod';
import type { Message } from '../chat/request';
import type { Database } from './database';

export interface MessagesTable {
  /** The messages of the conversation in order, without the pending ones. */
  read(conversation: string): Message[];
  /** The size of the same messages, in bytes. */
  bytes(conversation: string): number;
  /** Writes the messages at the positions that begin with `from`. */
  write(conversation: string, from: number, messages: readonly Message[], state?: 'pending' | 'final'): void;
  /** Makes the pending messages part of the conversation. */
  finalizePending(conversation: string): void;
  deletePending(conversation: string): void;
  deleteAllOf(conversation: string): void;
  /** Adds a piece of the answer that is on its way. */
  addDelta(conversation: string, text: string): void;
  deleteDeltas(conversation: string): void;
}

export function messagesTable(database: Database): MessagesTable {
  const read = database.prepare(
    'SELECT role, content FROM messages WHERE conversation = ? AND pending = 0 ORDER BY position',
  );
  const bytes = database.prepare(
    `SELECT coalesce(sum(length(CAST(content AS BLOB))), 0) AS bytes FROM messages
     WHERE conversation = ? AND pending = 0`,
  );
  const write = database.prepare(
    `INSERT OR REPLACE INTO messages (conversation, position, pending, role, content)
     VALUES (:conversation, :position, :pending, :role, :content)`,
  );
  const finalizePending = database.prepare('UPDATE messages SET pending = 0 WHERE conversation = ? AND pending = 1');
  const deletePending = database.prepare('DELETE FROM messages WHERE conversation = ? AND pending = 1');
  const deleteAllOf = database.prepare('DELETE FROM messages WHERE conversation = ?');
  const addDelta = database.prepare('INSERT INTO deltas (conversation, text) VALUES (?, ?)');
  const deleteDeltas = database.prepare('DELETE FROM deltas WHERE conversation = ?');
  return {
    read: (conversation) => read.all(conversation).map(fromColumns),
    bytes: (conversation) => Number(bytes.get(conversation)?.bytes),
    write: (conversation, from, messages, state = 'final') => {
      for (const [index, { role, content }] of messages.entries()) {
        const position = from + index;
        write.run({ conversation, position, pending: Number(state === 'pending'), role, content: toColumn(content) });
      }
    },
    finalizePending: (conversation) => void finalizePending.run(conversation),
    deletePending: (conversation) => void deletePending.run(conversation),
    deleteAllOf: (conversation) => void deleteAllOf.run(conversation),
    addDelta: (conversation, text) => void addDelta.run(conversation, text),
    deleteDeltas: (conversation) => void deleteDeltas.run(conversation),
  };
}

/** The size that the message has in the file, in bytes. */
export function messageBytes({ content }: Message): number {
  return Buffer.byteLength(toColumn(content));
}

function toColumn(content: Message['content']): string {
  return JSON.stringify(content);
}

const Columns = z.object({ role: z.enum(['user', 'assistant']), content: z.string() });

/** The content is not validated: only this app writes it. */
function fromColumns(row: unknown): Message {
  const { role, content } = Columns.parse(row);
  return { role, content: JSON.parse(content) } as Message;
}
