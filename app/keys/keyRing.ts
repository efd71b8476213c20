/**
 * The API keys: makes, verifies and changes them. All are in memory, so that no request waits for the database; their last use is written
 * every five seconds. Where the database cannot be used, no key is valid, because a revocation could be missing.
 */
import { randomUUID } from 'node:crypto';
import type { Log } from '../log/log';
import type { ApiKey, CreatedKey, KeyChange, KeysState, NewKey } from '../shared/access/keys';
import { asError, errorText } from '../shared/errorText';
import { localDay } from '../shared/localDay';
import { type Database, transaction } from '../store/database';
import { keysTable, type StoredKey } from '../store/keysTable';
import { claimsToBeKey, hashOf, isSameHash, newSecret, prefixOf } from './secret';

/** What a secret is. `reason`: why it is refused, as a sentence for the client, which does not repeat the secret. */
export type KeyVerdict =
  | { readonly kind: 'valid'; readonly key: ApiKey }
  | { readonly kind: 'unknown' | 'revoked' | 'expired' | 'unavailable'; readonly reason: string };

/** Who uses a key. */
export interface KeyUse {
  readonly address: string;
  readonly client: string;
}

export interface KeyRing {
  readonly state: KeysState;
  /** Takes the same time for every secret. */
  verify(secret: string): KeyVerdict;
  /** Notes the use of a key, which is written later. */
  used(id: string, use: KeyUse): void;
  /** The key's name, also where it was deleted; the id where nothing is known of it, and '' for ''. */
  nameOf(id: string): string;
  /** The id of the account that the key names; null for the default one, and for ''. */
  accountOf(id: string): string | null;
  /** @throws Error for the owner where the key cannot be stored or another key has the name. */
  create(key: NewKey): CreatedKey;
  /** @throws Error like `create`, and where there is no such key. */
  change(id: string, change: KeyChange): ApiKey;
  /** The key is refused from now on, even where this throws. @throws Error where the revocation could not be stored yet. */
  revoke(id: string): ApiKey;
  /** Revokes the key and removes it from the list. @throws Error like `revoke`. */
  delete(id: string): void;
  /** Writes what has not been written yet. */
  close(): void;
}

export interface KeyRingOptions {
  readonly database: Database;
  readonly log: Log;
  /** Called after each change of `state`; after the use of a key, within `writeAfterMs`. */
  readonly onChange: () => void;
  /** Called when a key has been revoked or deleted. */
  readonly onRevoked?: (id: string) => void;
  /** Ms since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /** Default 5 s. */
  readonly writeAfterMs?: number;
}

/** Each is compared with every secret that arrives. */
const MAX_KEYS = 500;
const WRITE_AFTER_MS = 5_000;
/** How often keys that could not be read are read again. */
const RELOAD_AFTER_MS = 5_000;

const DEFAULTS = {
  ...{ expiresAt: null, models: [], requestsPerMinute: null, tokensPerDay: null, usdPerDay: null },
  ...{ scopes: ['inference' as const], inUrl: false, accountId: null },
};

