/** What the `claude` CLI of this computer (claude.ts) needs and offers. */
import type { PayChoice, Payer, PayWith } from '../shared/cli/payer';
import type { PlanWindow } from '../shared/cli/planWindows';
import type { OwnersAccounts } from './accounts/accounts';
import type { AvailabilityTimes } from './availability';
import type { HistoryLease } from './history/acquireWithHistory';
import type { ClaudeState } from './installation/installation';
import type { ClaudeProblem } from './installation/problems';
import type { Model, ModelLimits } from './models';
import type { ReclaimWish } from './pool/pool';
import type { ProcessRequirements } from './pool/processRequirements';
import type { ClaudeProcess } from './process/claudeProcess';
import type { Deadlines } from './process/deadlines/deadlines';
import type { RateLimitInfo } from './process/messages';
import type { ApiMessage } from './process/outgoingMessages';
import type { ProcessReuse } from './selfTest/processReuse';

export interface ClaudeOptions {
  /** The path that the user has set; '' makes the app search for the CLI. */
  cliPath(): string;
  /** The user's environment. */
  readonly env: NodeJS.ProcessEnv;
  /** The ports on which this app's own server listens. */
  ownPorts(): readonly number[];
  /** Names of variables that the CLI gets besides those of `INHERITED_VARIABLES`. */
  passVariables(): readonly string[];
  /** Who is to pay where the environment has an API key or a token and a subscription is signed in. Default: the subscription. */
  payWith?(): PayWith;
  /** Hosts of Anthropic's API besides its own (`127.0.0.1:8080`), for tests. */
  readonly apiHosts?: readonly string[] | undefined;
  /** A file for the list of accounts, and a folder for the config folders of the added ones. */
  readonly accountsFile: string;
  readonly accountsFolder: string;
  /** The id of the account that an API key names; null for the default one. @param owner as in `ProcessRequirements`. */
  accountOf?(owner: string): string | null;
  /** Ends the conversations whose processes are of a removed account. @param reason for the client. */
  endConversations?(isOfAccount: (process: ClaudeProcess) => boolean, reason: string): Promise<void>;
  /** An empty folder, the working folder of every process. Where it cannot be created, a temporary one is used. */
  readonly workspace: string;
  /** A folder for the pids of running processes, which the next start of the app reads. Where it cannot be written, they run all the same. */
  readonly registerFolder: string;
  /** A file for the models that the CLI has listed, from which the next start of the app answers lists of models. */
  readonly modelsFile: string;
  /** A file for the use of the plan's windows, which the next start of the app reads. */
  readonly planWindowsFile: string;
  /** A file for what the CLI writes into its own session files (history/sessionRows.ts). */
  readonly sessionRowsFile: string;
  /** A file for the results of self-tests, which the next start of the app reads. */
  readonly selfTestFile: string;
  /** A folder for session files. Each is deleted as soon as a process has read it. */
  readonly sessionFolder: string;
  /** Whether the texts of conversations may be written to disk. */
  storesTexts(): boolean;
  /** The most processes that may run at the same time. @param processBytes the memory of an average process. */
  maxProcesses(processBytes: number): number;
  /** As in `PoolOptions`. */
  reclaim(wish?: ReclaimWish): boolean;
  /** Whether the user wants processes to serve one conversation after another, where the CLI can do that. */
  reuses(): boolean;
  /** Whether the user's own files, instructions and tools are withheld from the CLI. */
  isolated(): boolean;
  /** How long the CLI may write nothing while the API owes an answer, in ms. Default: `TURN_SILENCE_MS`. */
  turnSilenceMs?(): number;
  /** Whether a process is started to read the context windows of models for which none is known. Default true. */
  readonly measuresModels?: boolean | undefined;
  /** Source checkouts whose `node_modules` may contain the CLI. */
  readonly checkouts: readonly string[];
  /** Deadlines that differ from the default ones, for tests. */
  readonly times?: Partial<ClaudeTimes> | undefined;
  /** Called when the state, the models or the number of spare processes has changed. */
  onChange(): void;
  /** Called when `planWindows` has changed. */
  onPlanWindows(): void;
  /** Called with a message for the log. */
  onWarning(message: string): void;
  /** Called when one of the folders was used. @param error why it could not be; undefined where it could. */
  onFolderUse(folder: 'workspace' | 'children' | 'replay', error: unknown): void;
}

