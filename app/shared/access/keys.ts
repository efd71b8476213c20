/** API keys as the window and the command see them: what a key has, and the schemas of what the owner may set. */
import { z } from 'zod';
import type { Usage } from '../usage';
import { KEY_SCOPES, type KeyScope } from './keyScopes';

export { KEY_SCOPES, type KeyScope } from './keyScopes';

/** What every key starts with, so that people and secret scanners recognise one. */
export const KEY_START = 'cld_';

/** A key without its secret. Limits are null where there is none. */
export interface ApiKey {
  id: string;
  name: string;
  /** The start of the secret, by which its owner recognises it: `cld_ab12`. */
  prefix: string;
  createdAt: number;
  /** null: it never expires. */
  expiresAt: number | null;
  /** null unless it was revoked. */
  revokedAt: number | null;
  /** The models that it may use, by id or full name; empty for all. */
  models: string[];
  /** Within any 60 seconds. */
  requestsPerMinute: number | null;
  /** Of all kinds, since midnight, local time. */
  tokensPerDay: number | null;
  /** At list prices, since midnight, local time. */
  usdPerDay: number | null;
  scopes: KeyScope[];
  /** The id of the account that answers its requests, which may have been removed; null for the default one. */
  accountId: string | null;
  /** Whether it may be a part of the URL: `/k/KEY/…`. */
  inUrl: boolean;
  /** null until it is used. */
  lastUsedAt: number | null;
  /** The peer's address and the client's name of its last request; '' until it is used. */
  lastAddress: string;
  lastClient: string;
}

/** A key that was just made. */
export interface CreatedKey {
  apiKey: ApiKey;
  /** The secret, which is stored nowhere and cannot be shown again. */
  secret: string;
}

/** All keys that were not deleted, the newest first. */
export interface KeysState {
  keys: ApiKey[];
  /** Why no key is accepted, as a sentence; null where keys can be used. */
  problem: string | null;
}

/** What the requests of one key have used. */
export interface KeyUsage {
  keyId: string;
  keyName: string;
  requests: number;
  usage: Usage;
}

/** The owner's name for a key or an account. It becomes a metric's label and a part of log lines, so it has no control characters. */
export const ownersName = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(60)
  .regex(/^\P{C}+$/u, 'must not have control characters');
const models = z.array(z.string().trim().min(1).max(200)).max(100);
const scopes = z.array(z.enum(KEY_SCOPES)).min(1, 'must have at least one entry').max(KEY_SCOPES.length);
const wholeNumber = z.int().min(1).max(1e12).nullable();

const fields = {
  name: ownersName,
  /** Ms since the epoch. */
  expiresAt: z.number().min(0).max(8.64e15).nullable(),
  models,
  requestsPerMinute: z.int().min(1).max(100_000).nullable(),
  tokensPerDay: wholeNumber,
  usdPerDay: z.number().positive().max(1e6).nullable(),
  scopes,
  accountId: z.string().max(100).nullable(),
  inUrl: z.boolean(),
};

/** The fields of a key that its owner may change; those that are absent stay as they are. */
export const keyChange = z.strictObject(fields).partial();
export type KeyChange = z.infer<typeof keyChange>;

/** A new key: it never expires, has no limits and reaches `inference` alone, unless the fields say otherwise. */
export const newKey = z.strictObject({ ...keyChange.shape, name: ownersName });
export type NewKey = z.infer<typeof newKey>;
