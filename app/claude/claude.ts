/** The `claude` CLI of this computer as the chat layer uses it: its sign-in state, its models, and processes for requests. */
import { type AvailabilityTimes, createAvailability } from './availability';
import { createCacheBreakpoints } from './cacheBreakpoints';
import { createContextWindows } from './contextWindows';
import { createAcquireWithHistory, type HistoryLease } from './history/acquireWithHistory';
import { childEnvironment } from './installation/environment';
import { isExecutable } from './installation/findClaude';
import { type ClaudeState, createInstallation } from './installation/installation';
import { type ClaudeProblem, ClaudeUnavailableError, failed } from './installation/problems';
import { openKnownModels } from './knownModels';
import type { Model, ModelLimits } from './models';
import { childRegister } from './pool/childRegister';
import { ProcessFailedError } from './pool/errors';
import { createNoiseCounter } from './pool/noiseCounter';
import { createPool, type Pool, type ReclaimWish } from './pool/pool';
import { processMemory } from './pool/processMemory';
import type { ProcessRequirements } from './pool/processRequirements';
import type { ResumedSession } from './process/arguments';
import { type ClaudeProcess, startClaude } from './process/claudeProcess';
import { DEADLINES, type Deadlines } from './process/deadlines/deadlines';
import type { RateLimitInfo } from './process/messages';
import type { ApiMessage } from './process/outgoingMessages';
import { removeSessionFiles, supportsSessionFiles } from './process/sessionFile';
import { createWorkspace } from './workspace';

export interface ClaudeOptions {
  /** The path that the user has set; '' makes the app search for the CLI. */
  cliPath(): string;
  /** The user's environment. */
  readonly env: NodeJS.ProcessEnv;
  /** The ports on which this app's own server listens. */
  ownPorts(): readonly number[];
  /** Names of variables that the CLI gets besides those of `INHERITED_VARIABLES`. */
  passVariables(): readonly string[];
  /** An empty folder, the working folder of every process. Where it cannot be created, a temporary one is used. */
  readonly workspace: string;
  /** A folder for the pids of running processes, which the next start of the app reads. Where it cannot be written, they run all the same. */
  readonly registerFolder: string;
  /** A file for the models that the CLI has listed, from which the next start of the app answers lists of models. */
  readonly modelsFile: string;
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
  /** Called with a message for the log. */
  onWarning(message: string): void;
  /** Called when one of the folders was used. @param error why it could not be; undefined where it could. */
  onFolderUse(folder: 'workspace' | 'children' | 'replay', error: unknown): void;
}

/** Deadlines, all in ms. */
export interface ClaudeTimes extends AvailabilityTimes, Deadlines {
  /** How long a sign-in may take. Default 10 minutes. */
  readonly signInMs: number;
}

export interface Claude {
  readonly state: ClaudeState;
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
   * Runs `claude auth login`; `state.signIn` has the address of its page. Resolves when it has succeeded or was cancelled.
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
  /** Records the limits of a model, which the CLI reports with each answer. @param model its full name. */
  recordLimits(model: string, limits: ModelLimits): void;
  /** As in `Availability`, like the two that follow. */
  recordAnswer(model: string): void;
  recordRateLimit(info: RateLimitInfo): void;
  recordRateLimitRefusal(): void;
  /** As in `Availability`. Returns the problem, whose remedy the client is told. */
  recordRefusal(code: 'signed_out' | 'authentication'): ClaudeProblem;
  /** Ends every process. Resolves when all have ended. */
  close(): Promise<void>;
}

/**
 * The memory of a typical process, used until this computer's own processes have been measured. Measured on Linux, shared memory counted
 * once: 110 MB when it is new, 180 MB after ten conversations.
 */
const TYPICAL_PROCESS_BYTES = 130 * 1024 * 1024;
/** A process that has grown to this, by one long conversation or by many, gives no memory back. */
const WORN_BYTES = 400 * 1024 * 1024;
const MEASURE_INTERVAL_MS = 60_000;
const SIGN_IN_MS = 10 * 60_000;

