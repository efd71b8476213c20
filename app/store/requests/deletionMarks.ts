/** Up to which number requests, or only their texts, are deleted: they are gone at once, and removed from the file later. */
import type { Database } from '../database';
import type { DeletionMarks } from './requestsTable';

export interface StoredDeletionMarks extends DeletionMarks {
  /** Marks the rows, or their texts, up to this number as deleted. Never goes back. @throws SQLite's errors. */
  raise(what: keyof DeletionMarks, before: number): void;
}

/** Reads the marks of the database, anew where another file has taken its place. */
export function deletionMarks(database: Database): StoredDeletionMarks {
  const all = database.prepare('SELECT what, before FROM request_deletions');
  const save = database.prepare(
    `INSERT INTO request_deletions (what, before) VALUES (?, ?)
     ON CONFLICT (what) DO UPDATE SET before = max(before, excluded.before)`,
  );
  let marks: DeletionMarks = NONE;
  const load = () => {
    try {
      const stored = Object.fromEntries(all.all().map(({ what, before }) => [String(what), Number(before)]));
      const rows = stored.rows ?? 0;
      marks = { rows, texts: Math.max(rows, stored.texts ?? 0) };
    } catch {
      // It has been reported; nothing can be read from such a file.
      marks = NONE;
    }
  };
  load();
  database.onReplaced(load);
  return {
    get rows() {
      return marks.rows;
    },
    get texts() {
      return marks.texts;
    },
    raise: (what, before) => {
      save.run(what, before);
      const rows = what === 'rows' ? Math.max(marks.rows, before) : marks.rows;
      marks = { rows, texts: Math.max(marks.texts, before) };
    },
  };
}

const NONE: DeletionMarks = { rows: 0, texts: 0 };
