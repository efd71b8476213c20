/**
 * Loads a bundle of ours with what V8 compiled of it at an earlier start, which takes a fifth of the time. The compiled code is in the data folder,
 * which only the user can write; whoever writes there can also name the program that the app runs as the CLI.
 */
import { createHash } from 'node:crypto';
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

/** @param file a CommonJS bundle. @param folder where compiled code is stored; it need not exist. @throws what the bundle throws */
export function loadBundle(file: string, folder: string): CompiledBundle {
  const source = readFileSync(file, 'utf8');
  // V8 compares only the length of the source.
  const digest = createHash('sha256').update(source).update(process.versions.v8).digest('hex').slice(0, 32);
  const compiledFile = path.join(folder, `${path.basename(file)}-${digest}`);
  const cachedData = readOptional(compiledFile);
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${source}\n})`;
  const script = new Script(wrapped, { filename: file, ...(cachedData && { cachedData }) });
  let isStored = cachedData !== undefined && script.cachedDataRejected !== true;
  const module = { exports: {} as unknown };
  script.runInThisContext()(module.exports, createRequire(file), module, file, path.dirname(file));
  return {
    exports: module.exports,
    store() {
      if (isStored) return;
      isStored = true;
      try {
        replaceStored(folder, compiledFile, script.createCachedData());
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
function replaceStored(folder: string, file: string, code: Buffer): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const prefix = `${path.basename(file).replace(/-[^-]*$/, '')}-`;
  for (const name of readdirSync(folder)) if (name.startsWith(prefix)) rmSync(path.join(folder, name), { force: true });
  // Another process may read it at this moment.
  const incoming = `${file}.${process.pid}`;
  writeFileSync(incoming, code, { mode: 0o600 });
  renameSync(incoming, file);
}