export function createClaude(options: ClaudeOptions): Claude {
  const knownModels = openKnownModels(options.modelsFile, options.onWarning);
  let processBytes = TYPICAL_PROCESS_BYTES;
  let wornPids: ReadonlySet<number> = new Set();
  const noise = createNoiseCounter(options.onWarning);
  const deadlines = { ...DEADLINES, ...options.times };
  const register = childRegister(options.registerFolder, (error) => options.onFolderUse('children', error));
  const workspace = createWorkspace(options.workspace, (error) => options.onFolderUse('workspace', error));

  const childEnv = (version?: string) =>
    childEnvironment(options.env, { ownPorts: options.ownPorts(), passVariables: options.passVariables(), version });

  const installation = createInstallation({
    cliPath: options.cliPath,
    env: options.env,
    checkouts: options.checkouts,
    childEnv: () => childEnv(),
    signInMs: options.times?.signInMs ?? SIGN_IN_MS,
    // The next start of the app ends a sign-in that a crash has left running.
    onSignInProcess: (pid, isRunning) => (isRunning ? register.add(pid) : register.remove(pid)),
    onChange: (next, previous) => {
      availability.installationChanged(next, previous);
      options.onChange();
    },
  });

  /** A process that is not isolated may have read files of the user's that have changed since. */
  const canReuse = () => options.reuses() && options.isolated();

  const cacheBreakpoints = createCacheBreakpoints({
    authMethod: () => installation.state.account?.authMethod,
    onWarning: options.onWarning,
  });

  const startProcess = (session?: ResumedSession): ClaudeProcess => {
    const path = installation.requirePath();
    const isolated = options.isolated();
    const { turnSilenceMs } = options;
    const process = startClaude(path, {
      ...{
        cwd: workspace.folder(),
        env: childEnv(installation.state.version),
        isolated,
        reusable: canReuse(),
        session,
        deadlines,
      },
      ...(turnSilenceMs && { turnSilenceMs }),
      cacheBreakpoints,
      onNoise: noise.forProcess(),
    });
    const { pid } = process;
    if (pid !== undefined) {
      register.add(pid);
      void process.exited.then(() => register.remove(pid));
    } else {
      // The program is not there any more, or not executable: the state must say so, and another one may be installed.
      void process.exited.then(installation.check);
    }
    return process;
  };

  const contextWindows = createContextWindows({
    start: () => startProcess(),
    knownModels,
    onChange: options.onChange,
    onWarning: options.onWarning,
  });

  const pool: Pool = createPool({
    start: startProcess,
    maxProcesses: () => options.maxProcesses(processBytes),
    reclaim: options.reclaim,
    reuses: canReuse,
    isWorn: ({ pid }) => pid !== undefined && wornPids.has(pid),
    queueMs: deadlines.queueMs,
    onInitialized: (result) => {
      if (knownModels.learn(installation.state.version, result.models)) options.onChange();
      if (options.measuresModels !== false) contextWindows.measure();
    },
    onChange: options.onChange,
    onWarning: options.onWarning,
  });

  const measure = async () => {
    const memory = await processMemory(pool.pids);
    const bytes = [...memory.values()];
    wornPids = new Set([...memory].flatMap(([pid, size]) => (size > WORN_BYTES ? [pid] : [])));
    if (bytes.length > 0) processBytes = bytes.reduce((sum, one) => sum + one, 0) / bytes.length;
  };
  const measuring = setInterval(measure, MEASURE_INTERVAL_MS);
  measuring.unref();

  const removeLeftovers = async () => {
    const ended = await register.endLeftovers();
    if (ended > 0) options.onWarning(`ended ${ended} processes that an earlier run of the app had left running`);
    await removeSessionFiles(options.sessionFolder);
  };

  const availability = createAvailability({
    installation,
    pool,
    removeLeftovers,
    onChange: options.onChange,
    onWarning: options.onWarning,
    ...(options.times && { times: options.times }),
  });

  /** Session files need isolation, because hooks of the user's may run when a session is resumed. */
  const canResumeSessions = () => {
    const { version } = installation.state;
    return version !== undefined && supportsSessionFiles(version) && options.isolated() && options.storesTexts();
  };

  const acquireProcess = createAcquireWithHistory({
    pool,
    sessionFolder: options.sessionFolder,
    canResumeSessions,
    onFolderUse: (error) => options.onFolderUse('replay', error),
    onWarning: options.onWarning,
  });

  return {
    get state() {
      return availability.state;
    },
    get spares() {
      return pool.spares;
    },
    get skippedLines() {
      return noise.count;
    },
    get waitingRequests() {
      return pool.waitingRequests;
    },
    check: availability.check,
    signIn: async () => {
      if (await installation.signIn()) availability.recordSignIn();
      return availability.check();
    },
    cancelSignIn: installation.cancelSignIn,
    models: async () => {
      await contextWindows.measured();
      if (knownModels.current.length > 0) return knownModels.current;
      const { phase, path, version } = installation.state;
      const stored = phase === 'checking' || path !== undefined ? knownModels.stored(version) : [];
      if (stored.length > 0) return stored;
      await availability.ensureUp();
      await contextWindows.measured();
      if (knownModels.current.length > 0) return knownModels.current;
      throw new ClaudeUnavailableError(failed(installation.state.path ?? 'claude', 'it listed no models'));
    },
    acquire: async (requirements, history, signal) => {
      await availability.ensureUp(signal);
      const { path } = installation.state;
      try {
        return await acquireProcess(requirements, history, signal);
      } catch (error) {
        if (!(error instanceof ProcessFailedError)) throw error;
        if (path === undefined || (await isExecutable(path))) {
          availability.verify();
          throw error;
        }
      }
      // The CLI was removed or moved.
      await availability.check();
      await availability.ensureUp(signal);
      return acquireProcess(requirements, history, signal);
    },
    prepare: (requirements) => pool.prepare(requirements),
    processMemory,
    recordLimits: knownModels.learnLimits,
    recordAnswer: availability.recordAnswer,
    recordRateLimit: availability.recordRateLimit,
    recordRateLimitRefusal: availability.recordRateLimitRefusal,
    recordRefusal: availability.recordRefusal,
    close: async () => {
      clearInterval(measuring);
      availability.close();
      installation.close();
      await Promise.all([pool.close(), contextWindows.close()]);
      workspace.remove();
    },
  };
}
