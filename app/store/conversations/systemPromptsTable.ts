/** The system prompts of the stored conversations. Each is stored once, by hash, since programs send the same with every chat. */
import type { Database } from '../database';
import { sha256 } from '../sqlite/schema';

export interface SystemPromptsTable {
  /** Stores the prompt where it is not stored yet. Returns its hash; null for ''. */
  add(system: string): string | null;
  /** The size of each prompt in bytes, by hash. */
  sizes(): ReadonlyMap<string, number>;
}

export function systemPromptsTable(database: Database): SystemPromptsTable {
  const add = database.prepare('INSERT OR IGNORE INTO system_prompts (hash, text) VALUES (?, ?)');
  const sizes = database.prepare('SELECT hash, octet_length(hash) + octet_length(text) AS bytes FROM system_prompts');
  return {
    add: (system) => {
      if (system === '') return null;
      const hash = sha256(system);
      add.run(hash, system);
      return hash;
    },
    sizes: () => new Map(sizes.all().map(({ hash, bytes }) => [String(hash), Number(bytes)])),
  };
}
