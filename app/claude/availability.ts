/** Whether the CLI can answer requests: what is known of the installation and of the attempts to bring the CLI up, as one state. */
import { MAIN_ACCOUNT } from '../shared/cli/accounts';
import type { ClaudeState, Installation } from './installation/installation';
import { type ClaudeProblem, ClaudeUnavailableError, failed, starting } from './installation/problems';
import { createPlanLimits, type PlanLimits } from './planLimits';
import type { Pool } from './pool/pool';
import type { RateLimitInfo } from './process/messages';
import { createStartup, type StartupTimes } from './startup';
import { waitAtMost } from './waitAtMost';

export interface AvailabilityTimes extends StartupTimes {
  /** The longest time that a request waits until the CLI has come up, in ms. Default 10 s: clients give up after 30 s or more. */
  readonly waitMs: number;
}

export interface AvailabilityOptions {
  readonly installation: Installation;
  /** What the installation's state is for the account that pays by default. @param state for the main one. */
  ofDefault(state: ClaudeState): ClaudeState;
  /** The id of that account. */
  defaultAccount(): string;
  readonly pool: Pick<Pool, 'start' | 'replaceSpares'>;
  readonly times?: Partial<AvailabilityTimes>;
  /** Removes what an earlier run of the app has left; called once, before the first process is started. Must not reject. */
  removeLeftovers(): Promise<void>;
  /** Called when the state has changed for another reason than a change of the installation. */
  onChange(): void;
  /** Called with a message for the log. */
  onWarning(message: string): void;
}

export interface Availability {
  /** `ready` once a process has been initialized. */
  readonly state: ClaudeState;
  /**
   * Inspects the installation and brings the CLI up. Resolves when its first process is ready or has failed, but after `waitMs` at the
   * latest. Never rejects.
   */
  check(): Promise<ClaudeState>;
  /** @throws ClaudeUnavailableError where the CLI has not come up within `waitMs`; the signal's reason where it is aborted. */
  ensureUp(account: string, signal?: AbortSignal): Promise<void>;
  /** Tries whether the CLI still comes up, after a process for a request has not. */
  verify(): void;
  /**
   * Records that the model has answered, which shows that the account is signed in and the plan not used up.
   * @param account its id, as in what follows. @param model its full name.
   */
  recordAnswer(account: string, model: string): void;
  /** Records the CLI's report on a limit of the plan. */
  recordRateLimit(account: string, info: RateLimitInfo): void;
  /** Records that the API has refused a request with 429. */
  recordRateLimitRefusal(account: string): void;
  /** Records that the user has signed in through the app. */
  recordSignIn(account: string): void;
  /**
   * Records that the CLI has reported a missing sign-in, or that the API has refused it. New processes take over a sign-in that the user
   * renews, so the spare ones are replaced.
   */
  recordRefusal(account: string, problem: ClaudeProblem): void;
  /** Whether a limit of the account's plan is used up. */
  isExhausted(account: string): boolean;
  /** Forgets what is known of the account, because somebody else has signed in to it, or it was removed. */
  accountChanged(account: string): void;
  /** Has to be called when the installation's state has changed. */
  installationChanged(next: ClaudeState, previous: ClaudeState): void;
  close(): void;
}

const WAIT_MS = 10_000;
/** A burst of requests that find a CLI that does not come up must not start one attempt each. */
const MIN_RETRY_MS = 2_000;

