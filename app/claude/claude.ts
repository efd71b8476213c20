/** The `claude` CLI of this computer as the chat layer uses it: its sign-in state, its models, and processes for requests. */
import { mkdirSync } from 'node:fs';
import { errorText } from '../shared/errorText';
import { childEnvironment } from './installation/environment';
import { type ClaudeState, createInstallation } from './installation/installation';
import { ClaudeUnavailableError, failed } from './installation/problems';
import { listModels, type Model } from './models';
import { childRegister } from './pool/childRegister';
import { createPool, type Pool, ProcessFailedError, type ProcessLease } from './pool/pool';
import { processMemory } from './pool/processMemory';
import type { ProcessRequirements } from './pool/processRequirements';
import type { ResumedSession } from './process/arguments';
import { type ClaudeProcess, startClaude } from './process/claudeProcess';
import type { ListedModel } from './process/messages';
import type { ApiMessage } from './process/outgoingMessages';
import {
  removeSessionFile,
  removeSessionFiles,
  splitHistory,
  supportsSessionFiles,
  writeSessionFile,
} from './process/sessionFile';

export interface ClaudeOptions {
  /** The path that the user has set; '' makes the app search for the CLI. */
  cliPath(): string;
  /** The user's environment. */
  readonly env: NodeJS.ProcessEnv;
  /** The ports on which this app's own server listens. */
  ownPorts(): readonly number[];
  /** An empty folder, the working folder of every process. Created where it does not exist. */
  readonly workspace: string;
  /** A folder for the pids of running processes, which the next start of the app reads. */
  readonly registerFolder: string;
  /** A folder for session files. Each is deleted as soon as a process has read it. */
  readonly sessionFolder: string;
  /** Whether the texts of conversations may be written to disk. */
  storesTexts(): boolean;
  /** The most processes that may run at the same time. @param processBytes the memory of an average process. */
  maxProcesses(processBytes: number): number;
  /** As in `PoolOptions`. */
  reclaim(): boolean;
  /** Whether the user's own files, instructions and tools are withheld from the CLI. */
  isolated(): boolean;
  /** Source checkouts whose `node_modules` may contain the CLI. */
  readonly checkouts: readonly string[];
  /** Called when the state, the models or the number of spare processes has changed. */
  onChange(): void;
  /** Called with a message for the log. */
  onWarning(message: string): void;
}

