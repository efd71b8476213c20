/** The `claude` CLI of this computer: found, checked, and kept ready in a pool of processes. */
import { mkdirSync } from 'node:fs';
import { errorText } from '../shared/errorText';
import { childEnvironment } from './installation/environment';
import { findClaude } from './installation/findClaude';
import {
  type Account,
  isSupportedVersion,
  MINIMUM_VERSION,
  readAccount,
  readVersion,
  signIn,
} from './installation/inspectClaude';
import { listModels, type Model } from './models';
import { childRegister } from './pool/childRegister';
import { createPool, type Pool, ProcessFailedError, type ProcessLease, type ProcessRequirements } from './pool/pool';
import { residentMemory } from './pool/residentMemory';
import { type ClaudeProcess, startClaude } from './process/claudeProcess';
import type { ApiMessage, ListedModel } from './process/messages';
import {
  readsSessionFiles,
  removeSessionFile,
  removeSessionFiles,
  splitHistory,
  writeSessionFile,
} from './process/sessionFile';

export interface ClaudeProblem {
  readonly kind: 'missing' | 'outdated' | 'failed' | 'signed_out';
  readonly message: string;
  /** What the user can do; commands stand in backticks. */
  readonly remedy: string;
}

export interface ClaudeState {
  readonly phase: 'checking' | 'ready' | 'problem';
  readonly path?: string;
  readonly version?: string;
  readonly account?: Account;
  readonly problem?: ClaudeProblem;
}

export class ClaudeUnavailableError extends Error {
  override readonly name = 'ClaudeUnavailableError';
  readonly problem: ClaudeProblem;

  constructor(problem: ClaudeProblem) {
    super(`${problem.message} ${problem.remedy}`);
    this.problem = problem;
  }
}

export interface ClaudeOptions {
  /** The user's setting; '' where it is to be looked for. */
  cliPath(): string;
  readonly env: NodeJS.ProcessEnv;
  /** The ports that this app listens on. */
  ownPorts(): readonly number[];
  /** An empty folder of the app's own, in which the processes run. */
  readonly workspace: string;
  /** Where the numbers of living processes are kept for the next start. */
  readonly registerFolder: string;
  /** Where a long history lies for a moment, until a process has taken it up. */
  readonly sessionFolder: string;
  /** Whether what was said may be written to a disk. */
  storesTexts(): boolean;
  /** The most processes at one time, where one holds so many bytes of memory. */
  maxProcesses(processBytes: number): number;
  /** As in `PoolOptions`. */
  reclaim(): boolean;
  /** Whether the user's own files, instructions and tools are kept from the CLI. */
  isolated(): boolean;
  readonly checkouts: readonly string[];
  /** Called when the state, the models or the number of spares has changed. */
  onChange(): void;
  /** Something that the log should have. */
  onWarning(message: string): void;
}