export function createAvailability(options: AvailabilityOptions): Availability {
  const { installation, pool, times } = options;
  const waitMs = times?.waitMs ?? WAIT_MS;
  let cleanup: Promise<void> | undefined;
  const conditions = new Map<string, Condition>();

  const conditionOf = (account: string): Condition => {
    const condition = conditions.get(account) ?? { sparesReplacedAt: 0, limits: createPlanLimits(options.onChange) };
    conditions.set(account, condition);
    return condition;
  };

  const forget = (account: string) => {
    conditions.get(account)?.limits.clear();
    conditions.delete(account);
  };

  /** Whether the CLI can come up without the user's doing something in the app. */
  const canStart = () => installation.state.path !== undefined || installation.state.problem?.code === 'cli_failed';

  const startup = createStartup({
    start: async (attempt, signal) => {
      if (attempt > 1) {
        // The user may have repaired or replaced the CLI meanwhile, and spares of the broken one are of no use.
        await installation.check();
        pool.replaceSpares();
      }
      installation.requirePath();
      signal.throwIfAborted();
      await pool.start(signal);
    },
    canRetry: canStart,
    onChange: () => {
      if (startup.failure) options.onWarning(`the first process could not be started: ${startup.failure.cause}`);
      options.onChange();
    },
    ...(times && { times }),
  });

  const bringUp = async (): Promise<void> => {
    cleanup ??= options.removeLeftovers();
    await cleanup;
    await installation.check();
    if (canStart()) await startup.ensure();
  };

  const readState = (): ClaudeState => {
    const found = options.ofDefault(installation.state);
    if (found.path === undefined) return found;
    const { refusal, limits } = conditionOf(options.defaultAccount());
    if (startup.failure) return { ...found, phase: 'problem', problem: failed(found.path, startup.failure.cause) };
    if (found.problem) return found;
    if (refusal) return { ...found, phase: 'problem', problem: refusal };
    if (!startup.isUp) return { ...found, phase: 'checking' };
    const { problem } = limits;
    return problem ? { ...found, phase: 'limited', problem } : found;
  };

  const prepareForRequest = async (ofMain: boolean) => {
    const { failure } = startup;
    if (failure && Date.now() - failure.failedAt < MIN_RETRY_MS) return;
    if (installation.needsCheck(ofMain)) await bringUp();
    else if (canStart()) await startup.ensure();
  };

  const notUp = (): ClaudeUnavailableError => {
    const { path, problem } = installation.state;
    if (path === undefined && problem && problem.code !== 'cli_failed') return new ClaudeUnavailableError(problem);
    const { failure } = startup;
    const retryAfterMs = Math.max(1_000, (failure?.retryAt ?? 0) - Date.now());
    if (path === undefined) return new ClaudeUnavailableError(problem ?? starting('claude', waitMs), retryAfterMs);
    return new ClaudeUnavailableError(failure ? failed(path, failure.cause) : starting(path, waitMs), retryAfterMs);
  };

  return {
    get state() {
      return readState();
    },
    check: async () => {
      await waitAtMost(bringUp(), waitMs);
      return readState();
    },
    ensureUp: async (account, signal) => {
      const ofMain = account === MAIN_ACCOUNT;
      if (startup.isUp && !installation.needsCheck(ofMain)) return;
      await waitAtMost(prepareForRequest(ofMain), waitMs, signal);
      if (!startup.isUp) throw notUp();
    },
    verify: startup.verify,
    recordSignIn: (account) => {
      conditionOf(account).refusal = undefined;
      pool.replaceSpares(account);
    },
    recordRateLimit: (account, info) => conditionOf(account).limits.record(info),
    recordRateLimitRefusal: (account) => conditionOf(account).limits.recordRefusal(),
    recordAnswer: (account, model) => {
      const condition = conditionOf(account);
      condition.limits.recordAnswer(model);
      if (condition.refusal) {
        condition.refusal = undefined;
        options.onChange();
      }
      if (account === MAIN_ACCOUNT && installation.state.problem?.code === 'signed_out') void installation.check();
    },
    recordRefusal: (account, problem) => {
      const condition = conditionOf(account);
      if (Date.now() - condition.sparesReplacedAt > MIN_RETRY_MS) {
        condition.sparesReplacedAt = Date.now();
        pool.replaceSpares(account);
      }
      if (problem.code === 'signed_out') return;
      condition.refusal = problem;
      options.onChange();
    },
    isExhausted: (account) => conditions.get(account)?.limits.problem !== undefined,
    accountChanged: (account) => {
      forget(account);
      pool.replaceSpares(account);
      options.onChange();
    },
    installationChanged: (next, previous) => {
      if (isSameInstallation(next, previous)) return;
      if (!isSameProgram(next, previous)) for (const account of [...conditions.keys()]) forget(account);
      else forget(MAIN_ACCOUNT);
      if (previous.path !== undefined) pool.replaceSpares();
      startup.reset();
      if (canStart()) void startup.ensure();
    },
    close: () => {
      startup.close();
      for (const account of [...conditions.keys()]) forget(account);
    },
  };
}

/** What is known of one account. */
interface Condition {
  /** The API's refusal of the sign-in. `claude auth status` knows nothing of it, so it stays until an answer, or another sign-in. */
  refusal?: ClaudeProblem | undefined;
  sparesReplacedAt: number;
  readonly limits: PlanLimits;
}

function isSameProgram(one: ClaudeState, other: ClaudeState): boolean {
  return one.path === other.path && one.version === other.version;
}

/** Whether both are the same program, signed in to the same account. Processes started for another one are of no use. */
function isSameInstallation(one: ClaudeState, other: ClaudeState): boolean {
  return (
    isSameProgram(one, other) &&
    one.account?.loggedIn === other.account?.loggedIn &&
    one.account?.authMethod === other.account?.authMethod &&
    one.account?.email === other.account?.email &&
    one.account?.apiKeySource === other.account?.apiKeySource
  );
}