/** Never throws for the sake of the database: what it cannot do becomes `state`. */
export function openKeyRing(options: KeyRingOptions): KeyRing {
  const { database, log, onChange, onRevoked = () => {}, now = Date.now, writeAfterMs = WRITE_AFTER_MS } = options;
  const table = keysTable(database);
  /** By id, also the deleted ones. */
  const keys = new Map<string, StoredKey>();
  /** The ids of keys whose state in memory is newer than in the database. */
  const unwritten = new Set<string>();
  let problem: string | null = null;
  let loadedAt = 0;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const load = () => {
    loadedAt = now();
    // Another file may have other keys, but what was revoked meanwhile stays so.
    for (const id of keys.keys()) if (!unwritten.has(id)) keys.delete(id);
    try {
      if (database.kind === 'memory') throw new Error('the data folder cannot be used');
      for (const key of table.all()) if (!unwritten.has(key.id)) keys.set(key.id, key);
      problem = null;
    } catch (error) {
      problem = `No API key is accepted, because the keys could not be read: ${errorText(error)}.`;
      log.error('the API keys could not be read', { error: asError(error) });
    }
  };

  const writeSoon = () => {
    if (!closed) timer ??= setTimeout(writeUnwritten, writeAfterMs).unref();
  };

  function writeUnwritten(): void {
    clearTimeout(timer);
    timer = undefined;
    // The last uses since the previous time; a busy key is not reported with each request.
    onChange();
    const changed = [...unwritten].flatMap((id) => keys.get(id) ?? []);
    if (changed.length === 0) return;
    try {
      if (database.kind !== 'file') throw new Error('the data folder cannot be written');
      transaction(database, () => {
        for (const key of changed) table.save(key);
      });
      unwritten.clear();
    } catch (error) {
      log.warn('changes of API keys could not be written; this will be tried again', { error: asError(error) });
      writeSoon();
    }
  }

  /** Stores the key, then takes it over. @throws Error */
  const store = (key: StoredKey): void => {
    if (problem !== null) throw new Error(problem);
    if (database.kind !== 'file')
      throw new Error('The key cannot be stored, because the data folder cannot be written.');
    try {
      transaction(database, () => table.save(key));
    } catch (error) {
      throw new Error(`The key could not be stored: ${errorText(error)}`, { cause: error });
    }
    unwritten.delete(key.id);
    keys.set(key.id, key);
    onChange();
  };

  const listed = () => [...keys.values()].filter(({ hash }) => hash !== null);

  const existing = (id: string): StoredKey => {
    const key = keys.get(id);
    if (!key || key.hash === null) throw new Error('There is no such API key any more.');
    return key;
  };

  const demandFreeName = (name: string, id: string) => {
    const taken = listed().some((key) => key.id !== id && key.name.toLowerCase() === name.toLowerCase());
    if (taken) throw new Error(`There is an API key named “${name}” already.`);
  };

  /** Makes the key invalid at once, whatever the database does. @throws Error where that is not stored. */
  const invalidate = (key: StoredKey): void => {
    keys.set(key.id, key);
    unwritten.add(key.id);
    onChange();
    onRevoked(key.id);
    writeUnwritten();
    if (unwritten.has(key.id))
      throw new Error(
        'The key is refused from now on, but that could not be stored: should Claudacity end before the data folder can be written, the key is valid again.',
      );
  };

  database.onReplaced(() => {
    load();
    if (unwritten.size > 0) writeSoon();
    onChange();
  });
  load();

  return {
    get state() {
      const newestFirst = listed().sort((a, b) => b.createdAt - a.createdAt);
      return { keys: newestFirst.map(withoutHash), problem };
    },
    verify: (secret) => {
      if (problem !== null && now() - loadedAt > RELOAD_AFTER_MS) load();
      if (problem !== null) return { kind: 'unavailable', reason: problem };
      const hash = hashOf(secret);
      // All are compared, so that the time does not tell which one is alike.
      const [found] = listed().filter((key) => isSameHash(key.hash ?? '', hash));
      if (!found) return { kind: 'unknown', reason: claimsToBeKey(secret) ? UNKNOWN : FOREIGN };
      const { name, revokedAt, expiresAt } = found;
      if (revokedAt !== null)
        return {
          kind: 'revoked',
          reason: `the API key “${name}” was revoked on ${localDay(revokedAt)}: use another key`,
        };
      if (expiresAt !== null && expiresAt <= now())
        return { kind: 'expired', reason: `the API key “${name}” expired on ${localDay(expiresAt)}: use another key` };
      return { kind: 'valid', key: withoutHash(found) };
    },
    used: (id, { address, client }) => {
      const key = keys.get(id);
      if (!key || key.hash === null) return;
      keys.set(id, { ...key, lastUsedAt: now(), lastAddress: address, lastClient: client });
      unwritten.add(id);
      writeSoon();
    },
    nameOf: (id) => keys.get(id)?.name ?? id,
    accountOf: (id) => keys.get(id)?.accountId ?? null,
    create: (created) => {
      demandFreeName(created.name, '');
      if (listed().length >= MAX_KEYS) throw new Error(`There are ${MAX_KEYS} API keys already: delete one first.`);
      const secret = newSecret();
      const key: StoredKey = {
        ...{ id: randomUUID(), prefix: prefixOf(secret), hash: hashOf(secret), createdAt: now(), revokedAt: null },
        ...{ lastUsedAt: null, lastAddress: '', lastClient: '' },
        ...DEFAULTS,
        ...definedFields(created),
        name: created.name,
      };
      store(key);
      log.info('an API key was made', { key: key.name, prefix: key.prefix });
      return { apiKey: withoutHash(key), secret };
    },
    change: (id, change) => {
      const key = { ...existing(id), ...definedFields(change) };
      demandFreeName(key.name, id);
      store(key);
      return withoutHash(key);
    },
    revoke: (id) => {
      const key = existing(id);
      const revoked = { ...key, revokedAt: key.revokedAt ?? now() };
      log.info('an API key was revoked', { key: key.name, prefix: key.prefix });
      invalidate(revoked);
      return withoutHash(revoked);
    },
    delete: (id) => {
      const key = existing(id);
      log.info('an API key was deleted', { key: key.name, prefix: key.prefix });
      invalidate({ ...key, revokedAt: key.revokedAt ?? now(), hash: null });
    },
    close: () => {
      if (closed) return;
      writeUnwritten();
      closed = true;
      clearTimeout(timer);
    },
  };
}

const UNKNOWN = 'Claudacity does not know this API key: copy it again, or make a new one in Claudacity';
const FOREIGN = 'this is not an API key of Claudacity, which begin with cld_: make one in Claudacity';

function withoutHash({ hash: _, ...key }: StoredKey): ApiKey {
  return { ...key, models: [...key.models], scopes: [...key.scopes] };
}

/** A field that is undefined counts as absent. */
function definedFields<T extends object>(fields: T): { [F in keyof T]: Exclude<T[F], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [F in keyof T]: Exclude<T[F], undefined> };
}