/** Deadlines, all in ms. */
export interface ClaudeTimes extends AvailabilityTimes, Deadlines {
  /** How long a sign-in may take. Default 10 minutes. */
  readonly signInMs: number;
  /** How long the self-test may take. Default 60 s: it takes 1.5 s on a computer that is not busy. */
  readonly selfTestMs: number;
  /** How long the self-test waits after the CLI has come up. Default 2 s: the spare processes start first. */
  readonly selfTestDelayMs: number;
}

/** What a request needs of its process. Its account follows from its owner. */
export type RequestRequirements = Omit<ProcessRequirements, 'account'>;

export interface Claude {
  readonly state: ClaudeState;
  readonly accounts: OwnersAccounts;
  /**
   * Checks that the account of this owner's requests is there and signed in. No other account answers in its place.
   * @throws AccountUnavailableError
   */
  demandAccount(owner: string): Promise<void>;
  /** The id of the account that pays for the requests of a process. */
  accountOf(process: ClaudeProcess): string;
  /** Has to be called when the account that a key names may have changed. */
  accountsOfKeysChanged(): void;
  /** Who pays by default for a request that comes now; undefined where nobody is signed in or it is not known yet. */
  readonly payer: Payer | undefined;
  /** Who pays for the requests of a process. */
  payerOf(process: ClaudeProcess): Payer | undefined;
  /** Whether the process would have somebody else pay than who pays for a new request of the same owner. */
  isOutdated(process: ClaudeProcess): boolean;
  /** Present where the user can choose who pays. */
  readonly payChoice: PayChoice | undefined;
  /** The plan's windows of the account that pays by default, the shortest first; empty where none was reported since its last reset. */
  readonly planWindows: readonly PlanWindow[];
  /** Whether a process serves one conversation after another. */
  readonly processReuse: Pick<ProcessReuse, 'allowed' | 'description' | 'testNow'>;
  /** The number of spare processes. */
  readonly spares: number;
  /** The number of requests that wait for a process. */
  readonly waitingRequests: number;
  /** The number of lines in the output of all processes so far that were none of the CLI's messages, and were skipped. */
  readonly skippedLines: number;
  /**
   * Finds the CLI, reads its version and account, and starts the spare processes where it can be started. Resolves when the first one is
   * ready or has failed, but after `waitMs` at the latest. Never rejects.
   */
  check(): Promise<ClaudeState>;
  /**
   * Runs `claude auth login` for the default account; `state.signIn` has the address of its page. Resolves when it has succeeded or was cancelled.
   * @throws Error where it fails or takes too long; ClaudeUnavailableError where no CLI can be started.
   */
  signIn(): Promise<ClaudeState>;
  /** Ends the sign-in, if one is under way. */
  cancelSignIn(): Promise<void>;
  /**
   * The models that the CLI lists. While its first process is starting, those that it listed in an earlier run of the app.
   * @throws ClaudeUnavailableError where no CLI can be started, or it lists no models.
   */
  models(): Promise<readonly Model[]>;
  /** Has the pool prepare a spare process for a request that is expected. */
  prepare(requirements: RequestRequirements): void;
  /**
   * A process for a conversation with this history. Where that is faster than a replay, the process is started with a part
   * of the history.
   * @throws as `Pool.acquire`, ClaudeUnavailableError where no CLI can be started, and AccountUnavailableError.
   */
  acquire(
    requirements: RequestRequirements,
    history: readonly ApiMessage[],
    signal: AbortSignal,
  ): Promise<HistoryLease>;
  /** Memory in bytes by pid (on Linux, the proportional set size), without processes that have ended. */
  processMemory(pids: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** Records the limits of a model, which the CLI reports with each answer. @param model its full name. */
  recordLimits(model: string, limits: ModelLimits): void;
  /** As in `Availability`, like what follows. @param process the one that has answered or was refused. */
  recordAnswer(process: ClaudeProcess, model: string): void;
  recordRateLimit(process: ClaudeProcess, info: RateLimitInfo): void;
  recordRateLimitRefusal(process: ClaudeProcess): void;
  /** Returns the problem, whose remedy the client is told. */
  recordRefusal(process: ClaudeProcess, code: 'signed_out' | 'authentication'): ClaudeProblem;
  /** Has to be called when `reuses`, `isolated` or `payWith` may have changed. */
  settingsChanged(): void;
  /** Ends every process. Resolves when all have ended. */
  close(): Promise<void>;
}
