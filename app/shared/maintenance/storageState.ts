/** The state of the data folder, for the window. Units as in `contract.ts`. */
import type { Problem } from '../problems';

/** A database that could not be used and was renamed; nothing of it is in the current one. */
export interface QuarantinedDatabase {
  /** The name of the file in the data folder. */
  file: string;
  /** `newer`: a later version of the app wrote it. `incomplete`: a table or a column is missing. */
  reason: 'damaged' | 'newer' | 'incomplete';
  /** What is wrong with it. */
  detail: string;
  at: number;
}

/** The data folder: whether the app can write it, and what it is doing there. */
export interface StorageState {
  problem?: Problem;
  /** Until they are restored or dismissed, the newest first. */
  quarantined: QuarantinedDatabase[];
  /** Present while stored conversations are being deleted. */
  deletion?: {
    /** From 0 to 1. */
    done: number;
  };
}

/** What came of restoring a database. */
export interface RestoreResult {
  /** Conversations that are stored again. */
  conversations: number;
  /** Conversations that could not be read; the file stays if there are any. */
  unreadable: number;
}
