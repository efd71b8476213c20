/** The installed CLI: where it is, whether its version is supported, and which account is signed in. */
import { setMaxListeners } from 'node:events';
import type { PayWith } from '../../shared/cli/payer';
import { errorText } from '../../shared/errorText';
import { type Accounts, chooseAccount, readAccounts } from './accounts';
import { findClaude } from './findClaude';
import { type Account, isSupportedVersion, readVersion } from './inspectClaude';
import { type ClaudeProblem, ClaudeUnavailableError, failed, missing, outdated, signedOut } from './problems';
import type { SignInState } from './signIn';
import { createSignInRunner } from './signInRunner';

export interface ClaudeState {
  readonly phase: 'checking' | 'ready' | 'limited' | 'problem';
  /** The CLI's path; absent where no CLI can be started. A CLI that is not signed in can be started. */
  readonly path?: string;
  readonly version?: string;
  /** The account that pays. */
  readonly account?: Account;
  /** All accounts that could pay. */
  readonly accounts?: Accounts;
  readonly problem?: ClaudeProblem;
  /** Present while `claude auth login` is running. */
  readonly signIn?: SignInState;
}

export interface InstallationOptions {
  /** The path that the user has set; '' makes the app search for the CLI. */
  cliPath(): string;
  /** The user's environment, which is searched for the CLI. */
  readonly env: NodeJS.ProcessEnv;
  /** Source checkouts whose `node_modules` may contain the CLI. */
  readonly checkouts: readonly string[];
  /** The environment in which the CLI is run, with the variables that `withheld` names. */
  childEnv(): NodeJS.ProcessEnv;
  /** Who is to pay where both could. Default: the subscription. */
  readonly payWith?: (() => PayWith) | undefined;
  /** Hosts of Anthropic's API besides its own, for tests. */
  readonly apiHosts?: readonly string[] | undefined;
  /** How long a sign-in may take, in ms. */
  readonly signInMs: number;
  /** Called when `claude auth login` has been started, and when it has ended. */
  onSignInProcess(pid: number, isRunning: boolean): void;
  onChange(next: ClaudeState, previous: ClaudeState): void;
}

export interface Installation {
  readonly state: ClaudeState;
  /** Variables that must not reach the CLI, because the subscription is to pay. */
  readonly withheld: readonly string[];
  /** Has to be called when `payWith` may have changed. */
  payWithChanged(): void;
  /** Finds the CLI and reads its version and account. Calls during a check share its result. Never rejects. */
  check(): Promise<ClaudeState>;
  /**
   * Whether a request should check first: no check has ended yet, or the last one found no CLI or no sign-in and is not recent. The user may
   * have installed it, or signed in, in a terminal.
   * @param ofMain whether the sign-in matters, because the request is not for an added account.
   */
  needsCheck(ofMain?: boolean): boolean;
  /** @throws ClaudeUnavailableError where no CLI can be started. */
  requirePath(): string;
  /**
   * Runs `claude auth login`. A call during a sign-in shares it. Resolves to true when it has succeeded, to false when it was cancelled.
   * @throws Error where it fails or takes too long; ClaudeUnavailableError where no CLI can be started.
   */
  signIn(): Promise<boolean>;
  /** Ends the sign-in, if one is under way. Resolves when its process has ended. */
  cancelSignIn(): Promise<void>;
  /** Records that the CLI has reported a missing sign-in. */
  markSignedOut(): void;
  /** Ends the check and the sign-in that are under way. */
  close(): void;
}

/** A burst of requests that find no CLI must not run one check each. */
const MIN_RECHECK_INTERVAL_MS = 2_000;

export function createInstallation(options: InstallationOptions): Installation {
  let state: ClaudeState = { phase: 'checking' };
  let runningCheck: Promise<ClaudeState> | undefined;
  let lastCheckAt = 0;
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);

  const choose = (accounts: Accounts) => chooseAccount(accounts, options.payWith?.() ?? 'subscription');

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
      const version = await readVersion(path, options.childEnv(), closing.signal);
      if (!isSupportedVersion(version)) return { phase: 'problem', version, problem: outdated(version, path) };
      const accounts = await readAccounts(path, options.childEnv(), options.apiHosts ?? [], closing.signal);
      const { account } = choose(accounts);
      return account.loggedIn
        ? { phase: 'ready', path, version, account, accounts }
        : { phase: 'problem', path, version, account, accounts, problem: signedOut() };
    } catch (error) {
      return { phase: 'problem', problem: failed(path, errorText(error)) };
    }
  };

  const requirePath = (): string => {
    if (state.path !== undefined) return state.path;
    throw new ClaudeUnavailableError(state.problem ?? missing('The claude command has not been found yet.'));
  };

  const setSignIn = (signIn: SignInState | undefined) => {
    const { signIn: _before, ...rest } = state;
    setState(signIn ? { ...rest, signIn } : rest);
  };

  const { signInMs: timeoutMs, onSignInProcess: onProcess } = options;
  const signIn = createSignInRunner({
    ...{ command: requirePath, env: options.childEnv, timeoutMs, onProcess },
    onChange: setSignIn,
  });

  return {
    get state() {
      return state;
    },
    get withheld() {
      return state.accounts ? choose(state.accounts).withheld : [];
    },
    payWithChanged: () => {
      if (state.accounts?.hidden) setState({ ...state, account: choose(state.accounts).account });
    },
    check: () => {
      runningCheck ??= inspect()
        .then((next) => setState(state.signIn ? { ...next, signIn: state.signIn } : next))
        .finally(() => {
          runningCheck = undefined;
          lastCheckAt = Date.now();
        });
      return runningCheck;
    },
    needsCheck: (ofMain = true) => {
      if (state.phase === 'checking') return true;
      const isMissing = state.path === undefined || (ofMain && state.problem?.code === 'signed_out');
      return isMissing && Date.now() - lastCheckAt > MIN_RECHECK_INTERVAL_MS;
    },
    requirePath,
    signIn: signIn.run,
    cancelSignIn: signIn.cancel,
    markSignedOut: () => {
      if (state.problem?.code === 'signed_out') return;
      setState({ ...state, phase: 'problem', problem: signedOut() });
    },
    close: () => {
      closing.abort(new Error('the app is stopping'));
      void signIn.cancel();
    },
  };
}
