/** The empty folder in which every process of the CLI runs. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Workspace {
  /** Creates the folder where it does not exist, or a temporary one where that is not possible. @throws where neither is. */
  folder(): string;
  /** Removes the temporary folder, if there is one. Never throws. */
  remove(): void;
}

/** @param onUse called with the error where the folder could not be created, with undefined where it exists. */
export function createWorkspace(preferred: string, onUse: (error: unknown) => void): Workspace {
  let temporary: string | undefined;
  return {
    folder: () => {
      try {
        mkdirSync(preferred, { recursive: true, mode: 0o700 });
        onUse(undefined);
        return preferred;
      } catch (error) {
        onUse(error);
      }
      if (temporary !== undefined) mkdirSync(temporary, { recursive: true, mode: 0o700 });
      else temporary = mkdtempSync(path.join(tmpdir(), 'claudacity-'));
      return temporary;
    },
    remove: () => {
      if (temporary === undefined) return;
      try {
        rmSync(temporary, { recursive: true, force: true });
      } catch {
        // The system empties its folder for temporary files.
      }
    },
  };
}