export interface Claude {
  readonly state: ClaudeState;
  readonly spares: number;
  /** Requests that wait for a process. */
  readonly waitingRequests: number;
  /** Looks for the CLI, asks for its version and account, and starts the spares where it will do. Never rejects. */
  check(): Promise<ClaudeState>;
  /** Runs `claude auth login`. @throws Error where it fails; ClaudeUnavailableError where there is no CLI. */
  signIn(): Promise<ClaudeState>;
  /** @throws ClaudeUnavailableError where there is no CLI to ask. */
  models(): Promise<readonly Model[]>;
  /** Has a process prepared for such a request. */
  prepare(wanted: ProcessRequirements): void;
  /**
   * A process for a conversation with such a history, in the way that is soonest.
   * @throws as `Pool.acquire`, and ClaudeUnavailableError.
   */
  acquire(wanted: ProcessRequirements, history: readonly ApiMessage[], signal: AbortSignal): Promise<HistoryLease>;
  /** Resident memory in bytes by pid, of those of the processes that live. */
  processMemory(pids: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** Takes note of what an answer has shown: the true size of a model's context, in tokens. */
  recordContextWindow(model: string, tokens: number): void;
  /** Takes note that the CLI says that nobody is signed in. */
  markSignedOut(): void;
  /** Ends every process. Resolves when all are gone. */
  close(): Promise<void>;
}

export interface HistoryLease extends ProcessLease {
  /** What of the history it does not hold yet: the holder is to replay it. */
  readonly remainingHistory: readonly ApiMessage[];
}

const INSTALL = 'Install it with `npm install -g @anthropic-ai/claude-code`, or name its place in the settings.';
const SIGN_IN = 'Sign in with `claude auth login`.';

/** A request that finds no CLI has it looked for again, but not every one of a burst. */
const RECHECK_MS = 2_000;

/** What a process was measured to hold, until those of this computer have been. */
const USUAL_PROCESS_BYTES = 210 * 1024 * 1024;
const MEASURE_EVERY_MS = 60_000;

export function createClaude(options: ClaudeOptions): Claude {
  let state: ClaudeState = { phase: 'checking' };
  let listed: readonly ListedModel[] = [];
  let models: readonly Model[] = [];
  let checking: Promise<ClaudeState> | undefined;
  let checkedAt = 0;
  let warming: Promise<void> | undefined;
  let warmFault = 'it listed no models';
  const contextWindows = new Map<string, number>();
  const register = childRegister(options.registerFolder);
  let swept: Promise<void> | undefined;
  let processBytes = USUAL_PROCESS_BYTES;

  const environment = () => childEnvironment(options.env, options.ownPorts());

  const pool: Pool = createPool({
    start: (resumed): ClaudeProcess => {
      const { path, problem } = state;
      if (!path) throw new ClaudeUnavailableError(problem ?? missing('The claude command has not been found yet.'));
      mkdirSync(options.workspace, { recursive: true });
      const isolated = options.isolated();
      const process = startClaude(path, { cwd: options.workspace, env: environment(), isolated, resumed });
      const { pid } = process;
      if (pid !== undefined) {
        register.add(pid);
        void process.exited.then(() => register.remove(pid));
      }
      return process;
    },
    maxProcesses: () => options.maxProcesses(processBytes),
    reclaim: options.reclaim,
    onInitialized: (result) => {
      if (result.models.length === 0 || JSON.stringify(result.models) === JSON.stringify(listed)) return;
      listed = result.models;
      models = listModels(listed, contextWindows);
      options.onChange();
    },
    onChange: options.onChange,
    onWarning: options.onWarning,
  });

  const become = (next: ClaudeState): ClaudeState => {
    const before = state;
    state = next;
    const account = (of: ClaudeState) => `${of.path} ${of.version} ${of.account?.loggedIn} ${of.account?.email}`;
    if (warming && account(before) !== account(next)) pool.replaceSpares();
    options.onChange();
    return next;
  };

  const cleanUp = async () => {
    const ended = await register.endLeftovers();
    if (ended > 0) options.onWarning(`${ended} processes of an earlier run were still there and were ended`);
    await removeSessionFiles(options.sessionFolder);
  };

  const measure = async () => {
    const bytes = [...(await residentMemory(pool.pids)).values()];
    if (bytes.length > 0) processBytes = bytes.reduce((sum, one) => sum + one, 0) / bytes.length;
  };
  const measuring = setInterval(measure, MEASURE_EVERY_MS);
  measuring.unref();

  const look = async (): Promise<ClaudeState> => {
    swept ??= cleanUp();
    await swept;
    const found = await findClaude({ setting: options.cliPath(), env: options.env, checkouts: options.checkouts });
    if (!found.found) return become({ phase: 'problem', problem: missing(found.message) });
    const { path } = found;
    try {
      const version = await readVersion(path, environment());
      if (!isSupportedVersion(version)) return become({ phase: 'problem', version, problem: outdated(version, path) });
      const account = await readAccount(path, environment());
      return become(
        account.loggedIn
          ? { phase: 'ready', path, version, account }
          : { phase: 'problem', path, version, account, problem: signedOut() },
      );
    } catch (error) {
      return become({ phase: 'problem', problem: failed(path, errorText(error)) });
    }
  };

  const check = (): Promise<ClaudeState> => {
    checking ??= look().finally(() => {
      checking = undefined;
      checkedAt = Date.now();
      if (state.path) warming ??= warm();
    });
    return checking;
  };

  const warm = async () => {
    try {
      await pool.warm();
    } catch (error) {
      warming = undefined;
      const message = errorText(error);
      warmFault = message;
      options.onWarning(`the first process did not come up: ${message}`);
    }
  };

  /** Without isolation, hooks of the user's could take part in it. */
  const takesUpFiles = () =>
    state.version !== undefined && readsSessionFiles(state.version) && options.isolated() && options.storesTexts();

  /** undefined where the CLI would not take up the history. */
  const resume = async (
    wanted: ProcessRequirements,
    resumable: readonly ApiMessage[],
    signal: AbortSignal,
  ): Promise<ProcessLease | undefined> => {
    const instead = (why: Error) => {
      options.onWarning(`a long history is replayed turn by turn, since there is no file of it: ${why.message}`);
      return undefined;
    };
    const sessionFile = await writeSessionFile(options.sessionFolder, resumable).catch(instead);
    if (sessionFile === undefined) return undefined;
    try {
      return await pool.acquire({ ...wanted, sessionFile }, signal);
    } catch (error) {
      if (error instanceof ProcessFailedError) return instead(error);
      throw error;
    } finally {
      await removeSessionFile(sessionFile);
    }
  };

  /** The CLI can be started, or this throws. */
  const ensure = async () => {
    if (state.phase === 'checking' || (!state.path && Date.now() - checkedAt > RECHECK_MS)) await check();
    if (!state.path) throw new ClaudeUnavailableError(state.problem ?? missing('The claude command was not found.'));
  };

  return {
    get state() {
      return state;
    },
    get spares() {
      return pool.spares;
    },
    get waitingRequests() {
      return pool.waitingRequests;
    },
    check,
    signIn: async () => {
      await ensure();
      await signIn(state.path as string, environment());
      return check();
    },
    models: async () => {
      if (models.length > 0) return models;
      await ensure();
      warming ??= warm();
      await warming;
      if (models.length > 0) return models;
      throw new ClaudeUnavailableError(failed(state.path ?? 'claude', warmFault));
    },
    acquire: async (wanted, history, signal) => {
      await ensure();
      const { resumable, remaining } = splitHistory(history);
      const lease = resumable.length > 0 && takesUpFiles() ? await resume(wanted, resumable, signal) : undefined;
      return lease
        ? { ...lease, remainingHistory: remaining }
        : { ...(await pool.acquire(wanted, signal)), remainingHistory: history };
    },
    prepare: (wanted) => pool.prepare(wanted),
    processMemory: residentMemory,
    recordContextWindow: (model, tokens) => {
      if (contextWindows.get(model) === tokens) return;
      contextWindows.set(model, tokens);
      models = listModels(listed, contextWindows);
    },
    markSignedOut: () => {
      if (state.problem?.kind === 'signed_out') return;
      become({ ...state, phase: 'problem', problem: signedOut() });
    },
    close: () => {
      clearInterval(measuring);
      return pool.close();
    },
  };
}

function missing(message: string): ClaudeProblem {
  return { kind: 'missing', message, remedy: INSTALL };
}

function outdated(version: string, path: string): ClaudeProblem {
  return {
    kind: 'outdated',
    message: `The claude at ${path} is ${version}; at least ${MINIMUM_VERSION} is needed, since older ones read files that a client's text names.`,
    remedy: 'Update it with `claude update`.',
  };
}

function failed(path: string, why: string): ClaudeProblem {
  return {
    kind: 'failed',
    message: `The claude at ${path} does not work: ${why}`,
    remedy: 'Run `claude doctor`, or install it anew with `npm install -g @anthropic-ai/claude-code`.',
  };
}

function signedOut(): ClaudeProblem {
  return { kind: 'signed_out', message: 'Nobody is signed in to claude.', remedy: SIGN_IN };
}
