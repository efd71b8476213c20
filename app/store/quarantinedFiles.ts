/** The databases that could not be used and were renamed: listed until the user restores or dismisses them. */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { quarantinedName } from '../settings/quarantineFile';
import type { QuarantinedDatabase, RestoreResult } from '../shared/contract';
import { errorText } from '../shared/errorText';
import type { Database, QuarantinedFile } from './database';
import { COMPANION_SUFFIXES, openFile } from './sqlite/connection';
import type { Maintenance } from './sqlite/maintenance';

export interface QuarantinedFiles {
  /** The newest first; without files that do not exist any more. Empty where the database fails. */
  list(): QuarantinedDatabase[];
  add(file: QuarantinedFile, at: number): void;
  /**
   * Adds what the file holds to the database, and takes it off the list. The file is deleted if everything could be read.
   * @throws Error that says why nothing was restored; the file stays on the list.
   */
  restore(name: string): Promise<RestoreResult>;
  /** Takes the file off the list. */
  dismiss(name: string): void;
  /** Deletes all files, also dismissed ones: they have conversations that the user wants to be gone. */
  deleteAll(): void;
  /** Deletes the files that were quarantined before that time (ms since the epoch). */
  deleteOlder(time: number): void;
}

export function quarantinedFiles(database: Database, maintenance: Pick<Maintenance, 'restore'>): QuarantinedFiles {
  const folder = path.dirname(database.file);
  const insert = database.prepare(
    'INSERT OR REPLACE INTO quarantined_files (file, reason, detail, at) VALUES (?, ?, ?, ?)',
  );
  const all = database.prepare('SELECT file, reason, detail, at FROM quarantined_files ORDER BY at DESC');
  const remove = database.prepare('DELETE FROM quarantined_files WHERE file = ?');
  const pathOf = (name: string) => path.join(folder, path.basename(name));

  const deleteFile = (name: string) => {
    for (const suffix of ['', ...COMPANION_SUFFIXES]) rmSync(pathOf(name) + suffix, { force: true });
  };

  const list = (): QuarantinedDatabase[] => {
    try {
      return all
        .all()
        .map((row) => Columns.parse(row))
        .filter(({ file }) => existsSync(pathOf(file)));
    } catch {
      return [];
    }
  };

  /** Those in the folder, whether listed or not. */
  const filesInFolder = (): string[] => {
    const isQuarantined = quarantinedName(database.file);
    return readdirSync(folder).filter((name) => isQuarantined(name) && !/-(wal|shm)$/.test(name));
  };

  return {
    list,
    add: ({ file, reason, detail }, at) => insert.run(path.basename(file), reason, detail, at),
    restore: async (name) => {
      const listed = list().find(({ file }) => file === name);
      if (!listed) throw new Error(`${name} is not there any more`);
      try {
        // Brings the schema up to date, and throws where the file cannot be used.
        openFile(pathOf(name)).close();
      } catch (error) {
        throw new Error(`${name} cannot be restored: ${errorText(error)}`, { cause: error });
      }
      const result = await maintenance.restore(pathOf(name));
      remove.run(name);
      if (result.unreadable === 0) deleteFile(name);
      return result;
    },
    dismiss: (name) => remove.run(name),
    deleteAll: () => {
      for (const name of filesInFolder()) deleteFile(name);
    },
    deleteOlder: (time) => {
      for (const name of filesInFolder()) {
        const stat = statSync(pathOf(name), { throwIfNoEntry: false });
        if (stat && stat.ctimeMs < time) deleteFile(name);
      }
    },
  };
}

const Columns = z.object({
  file: z.string(),
  reason: z.enum(['damaged', 'newer', 'incomplete']),
  detail: z.string(),
  at: z.number(),
});
