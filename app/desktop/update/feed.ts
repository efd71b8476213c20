/**
 * Who could misuse updates: whoever controls the address that they come from, somebody between it and this computer, and a program of this user
 * that changes the address in the settings. An update is a program that runs as the user, and as root where the system's package manager installs
 * it. So addresses are HTTPS; the list of files (`latest*.yml`) is checked against the key that is in the package, where there is one; packages
 * that are installed as root are updated only with such a key; files are compared with the SHA-512 of the list; and no older version is taken.
 * The address learns the time, this computer's network address and what it asks for; no identifier is sent.
 */
import { createPublicKey, verify } from 'node:crypto';
import { z } from 'zod';

/** The list of the newest version's files, as electron-builder writes it. A file is in the list's own folder. */
export const fileList = z.looseObject({
  version: z.string().regex(/^\d+\.\d+\.\d+(-[\w.]+)?$/),
  files: z
    .array(
      z.looseObject({
        url: z.string().regex(/^[\w.+~ -]+$/),
        sha512: z.string().regex(/^[\w+/]{86}==$/),
        size: z.int().positive(),
      }),
    )
    .min(1),
});

/**
 * Normalises the address of the folder with the updates.
 * @throws Error with a sentence for the user, where it is none.
 */
export function feedUrl(text: string): URL {
  const url = parsedUrl(text);
  if (!url || !isSafeAddress(url)) {
    throw new Error('The address for updates must begin with https://.');
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/** Whether nobody on the way can read or change what comes from there. This computer itself needs no encryption: for tests and for a tunnel. */
export function isSafeAddress({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname));
}

/** The oldest Electron has no `URL.canParse`. */
function parsedUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** The address in electron-builder's app-update.yml; undefined where it names none. */
export function packageFeed(config: string): string | undefined {
  return /^url: *['"]?([^'"\s]+)['"]?\s*$/m.exec(config)?.[1];
}

/**
 * Checks the signature of the list.
 * @param signature Ed25519, in Base64.
 * @param key the public key, SubjectPublicKeyInfo in Base64.
 * @throws Error with a sentence for the user.
 */
export function demandSignature(list: string, signature: string, key: string): void {
  const publicKey = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
  const isGenuine =
    publicKey.asymmetricKeyType === 'ed25519' &&
    verify(null, Buffer.from(list, 'utf8'), publicKey, Buffer.from(signature.trim(), 'base64'));
  if (!isGenuine) {
    throw new Error('The update is not signed by the makers of this package, so it was not taken.');
  }
}
