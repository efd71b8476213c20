/** The installed CLI: where it is, whether its version is supported, and which account is signed in. */
import { errorText } from '../../shared/errorText';
import { findClaude } from './findClaude';
import { type Account, isSupportedVersion, readAccount, readVersion, signIn } from './inspectClaude';
import { type ClaudeProblem, ClaudeUnavailableError, failed, missing, outdated, signedOut } from './problems';

export interface ClaudeState {
  readonly phase: 'checking' | 'ready' | 'problem';
  /** The CLI's path; absent where no CLI can be started. A CLI that is not signed in can be started. */
  readonly path?: string;
  readonly version?: string;
  readonly account?: Account;
  readonly problem?: ClaudeProblem;
}

export interface InstallationOptions {
  /** The path that the user has set; '' makes the app search for the CLI. */
  cliPath(): string;
  /** The user's environment, which is searched for the CLI. */
  readonly env: NodeJS.ProcessEnv;
  /** Source checkouts whose `node_modules` may contain the CLI. */
  readonly checkouts: readonly string[];
  /** The environment in which the CLI is run. */
  childEnv(): NodeJS.ProcessEnv;
  onChange(next: ClaudeState, previous: ClaudeState): void;
}

export interface Installation {
  readonly state: ClaudeState;
  /** Finds the CLI and reads its version and account. Calls during a check share its result. Never rejects. */
  check(): Promise<ClaudeState>;
  /** Whether a request should check before it gives up: no check has ended yet, or the last one found no CLI and is not recent. */
  needsCheck(): boolean;
  /** @throws ClaudeUnavailableError where no CLI can be started. */
  requirePath(): string;
  /** Runs `claude auth login`. @throws Error where it fails; ClaudeUnavailableError where no CLI can be started. */
  signIn(): Promise<void>;
  /** Records that the CLI has reported a missing sign-in. */
  markSignedOut(): void;
}

/** A burst of requests that find no CLI must not run one check each. */
const MIN_RECHECK_INTERVAL_MS = 2_000;

export function createInstallation(options: InstallationOptions): Installation {
  let state: ClaudeState = { phase: 'checking' };
  let runningCheck: Promise<ClaudeState> | undefined;
  let lastCheckAt = 0;

  const setState = (next: ClaudeState): ClaudeState => {
    const previous = state;
    state = next;
    options.onChange(next, previous);
    return next;
  };

  const inspect = async (): Promise<ClaudeState> => {
    const { env, checkouts } = options;
    const found = await findClaude({ setting: options.cliPath(), env, checkouts });
    if (!found.found) return { phase: 'problem', problem: missing(found.message) };
    const { path } = found;
    try {
      const version = await readVersion(path, options.childEnv());
      if (!isSupportedVersion(version)) return { phase: 'problem', version, problem: outdated(version, path) };
      const account = await readAccount(path, options.childEnv());
      return account.loggedIn
        ? { phase: 'ready', path, version, account }
        : { phase: 'problem', path, version, account, problem: signedOut() };
    } catch (error) {
      return { phase: 'problem', problem: failed(path, errorText(error)) };
    }
  };

  const requirePath = (): string => {
    if (state.path !== undefined) return state.path;
    throw new ClaudeUnavailableError(state.problem ?? missing('The claude command has not been found yet.'));
  };

  return {
    get state() {
      return state;
    },
    check: () => {
      runningCheck ??= inspect()
        .then(setState)
        .finally(() => {
          runningCheck = undefined;
          lastCheckAt = Date.now();
        });
      return runningCheck;
    },
    needsCheck: () => state.phase === 'checking' || (!state.path && Date.now() - lastCheckAt > MIN_RECHECK_INTERVAL_MS),
    requirePath,
    signIn: () => signIn(requirePath(), options.childEnv()),
    markSignedOut: () => {
      if (state.problem?.kind === 'signed_out') return;
      setState({ ...state, phase: 'problem', problem: signedOut() });
    },
  };
}
