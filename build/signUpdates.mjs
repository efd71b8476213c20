/**
 * `node build/signUpdates.mjs dist`: signs the lists of an update (latest*.yml) for app/desktop/update/feed.ts, each into a file of its own,
 * latest*.yml.sig. The private key, Ed25519 as PEM, is in the variable UPDATE_SIGNING_KEY. Without arguments it makes a key.
 */
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Problem, printLine, runCommand } from './setup/step.mjs';

/** @param {string} folder @param {string} key PEM @returns {string[]} the names of the lists */
export function signUpdates(folder, key) {
  const privateKey = createPrivateKey(key);
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Problem('The key is not Ed25519.', 'Make another one.');
  const lists = fs.readdirSync(folder).filter((name) => /^latest.*\.yml$/.test(name));
  for (const name of lists) {
    const signature = sign(null, fs.readFileSync(path.join(folder, name)), privateKey);
    fs.writeFileSync(path.join(folder, `${name}.sig`), `${signature.toString('base64')}\n`);
  }
  return lists;
}

/** @returns {{ privateKey: string, publicKey: string }} the secrets UPDATE_SIGNING_KEY and UPDATE_PUBLIC_KEY */
export function newUpdateKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  };
}

async function main() {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) {
    const { privateKey, publicKey } = newUpdateKey();
    printLine(`UPDATE_PUBLIC_KEY:\n${publicKey}\n\nUPDATE_SIGNING_KEY:\n${privateKey}`);
    return;
  }
  const key = process.env.UPDATE_SIGNING_KEY;
  if (!key) throw new Problem('UPDATE_SIGNING_KEY is not set.', 'Run this script without arguments to make a key.');
  const lists = signUpdates(folder, key);
  if (lists.length === 0) throw new Problem(`There is no latest*.yml in ${folder}.`, 'Build the packages first.');
  printLine(`Signed: ${lists.join(', ')}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await runCommand(main);
