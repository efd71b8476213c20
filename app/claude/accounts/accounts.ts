/** All accounts, the CLI's own one and the added ones: which one a request is answered with, and what the owner can do with them. */
import { type AccountsState, type CliAccount, MAIN_ACCOUNT } from '../../shared/cli/accounts';
import type { Payer } from '../../shared/cli/payer';
import type { PlanWindow } from '../../shared/cli/planWindows';
import type { Account } from '../installation/inspectClaude';
import type { ClaudeState, Installation } from '../installation/installation';
import type { ClaudeProblem } from '../installation/problems';
import type { SignInState } from '../installation/signIn';
import type { AccountList } from './accountList';
import { NO_DEFAULT, noDefaultAccount, removedAccount, signedOutAccount, signInProblem } from './accountProblems';
import { type AddedAccounts, isAdded } from './addedAccounts';

export interface AccountsOptions {
  readonly list: AccountList;
  readonly added: AddedAccounts;
  readonly installation: Installation;
  /** The id of the account that a key names; null for the default one. @param owner as in `ProcessRequirements`. */
  accountOf(owner: string): string | null;
  payer(id: string): Payer | undefined;
  planWindows(account: string | undefined): readonly PlanWindow[];
  isExhausted(id: string): boolean;
  /** Called when somebody has signed in to the account through the app. */
  onSignedIn(id: string): void;
  /** Called when another account pays for some requests than before. */
  onPayerChange(): void;
  /** Ends what runs with the account, which is not listed any more. Resolves when nothing does. @param name of the account. */
  end(id: string, name: string): Promise<void>;
}

/** What the owner does with accounts, and what is shown of them. */
export interface OwnersAccounts {
  readonly state: AccountsState;
  /** The account with which a request of this owner is answered; undefined where there is none. */
  of(owner: string): CliAccount | undefined;
  /** Adds an account, in which nobody is signed in yet. Returns its id. @throws Error for the owner. */
  add(name: string): string;
  /** @throws as `AddedAccounts.signIn`. */
  signIn(id: string): Promise<void>;
  cancelSignIn(id: string): Promise<void>;
  /** @throws as `AccountList`, like the two that follow. */
  rename(id: string, name: string): void;
  makeDefault(id: string): void;
  /** Resolves when the account's processes have ended and its folder is deleted. */
  remove(id: string): Promise<void>;
}

export interface Accounts extends OwnersAccounts {
  /** The id of the account that is shown as the one that pays: the default one, or the main one where the owner has to choose. */
  readonly shownId: string;
  /** Whether a new request of this owner is answered with the account. */
  answers(id: string, owner: string): boolean;
  /** The id of the account that answers a request of this owner. @throws AccountUnavailableError */
  idFor(owner: string): string;
  /** As `idFor`, and checks that somebody is signed in, where that is known. @throws AccountUnavailableError */
  demand(owner: string): Promise<void>;
  /** @throws AccountUnavailableError where the account was removed. */
  demandExists(id: string): void;
  statusOf(id: string): Account | undefined;
  /** What the use of the plan is stored under; undefined where nobody is signed in. */
  planName(id: string): string | undefined;
  /** The installation's state as it is for the account that is shown. @param state for the main account. */
  ofDefault(state: ClaudeState): ClaudeState;
  /** Records that the API or the CLI has refused the sign-in. */
  refused(id: string, code: 'signed_out' | 'authentication'): ClaudeProblem;
}

