/**
 * Which accounts were added, their names, and which one is the default. Kept in a file. Where that cannot be read, no account is the
 * default until the owner chooses one: a guess could have another account pay than the owner has chosen.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { MAIN_ACCOUNT, MAIN_ACCOUNT_NAME } from '../../shared/cli/accounts';
import { errorText } from '../../shared/errorText';

export interface AddedAccount {
  readonly id: string;
  readonly name: string;
}

export interface AccountList {
  /** In the order in which they were added. */
  readonly added: readonly AddedAccount[];
  /** undefined where the owner has to choose one. */
  readonly defaultId: string | undefined;
  /** Whether the file was read, so that an account that is missing here is known to have been removed. */
  readonly wasRead: boolean;
  /** The name of an account; undefined where there is none of that id. */
  nameOf(id: string): string | undefined;
  /** @throws Error for the owner where another account has the name, there are too many, or the file cannot be written. */
  add(name: string): AddedAccount;
  /** @throws Error like `add`, and where there is no such account. */
  rename(id: string, name: string): void;
  /** @throws Error where there is no such account or the file cannot be written. */
  makeDefault(id: string): void;
  /** @throws Error like `makeDefault`, for the main account, and for the default one: what it answered would be another's. */
  remove(id: string): void;
}

const Stored = z.object({
  defaultId: z.string().nullable(),
  mainName: z.string().optional(),
  // The id is the name of a folder.
  added: z.array(z.object({ id: z.uuid(), name: z.string() })),
});
type Stored = z.infer<typeof Stored>;

const MAX_ADDED = 20;

/** @param onWarning called with a message for the log where the file cannot be read. */
export function openAccountList(file: string, onWarning: (message: string) => void): AccountList {
  let stored: Stored = { defaultId: MAIN_ACCOUNT, added: [] };
  let wasRead = true;
  try {
    if (existsSync(file)) stored = Stored.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    stored = { defaultId: null, added: [] };
    wasRead = false;
    onWarning(`the list of accounts could not be read, so a default account has to be chosen: ${errorText(error)}`);
  }

  const nameOf = (id: string) =>
    id === MAIN_ACCOUNT ? (stored.mainName ?? MAIN_ACCOUNT_NAME) : stored.added.find((one) => one.id === id)?.name;

  const demandExists = (id: string) => {
    if (nameOf(id) === undefined) throw new Error('There is no such account any more.');
  };

  const demandFreeName = (name: string, id?: string) => {
    const others = [MAIN_ACCOUNT, ...stored.added.map((one) => one.id)].filter((other) => other !== id);
    const isTaken = others.some((other) => nameOf(other)?.toLowerCase() === name.toLowerCase());
    if (isTaken) throw new Error(`There is an account named “${name}” already.`);
  };

  const write = (next: Stored) => {
    try {
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      const draft = `${file}.new`;
      writeFileSync(draft, JSON.stringify(next), { mode: 0o600 });
      renameSync(draft, file);
    } catch (error) {
      throw new Error(`The accounts could not be stored: ${errorText(error)}`, { cause: error });
    }
    stored = next;
  };

  return {
    get added() {
      return stored.added;
    },
    get defaultId() {
      return stored.defaultId !== null && nameOf(stored.defaultId) !== undefined ? stored.defaultId : undefined;
    },
    get wasRead() {
      return wasRead;
    },
    nameOf,
    add: (name) => {
      demandFreeName(name);
      if (stored.added.length >= MAX_ADDED)
        throw new Error(`There are ${MAX_ADDED} added accounts already: remove one first.`);
      const account = { id: randomUUID(), name };
      write({ ...stored, added: [...stored.added, account] });
      return account;
    },
    rename: (id, name) => {
      demandExists(id);
      demandFreeName(name, id);
      if (id === MAIN_ACCOUNT) write({ ...stored, mainName: name });
      else write({ ...stored, added: stored.added.map((one) => (one.id === id ? { ...one, name } : one)) });
    },
    makeDefault: (id) => {
      demandExists(id);
      write({ ...stored, defaultId: id });
    },
    remove: (id) => {
      demandExists(id);
      if (id === MAIN_ACCOUNT) throw new Error('This computer’s own sign-in cannot be removed.');
      if (id === stored.defaultId) throw new Error('Make another account the default one first.');
      write({ ...stored, added: stored.added.filter((one) => one.id !== id) });
    },
  };
}
