/** The secrets of API keys: how they are made, recognised and compared. A secret itself is stored nowhere. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { KEY_START } from '../shared/access/keys';

const SECRET_BYTES = 32;
const PREFIX_LENGTH = KEY_START.length + 4;

/** A new secret: `cld_` and 32 random bytes in base64url. */
export function newSecret(): string {
  return KEY_START + randomBytes(SECRET_BYTES).toString('base64url');
}

/** Whether the text claims to be a key of this app: other values are what programs send to servers that want none, such as `ollama`. */
export function claimsToBeKey(text: string): boolean {
  return text.startsWith(KEY_START);
}

/** The part of a secret that may be shown. */
export function prefixOf(secret: string): string {
  return secret.slice(0, PREFIX_LENGTH);
}

/**
 * What is stored of a secret. A slow hash would add nothing, since 32 random bytes cannot be guessed, and would cost its time with every
 * request.
 */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Compares two hashes in a time that does not depend on how much of them is equal. */
export function isSameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
