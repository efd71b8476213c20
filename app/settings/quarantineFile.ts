/** Moves an unreadable file out of the way without losing it. */
import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';

/**
 * Renames the file, and those of the same name with one of the suffixes, to `name.broken-<time>`.
 * @returns the new name of the file.
 * @throws where it cannot be renamed.
 */
export function quarantineFile(file: string, suffixes: readonly string[] = []): string {
  const quarantined = `${file}.broken-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const suffix of ['', ...suffixes]) {
    if (existsSync(file + suffix)) renameSync(file + suffix, quarantined + suffix);
  }
  return quarantined;
}

/** Returns the test whether a name is one that `quarantineFile` has given to the file. */
export function quarantinedName(file: string): (name: string) => boolean {
  const prefix = `${path.basename(file)}.broken-`;
  return (name) => name.startsWith(prefix);
}