export interface Claude {
  readonly state: ClaudeState;
  /** The number of spare processes. */
  readonly spares: number;
  /** The number of requests that wait for a process. */
  readonly waitingRequests: number;
  /** Finds the CLI, reads its version and account, and starts the spare processes where it can be started. Never rejects. */
  check(): Promise<ClaudeState>;
  /** Runs `claude auth login`. @throws Error where it fails; ClaudeUnavailableError where no CLI can be started. */
  signIn(): Promise<ClaudeState>;
  /** @throws ClaudeUnavailableError where no CLI can be started, or it lists no models. */
  models(): Promise<readonly Model[]>;
  /** Has the pool prepare a spare process for a request that is expected. */
  prepare(requirements: ProcessRequirements): void;
  /**
   * A process for a conversation with this history. Where that is faster than a replay, the process is started with a part
   * of the history.
   * @throws as `Pool.acquire`, and ClaudeUnavailableError where no CLI can be started.
   */
  acquire(
    requirements: ProcessRequirements,
    history: readonly ApiMessage[],
    signal: AbortSignal,
  ): Promise<HistoryLease>;
  /** Memory in bytes by pid (on Linux, the proportional set size), without processes that have ended. */
  processMemory(pids: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** Records the size of a model's context window, in tokens, which the CLI reports with each answer. @param model its full name. */
  recordContextWindow(model: string, tokens: number): void;
  /** Records that the CLI has reported a missing sign-in. */
  markSignedOut(): void;
  /** Ends every process. Resolves when all have ended. */
  close(): Promise<void>;
}

export interface HistoryLease extends ProcessLease {
  /** The messages of the history that the process does not hold yet. The caller must replay them. */
  readonly remainingHistory: readonly ApiMessage[];
}

/** The measured memory of a typical process, used until this computer's own processes have been measured. */
const TYPICAL_PROCESS_BYTES = 210 * 1024 * 1024;
const MEASURE_INTERVAL_MS = 60_000;

export function createClaude(options: ClaudeOptions): Claude {
  let listedModels: readonly ListedModel[] = [];
  let models: readonly Model[] = [];
  const contextWindows = new Map<string, number>();
  let processBytes = TYPICAL_PROCESS_BYTES;
  /** Resolves when the pool's first process is initialized, or has failed. Absent until the pool has been started. */
  let poolStart: Promise<void> | undefined;
  let startFailure = 'it listed no models';
  const register = childRegister(options.registerFolder);
  let cleanup: Promise<void> | undefined;

  const childEnv = () => childEnvironment(options.env, options.ownPorts());

  const installation = createInstallation({
    cliPath: options.cliPath,
    env: options.env,
    checkouts: options.checkouts,
    childEnv,
    onChange: (next, previous) => {
      if (poolStart && !isSameInstallation(next, previous)) pool.replaceSpares();
      options.onChange();
    },
  });

  const startProcess = (session?: ResumedSession): ClaudeProcess => {
    const path = installation.requirePath();
    mkdirSync(options.workspace, { recursive: true });
    const isolated = options.isolated();
    const process = startClaude(path, { cwd: options.workspace, env: childEnv(), isolated, session });
    const { pid } = process;
    if (pid !== undefined) {
      register.add(pid);
      void process.exited.then(() => register.remove(pid));
    }
    return process;
  };

  const pool: Pool = createPool({
    start: startProcess,
    maxProcesses: () => options.maxProcesses(processBytes),
    reclaim: options.reclaim,
    onInitialized: (result) => {
      if (result.models.length === 0 || JSON.stringify(result.models) === JSON.stringify(listedModels)) return;
      listedModels = result.models;
      models = listModels(listedModels, contextWindows);
      options.onChange();
    },
    onChange: options.onChange,
    onWarning: options.onWarning,
  });

  const measure = async () => {
    const bytes = [...(await processMemory(pool.pids)).values()];
    if (bytes.length > 0) processBytes = bytes.reduce((sum, one) => sum + one, 0) / bytes.length;
  };
  const measuring = setInterval(measure, MEASURE_INTERVAL_MS);
  measuring.unref();

  const removeLeftovers = async () => {
    const ended = await register.endLeftovers();
    if (ended > 0) options.onWarning(`ended ${ended} processes that an earlier run of the app had left running`);
    await removeSessionFiles(options.sessionFolder);
  };

  const startPool = async () => {
    try {
      await pool.start();
    } catch (error) {
      poolStart = undefined;
      startFailure = errorText(error);
      options.onWarning(`the first process could not be started: ${startFailure}`);
    }
  };

  const check = async (): Promise<ClaudeState> => {
    cleanup ??= removeLeftovers();
    await cleanup;
    const state = await installation.check();
    if (state.path !== undefined) poolStart ??= startPool();
    return state;
  };

  /** @throws ClaudeUnavailableError where no CLI can be started. */
  const ensureInstalled = async () => {
    if (installation.needsCheck()) await check();
    installation.requirePath();
  };

  /** Session files need isolation, because hooks of the user's may run when a session is resumed. */
  const canResumeSessions = () => {
    const { version } = installation.state;
    return version !== undefined && supportsSessionFiles(version) && options.isolated() && options.storesTexts();
  };

  /** A process that is started with the history. Returns undefined where the file cannot be written or the CLI does not read it. */
  const acquireResumed = async (
    requirements: ProcessRequirements,
    history: readonly ApiMessage[],
    signal: AbortSignal,
  ): Promise<ProcessLease | undefined> => {
    const warn = (error: unknown) => {
      options.onWarning(`a long history is replayed turn by turn, as its session file failed: ${errorText(error)}`);
      return undefined;
    };
    const sessionFile = await writeSessionFile(options.sessionFolder, history).catch(warn);
    if (sessionFile === undefined) return undefined;
    try {
      return await pool.acquire({ ...requirements, sessionFile }, signal);
    } catch (error) {
      if (error instanceof ProcessFailedError) return warn(error);
      throw error;
    } finally {
      await removeSessionFile(sessionFile);
    }
  };

  return {
    get state() {
      return installation.state;
    },
    get spares() {
      return pool.spares;
    },
    get waitingRequests() {
      return pool.waitingRequests;
    },
    check,
    signIn: async () => {
      await ensureInstalled();
      await installation.signIn();
      return check();
    },
    models: async () => {
      if (models.length > 0) return models;
      await ensureInstalled();
      poolStart ??= startPool();
      await poolStart;
      if (models.length > 0) return models;
      throw new ClaudeUnavailableError(failed(installation.state.path ?? 'claude', startFailure));
    },
    acquire: async (requirements, history, signal) => {
      await ensureInstalled();
      const { resumable, remaining } = splitHistory(history);
      if (resumable.length > 0 && canResumeSessions()) {
        const lease = await acquireResumed(requirements, resumable, signal);
        if (lease) return { ...lease, remainingHistory: remaining };
      }
      return { ...(await pool.acquire(requirements, signal)), remainingHistory: history };
    },
    prepare: (requirements) => pool.prepare(requirements),
    processMemory,
    recordContextWindow: (model, tokens) => {
      if (contextWindows.get(model) === tokens) return;
      contextWindows.set(model, tokens);
      models = listModels(listedModels, contextWindows);
    },
    markSignedOut: installation.markSignedOut,
    close: () => {
      clearInterval(measuring);
      return pool.close();
    },
  };
}

/** Whether both are the same program, signed in to the same account. Processes started for another one are of no use. */
function isSameInstallation(one: ClaudeState, other: ClaudeState): boolean {
  return (
    one.path === other.path &&
    one.version === other.version &&
    one.account?.loggedIn === other.account?.loggedIn &&
    one.account?.email === other.account?.email
  );
}
