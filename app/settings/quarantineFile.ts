/** A file that cannot be read is kept for whoever wants to look at it, and no longer in the way. */
import { existsSync, renameSync } from 'node:fs';

/**
 * Renames the file, and those of the same name with one of the suffixes, to `name.broken-<time>`.
 * @returns the new name of the file.
 * @throws where it cannot be renamed.
 */
export function setAside(file: string, suffixes: readonly string[] = []): string {
  const aside = `${file}.broken-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const suffix of ['', ...suffixes]) {
    if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
  }
  return aside;
}
