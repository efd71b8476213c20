/**
 * Notices that the installed program was replaced while it runs: by the system's package manager, or by an archive that was unpacked in its place.
 * The app goes on answering with the files that it has open, but Chromium cannot start another process of it.
 */
import { execFile } from 'node:child_process';
import { type FSWatcher, statSync, watch } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '../../log/log';

export interface RunningProgram {
  /** Whether another file, or none, is in the place of the running one. */
  isReplaced(): boolean;
  /** Calls the listener with the version of the program that has come into the place of this one. Returns the function that ends this. */
  onReplaced(listener: (version: string) => void): () => void;
}

export interface RunningProgramOptions {
  readonly execPath: string;
  /** Where package.json is. */
  readonly appPath: string;
  readonly log: Pick<Log, 'debug'>;
}

/** A package manager writes for some seconds. */
const SETTLED_MS = 2_000;
const ANSWER_WITHIN_MS = 20_000;

/** Call it while the program is as it was started. */
export function runningProgram({ execPath, appPath, log }: RunningProgramOptions): RunningProgram {
  const original = fileId(execPath);
  const isReplaced = () => fileId(execPath) !== original;

  const onReplaced = (listener: (version: string) => void) => {
    let timer: NodeJS.Timeout | undefined;
    let watcher: FSWatcher | undefined;
    let isEnded = false;
    const end = () => {
      isEnded = true;
      clearTimeout(timer);
      watcher?.close();
    };
    const look = async () => {
      // A program that is removed is none to start.
      if (!isReplaced() || fileId(execPath) === undefined) return;
      try {
        const version = await installedVersion(execPath, appPath);
        if (isEnded) return;
        end();
        listener(version);
      } catch (error) {
        log.debug('the program was replaced by one that does not start yet', { error: String(error) });
        lookSoon();
      }
    };
    const lookSoon = () => {
      clearTimeout(timer);
      if (!isEnded) timer = setTimeout(() => void look(), SETTLED_MS).unref();
    };
    try {
      watcher = watch(path.dirname(execPath), { persistent: false }, lookSoon).on('error', () => {});
    } catch (error) {
      log.debug('nothing tells when the program is replaced', { error: String(error) });
    }
    return end;
  };
  return { isReplaced, onReplaced };
}

/** A file that is replaced is another one with the same name. */
function fileId(file: string): string | undefined {
  const info = statSync(file, { throwIfNoEntry: false });
  return info && `${info.dev}:${info.ino}`;
}

/** This process sees the archive as it was: a new one of the new program reads its version. */
async function installedVersion(program: string, appPath: string): Promise<string> {
  const script = `require(${JSON.stringify(path.join(appPath, 'package.json'))}).version`;
  const options = { timeout: ANSWER_WITHIN_MS, env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } };
  const { stdout } = await promisify(execFile)(program, ['-p', script], options);
  const version = stdout.trim();
  if (!/^\d+\.\d+\.\d+/.test(version)) throw new Error('the new program has no version');
  return version;
}