export function createAccounts(options: AccountsOptions): Accounts {
  const { list, added, installation } = options;

  const statusOf = (id: string) => (isAdded(id) ? added.statusOf(id) : installation.state.account);
  const signInOf = (id: string): SignInState | undefined =>
    isAdded(id) ? added.signInOf(id) : installation.state.signIn;
  const nameOf = (id: string) => list.nameOf(id) ?? id;
  const shownId = () => list.defaultId ?? MAIN_ACCOUNT;

  const demandExists = (id: string) => {
    if (list.nameOf(id) === undefined) throw removedAccount();
  };

  const idFor = (owner: string): string => {
    const id = options.accountOf(owner) ?? list.defaultId;
    if (id === undefined) throw noDefaultAccount();
    demandExists(id);
    return id;
  };

  const phaseOf = (id: string): CliAccount['phase'] => {
    const status = statusOf(id);
    if (status === undefined) return installation.state.phase === 'problem' ? 'signed_out' : 'checking';
    // The CLI's own report of a missing sign-in counts more than what it reported before.
    const isRefused = !isAdded(id) && installation.state.problem?.code === 'signed_out';
    return status.loggedIn && !isRefused ? 'signed_in' : 'signed_out';
  };

  /** Two accounts may have the same address: in two organizations, or where one of them is no subscription. */
  const planName = (id: string) => {
    const status = statusOf(id);
    if (!status?.loggedIn) return undefined;
    return isAdded(id) ? `${id} ${status.email ?? status.authMethod}` : (status.email ?? status.authMethod);
  };

  const describe = (id: string): CliAccount => {
    const payer = options.payer(id);
    const signIn = signInOf(id);
    return {
      ...{ id, name: nameOf(id), isDefault: id === list.defaultId, phase: phaseOf(id) },
      ...{ payer: payer?.description ?? null, payerLabel: payer?.label ?? null, billing: payer?.billing ?? null },
      ...{ isExhausted: options.isExhausted(id), planWindows: options.planWindows(planName(id)) },
      ...(signIn && { signIn: { url: signIn.url ?? null, startedAt: signIn.startedAt } }),
    };
  };

  return {
    get state() {
      const accounts = [MAIN_ACCOUNT, ...list.added.map(({ id }) => id)].map(describe);
      return { accounts, problem: list.defaultId === undefined ? NO_DEFAULT : null };
    },
    get shownId() {
      return shownId();
    },
    of: (owner) => {
      const id = options.accountOf(owner) ?? list.defaultId;
      return id === undefined || list.nameOf(id) === undefined ? undefined : describe(id);
    },
    answers: (id, owner) => (options.accountOf(owner) ?? list.defaultId) === id && list.nameOf(id) !== undefined,
    idFor,
    demand: async (owner) => {
      const id = idFor(owner);
      // The main account's sign-in is checked with the installation; the CLI itself reports where it is missing.
      if (!isAdded(id)) return;
      await added.recheck(id);
      demandExists(id);
      if (added.statusOf(id)?.loggedIn === false) throw signedOutAccount(nameOf(id));
    },
    demandExists,
    statusOf,
    planName,
    ofDefault: ({ account: _account, accounts, problem, signIn: _signIn, ...state }) => {
      const id = shownId();
      const account = statusOf(id);
      const signIn = signInOf(id);
      const isMain = !isAdded(id);
      const signedOut = account?.loggedIn === false ? signInProblem('signed_out', id, nameOf(id)) : undefined;
      const ownProblem = isMain || problem?.code !== 'signed_out' ? problem : undefined;
      const shown = isMain ? problem : (ownProblem ?? signedOut);
      const isReady = state.phase === 'ready' || (state.phase === 'problem' && !ownProblem);
      return {
        ...state,
        phase: shown ? 'problem' : isReady ? 'ready' : state.phase,
        ...(account && { account }),
        ...(isMain && accounts && { accounts }),
        ...(shown && { problem: shown }),
        ...(signIn && { signIn }),
      };
    },
    refused: (id, code) => {
      if (code === 'signed_out') {
        if (isAdded(id)) added.markSignedOut(id);
        else installation.markSignedOut();
      }
      return signInProblem(code, id, nameOf(id), statusOf(id)?.authMethod);
    },
    add: (name) => added.add(name).id,
    signIn: async (id) => {
      // Just after the start of the app, it is not known yet where the CLI is.
      if (installation.state.phase === 'checking') await installation.check();
      if (await (isAdded(id) ? added.signIn(id) : installation.signIn())) options.onSignedIn(id);
    },
    cancelSignIn: (id) => (isAdded(id) ? added.cancelSignIn(id) : installation.cancelSignIn()),
    rename: (id, name) => {
      list.rename(id, name);
      options.onPayerChange();
    },
    makeDefault: (id) => {
      list.makeDefault(id);
      options.onPayerChange();
    },
    remove: async (id) => {
      const name = nameOf(id);
      list.remove(id);
      options.onPayerChange();
      await options.end(id, name);
      await added.erase(id);
    },
  };
}
