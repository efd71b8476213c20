/**
 * Whether the app can write its data folder. Each part that writes there reports its faults and that it has recovered; the
 * worst fault is the problem that tray, window and `/health` show.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Problem } from '../shared/contract';
import { errorText } from '../shared/errorText';
import { sqliteCode, unusableReason } from './sqlite/connection';

/** What the app writes in the data folder: the database, and its folders for processes and session files. */
export type StoragePart = 'database' | 'children' | 'workspace' | 'replay';

export interface StorageHealth {
  /** Absent while everything can be written. */
  readonly problem: Problem | undefined;
  /** Records that the part could not be written. */
  failed(part: StoragePart, error: unknown): void;
  /** Records that the part was written. */
  recovered(part: StoragePart): void;
  /** Tries to write to the folders that could not be written. Never throws. */
  probeFolders(): void;
}

export interface StorageHealthOptions {
  readonly dataDir: string;
  /** Called when the problem is another one than before. */
  onChange(problem: Problem | undefined): void;
}

export function createStorageHealth({ dataDir, onChange }: StorageHealthOptions): StorageHealth {
  const problems = new Map<StoragePart, Problem>();
  let current: Problem | undefined;

  const update = () => {
    const next = worst([...problems.values()]);
    if (next?.message === current?.message) return;
    current = next;
    onChange(next);
  };

  const failed = (part: StoragePart, error: unknown) => {
    problems.set(part, storageProblem(part, error, dataDir));
    update();
  };
  const recovered = (part: StoragePart) => {
    if (problems.delete(part)) update();
  };

  return {
    get problem() {
      return current;
    },
    failed,
    recovered,
    probeFolders: () => {
      for (const part of problems.keys()) {
        if (part === 'database') continue;
        try {
          writeTo(path.join(dataDir, part));
          recovered(part);
        } catch (error) {
          failed(part, error);
        }
      }
    },
  };
}

/** Writes some bytes, which a full disk refuses even where it still creates files. @throws the file system's errors. */
function writeTo(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const probe = path.join(folder, `.probe-${process.pid}`);
  try {
    writeFileSync(probe, 'probe', { mode: 0o600 });
  } finally {
    rmSync(probe, { force: true });
  }
}

const CODES = ['database_newer', 'disk_full', 'disk_read_only', 'data_folder_unusable'] as const;

function worst(problems: readonly Problem[]): Problem | undefined {
  return CODES.flatMap((code) => problems.filter((problem) => problem.code === code))[0];
}

const SQLITE_READONLY = 8;
const SQLITE_FULL = 13;

const CONSEQUENCE = 'Until then, requests are answered, but new conversations are lost when the app ends.';

function storageProblem(part: StoragePart, error: unknown, dataDir: string): Problem {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const sqlite = sqliteCode(error);
  if (unusableReason(error) === 'newer') {
    return {
      code: 'database_newer',
      message: `The database in ${dataDir} was written by a later version of Claudacity, and is left as it is.`,
      remedy: `Install that version again, or begin a new database; the file stays in the folder. ${CONSEQUENCE} API keys of that file do not count.`,
    };
  }
  if (code === 'ENOSPC' || code === 'EDQUOT' || sqlite === SQLITE_FULL) {
    return {
      code: 'disk_full',
      message: `The disk that holds ${dataDir} is full.`,
      remedy: `Make room on it. ${CONSEQUENCE}`,
    };
  }
  if (code === 'EROFS' || sqlite === SQLITE_READONLY) {
    return {
      code: 'disk_read_only',
      message: `The disk that holds ${dataDir} is read-only.`,
      remedy: `Make it writable, or choose another folder with the variable \`CLAUDACITY_HOME\`. ${CONSEQUENCE}`,
    };
  }
  const consequence = part === 'database' ? ` ${CONSEQUENCE}` : ' Requests are answered all the same.';
  return {
    code: 'data_folder_unusable',
    message: `The ${NAMES[part]} in ${dataDir} cannot be used: ${errorText(error)}.`,
    remedy: `Make sure that you may write there, and that there is a ${part === 'database' ? 'file' : 'folder'} of that name or nothing.${consequence}`,
  };
}

const NAMES: Record<StoragePart, string> = {
  database: 'file `claudacity.db`',
  children: 'folder `children`',
  workspace: 'folder `workspace`',
  replay: 'folder `replay`',
};
