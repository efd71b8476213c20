/** The users whose clients send histories. The name of such a user does not count as a conversation's id. */
import type { Database } from '../database';

export interface HistorySendersTable {
  add(owner: string, user: string): void;
  has(owner: string, user: string): boolean;
  deleteAll(): void;
}

export function historySendersTable(database: Database): HistorySendersTable {
  const add = database.prepare('INSERT OR IGNORE INTO history_senders (owner, user) VALUES (?, ?)');
  const find = database.prepare('SELECT 1 AS found FROM history_senders WHERE owner = ? AND user = ?');
  const deleteAll = database.prepare('DELETE FROM history_senders');
  return {
    add: (owner, user) => void add.run(owner, user),
    has: (owner, user) => find.get(owner, user) !== undefined,
    deleteAll: () => void deleteAll.run(),
  };
}
