/**
 * Loads a bundle of ours with what V8 compiled of it at an earlier start, which takes a fifth of the time. The compiled code is in the data folder,
 * which only the user can write; whoever writes there can also name the program that the app runs as the CLI.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Script } from 'node:vm';

export interface CompiledBundle {
  /** What the bundle exports. */
  readonly exports: unknown;
  /** Stores the code that has been compiled until now, where the stored one is missing or V8 does not accept it. Never throws. */
  store(): void;
}

/**
 * @param file a CommonJS bundle, in ASCII.
 * @param digest tells this bundle from every other version of it: V8 compares only the length. Where it is '', no code is stored or read.
 * @param folder where compiled code is stored; it need not exist.
 * @throws what the bundle throws
 */
export function loadBundle(file: string, digest: string, folder: string): CompiledBundle {
  const source = readFileSync(file, 'latin1');
  const compiledFile = path.join(folder, `${path.basename(file)}-${digest}.${process.versions.v8}`);
  const cachedData = digest === '' ? undefined : readOptional(compiledFile);
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${source}\n})`;
  const script = new Script(wrapped, { filename: file, ...(cachedData && { cachedData }) });
  let isStored = digest === '' || (cachedData !== undefined && script.cachedDataRejected !== true);
  const module = { exports: {} as unknown };
  script.runInThisContext()(module.exports, createRequire(file), module, file, path.dirname(file));
  return {
    exports: module.exports,
    store() {
      if (isStored) return;
      isStored = true;
      try {
        replaceStored(folder, path.basename(file), compiledFile, script.createCachedData());
      } catch {
        // The disk is full or cannot be written: the next start takes longer.
      }
    },
  };
}

function readOptional(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Those of earlier versions of the bundle go. */
function replaceStored(folder: string, bundle: string, file: string, code: Buffer): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(folder))
    if (name.startsWith(`${bundle}-`)) rmSync(path.join(folder, name), { force: true });
  // Another process may read it at this moment.
  const incoming = `${file}.${process.pid}`;
  writeFileSync(incoming, code, { mode: 0o600 });
  renameSync(incoming, file);
}
