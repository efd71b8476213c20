/** Whether the CLI can answer requests: what is known of the installation and of the attempts to bring the CLI up, as one state. */
import type { ClaudeState, Installation } from './installation/installation';
import {
  type ClaudeProblem,
  ClaudeUnavailableError,
  failed,
  refusedSignIn,
  signedOut,
  starting,
} from './installation/problems';
import { createPlanLimits } from './planLimits';
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
  ensureUp(signal?: AbortSignal): Promise<void>;
  /** Tries whether the CLI still comes up, after a process for a request has not. */
  verify(): void;
  /** Records that the model has answered, which shows that the account is signed in and the plan not used up. @param model its full name. */
  recordAnswer(model: string): void;
  /** Records the CLI's report on a limit of the plan. */
  recordRateLimit(info: RateLimitInfo): void;
  /** Records that the API has refused a request with 429. */
  recordRateLimitRefusal(): void;
  /** Records that the user has signed in through the app. */
  recordSignIn(): void;
  /**
   * Records that the CLI has reported a missing sign-in, or that the API has refused it. New processes take over a sign-in that the user
   * renews, so the spare ones are replaced.
   */
  recordRefusal(code: 'signed_out' | 'authentication'): ClaudeProblem;
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
  /** The API's refusal of the sign-in. `claude auth status` knows nothing of it, so it stays until an answer, or another account. */
  let refusal: ClaudeProblem | undefined;
  let sparesReplacedAt = 0;
  const planLimits = createPlanLimits(options.onChange);

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
    const found = installation.state;
    if (found.path === undefined) return found;
    if (startup.failure) return { ...found, phase: 'problem', problem: failed(found.path, startup.failure.cause) };
    if (found.problem) return found;
    if (refusal) return { ...found, phase: 'problem', problem: refusal };
    if (!startup.isUp) return { ...found, phase: 'checking' };
    const { problem } = planLimits;
    return problem ? { ...found, phase: 'limited', problem } : found;
  };

  const prepareForRequest = async () => {
    const { failure } = startup;
    if (failure && Date.now() - failure.failedAt < MIN_RETRY_MS) return;
    if (installation.needsCheck()) await bringUp();
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
    ensureUp: async (signal) => {
      if (startup.isUp && !installation.needsCheck()) return;
      await waitAtMost(prepareForRequest(), waitMs, signal);
      if (!startup.isUp) throw notUp();
    },
    verify: startup.verify,
    recordSignIn: () => {
      refusal = undefined;
      pool.replaceSpares();
    },
    recordRateLimit: planLimits.record,
    recordRateLimitRefusal: planLimits.recordRefusal,
    recordAnswer: (model) => {
      planLimits.recordAnswer(model);
      if (refusal) {
        refusal = undefined;
        options.onChange();
      }
      if (installation.state.problem?.code === 'signed_out') void installation.check();
    },
    recordRefusal: (code) => {
      if (Date.now() - sparesReplacedAt > MIN_RETRY_MS) {
        sparesReplacedAt = Date.now();
        pool.replaceSpares();
      }
      if (code === 'signed_out') {
        installation.markSignedOut();
        return signedOut();
      }
      refusal = refusedSignIn(installation.state.account?.authMethod);
      options.onChange();
      return refusal;
    },
    installationChanged: (next, previous) => {
      if (isSameInstallation(next, previous)) return;
      refusal = undefined;
      planLimits.clear();
      if (previous.path !== undefined) pool.replaceSpares();
      startup.reset();
      if (canStart()) void startup.ensure();
    },
    close: () => {
      startup.close();
      planLimits.clear();
    },
  };
}

/** Whether both are the same program, signed in to the same account. Processes started for another one are of no use. */
function isSameInstallation(one: ClaudeState, other: ClaudeState): boolean {
  return (
    one.path === other.path &&
    one.version === other.version &&
    one.account?.loggedIn === other.account?.loggedIn &&
    one.account?.authMethod === other.account?.authMethod &&
    one.account?.email === other.account?.email &&
    one.account?.apiKeySource === other.account?.apiKeySource
  );
}
