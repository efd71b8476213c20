/**
 * Leases processes for conversations that have a history. It is read from a session file where that is faster than a replay, or where the
 * API may have the conversation in its prompt cache: a session file continues the live conversation byte for byte, a replay does not.
 */
import { errorText } from '../../shared/errorText';
import { ProcessFailedError } from '../pool/errors';
import type { Pool, ProcessLease } from '../pool/pool';
import type { ProcessRequirements } from '../pool/processRequirements';
import type { ApiMessage } from '../process/outgoingMessages';
import type { SessionRow } from './learnRows';
import {
  isLongHistory,
  isSlowToReplay,
  isWorthCaching,
  removeSessionFile,
  splitHistory,
  writeSessionFile,
} from './sessionFile';

export interface HistoryLease extends ProcessLease {
  /** The messages of the history that the process does not hold yet. The caller must replay them. */
  readonly remainingHistory: readonly ApiMessage[];
}

export interface AcquireOptions {
  readonly pool: Pick<Pool, 'acquire'>;
  /** A folder for session files. Each is deleted as soon as a process has read it. */
  readonly sessionFolder: string;
  /** Whether session files may be used now. */
  canResumeSessions(): boolean;
  /** Whether a process that is started now may be sent texts without a turn, which takes less time. */
  appendsTexts(): boolean;
  /** The CLI's notes for a model, as in `SessionRows`. @param model a name that `set_model` accepts; undefined for the default. */
  rowsFor(model: string | undefined): readonly SessionRow[];
  /** Called when the folder was used. @param error why it could not be; undefined where it could. */
  onFolderUse(error: unknown): void;
  /** Called with a message for the log. */
  onWarning(message: string): void;
}

/** As `Claude.acquire`, for a CLI that is up. */
export type AcquireWithHistory = (
  requirements: ProcessRequirements,
  history: readonly ApiMessage[],
  signal: AbortSignal,
) => Promise<HistoryLease>;

export function createAcquireWithHistory(options: AcquireOptions): AcquireWithHistory {
  const { pool, sessionFolder } = options;

  /** A process that is started with the history. Returns undefined where the file cannot be written or the CLI does not read it. */
  const acquireResumed = async (
    requirements: ProcessRequirements,
    history: readonly ApiMessage[],
    rows: readonly SessionRow[],
    signal: AbortSignal,
  ): Promise<ProcessLease | undefined> => {
    const warn = (error: unknown) => {
      if (!(error instanceof ProcessFailedError)) options.onFolderUse(error);
      options.onWarning(`a long history is replayed turn by turn, as its session file failed: ${errorText(error)}`);
      return undefined;
    };
    const sessionFile = await writeSessionFile(sessionFolder, history, rows).catch(warn);
    if (sessionFile === undefined) return undefined;
    options.onFolderUse(undefined);
    try {
      return await pool.acquire({ ...requirements, sessionFile }, signal);
    } catch (error) {
      if (error instanceof ProcessFailedError) return warn(error);
      throw error;
    } finally {
      await removeSessionFile(sessionFile.file);
    }
  };

  return async (requirements, history, signal) => {
    const { resumable, remaining } = splitHistory(history);
    const isLong = isLongHistory(resumable);
    const mayBeCached = requirements.isContinued === true && isWorthCaching(resumable);
    if ((isLong || mayBeCached) && options.canResumeSessions()) {
      const rows = options.rowsFor(requirements.model);
      // Without the notes, a file is of use only where it is faster.
      const isOfUse = rows.length > 0 || isSlowToReplay(resumable, options.appendsTexts());
      const lease = isOfUse ? await acquireResumed(requirements, resumable, rows, signal) : undefined;
      if (lease) return { ...lease, remainingHistory: remaining };
    }
    return { ...(await pool.acquire(requirements, signal)), remainingHistory: history };
  };
}
