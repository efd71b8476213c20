/** What the pool (pool.ts) needs and offers. */
import type { ResumedSession } from '../process/arguments';
import type { ClaudeProcess } from '../process/claudeProcess';
import type { InitializeResult } from '../process/messages';
import type { ProcessRequirements } from './processRequirements';

/**
 * A process for the sole use of one caller, with its system prompt and model set. Its transcript is empty, or has the history
 * of the session file.
 */
export interface ProcessLease {
  readonly process: ClaudeProcess;
  /** How long the request waited because all processes were busy, in ms. */
  readonly queuedMs: number;
  /**
   * Gives the process back: it is emptied for another request, or ended. A turn that runs must have been interrupted. Resolves when that
   * is done.
   */
  release(): Promise<void>;
}

export interface PoolOptions {
  /** Starts a process for the account with this id. Throws where no CLI can be started, or the account is not there any more. */
  start(session: ResumedSession | undefined, account: string): ClaudeProcess;
  /** The id of the account that pays for requests that name none. Default: `MAIN_ACCOUNT`. */
  defaultAccount?(): string;
  /** The most processes that may run at the same time, spare ones included. */
  maxProcesses(): number;
  /**
   * Releases one leased process that is idle. Returns false where there is none.
   * @param wish which process is wanted, where not just any.
   */
  reclaim(wish?: ReclaimWish): boolean;
  /** Whether a process takes so much memory that it should serve no other conversation. Default: none does. */
  isWorn?(process: ClaudeProcess): boolean;
  /** The most requests that may wait for a process. Default 100. */
  readonly queueLimit?: number;
  /** How long a request may wait in the queue, in ms. Default: `DEADLINES.queueMs`. */
  readonly queueMs?: number;
  /** Time without a request after which the prepared processes are ended, in ms. Default 10 minutes. */
  readonly idleMs?: number;
  /** Whether the processes that are started now can serve one conversation after another. */
  reuses(): boolean;
  /** Called with the result of each `initialize`. */
  onInitialized(result: InitializeResult, process: ClaudeProcess): void;
  /** Called when the number of spare processes has changed. */
  onChange(): void;
  /** Called when a spare process has ended by itself or could not be started. */
  onWarning(message: string): void;
}

/** An idle process that a request could use. */
export interface ReclaimWish {
  fits(process: ClaudeProcess): boolean;
  /** Whether only a conversation counts whose replay takes less time than the start of a process. */
  readonly onlyShort: boolean;
}

export interface Pool {
  /**
   * Leases a process. Where the limit of processes is reached, waits in a queue.
   * @throws PoolBusyError, ProcessFailedError, whatever `start` throws, and the signal's reason where it is aborted.
   */
  acquire(requirements: ProcessRequirements, signal: AbortSignal): Promise<ProcessLease>;
  /** Prepares a spare process for a request that is expected. */
  prepare(requirements: ProcessRequirements): void;
  /**
   * Starts the first spare processes. The first one ends when the signal is aborted before it is initialized.
   * @throws ProcessFailedError, and whatever `start` throws, where the first one fails.
   */
  start(signal: AbortSignal): Promise<void>;
  /** The number of spare processes. */
  readonly spares: number;
  /** The pids of all running processes. */
  readonly pids: readonly number[];
  /** The number of running processes, spare ones included. */
  readonly size: number;
  /** The number of requests that wait for a process. While there are any, idle processes should be ended, not kept. */
  readonly waitingRequests: number;
  /**
   * Replaces the spare processes, because the CLI or the account has changed. Leased processes are not affected.
   * @param account the id of the only account that has changed.
   */
  replaceSpares(account?: string): void;
  /** Ends every process of the account, leased ones too. Resolves when all have ended. */
  endAccount(account: string): Promise<void>;
  /** Ends every process, leased ones too, and rejects the requests that wait. Resolves when all processes have ended. */
  close(): Promise<void>;
}
