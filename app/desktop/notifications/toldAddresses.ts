/** The addresses whose refusal the user was told of, kept in a file so that a restart of the app does not tell it again. */
import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { errorText } from '../../shared/errorText';

export interface ToldAddresses {
  has(address: string): boolean;
  /** The file follows soon. */
  add(address: string): void;
  /** Resolves when the file has everything that was added. Never rejects. */
  written(): Promise<void>;
}

/** Any computer of a network may add one, so the oldest are forgotten. */
const MOST = 500;

const Stored = z.array(z.string());

/**
 * @param file created where it does not exist; one that cannot be read counts as empty.
 * @param onWarning called with a message for the log where the file cannot be written.
 */
export function openToldAddresses(file: string, onWarning: (message: string) => void): ToldAddresses {
  const told = new Set(readAddresses(file).slice(-MOST));
  let isChanged = false;
  let writing: Promise<void> | undefined;

  const write = async () => {
    while (isChanged) {
      isChanged = false;
      try {
        await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
        await writeFile(`${file}.new`, JSON.stringify([...told]), { mode: 0o600 });
        await rename(`${file}.new`, file);
      } catch (error) {
        onWarning(`The addresses of refused requests could not be stored: ${errorText(error)}`);
      }
    }
    writing = undefined;
  };

  return {
    has: (address) => told.has(address),
    add: (address) => {
      if (told.has(address)) return;
      told.add(address);
      for (const oldest of told) {
        if (told.size <= MOST) break;
        told.delete(oldest);
      }
      isChanged = true;
      writing ??= write();
    },
    written: async () => writing,
  };
}

function readAddresses(file: string): string[] {
  try {
    return Stored.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return [];
  }
}
