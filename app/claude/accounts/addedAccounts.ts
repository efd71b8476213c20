/**
 * The accounts that the owner has added beside the CLI's own sign-in. Each is signed in in a config folder of its own, which the app makes
 * and removes; what is in it, only the CLI reads and writes. Nothing here chooses an account to get around a limit: a request's account is
 * the one that its API key names, or else the default one.
 *
 * Who could misuse it: other users of this computer, who could read the sign-ins (the folders are 0700); a program that can write the
 * list of accounts, which runs as the owner anyway; a page of the window, which can name an account but no folder.
 */
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { MAIN_ACCOUNT } from '../../shared/cli/accounts';
import { errorText } from '../../shared/errorText';
import { type Account, readAccount } from '../installation/inspectClaude';
import { runCommand } from '../installation/runCommand';
import type { SignInState } from '../installation/signIn';
import { createSignInRunner, type SignInRunner } from '../installation/signInRunner';
import type { AccountList, AddedAccount } from './accountList';

export interface AddedAccountsOptions {
  readonly list: AccountList;
  /** The folder of the accounts' folders. */
  readonly folder: string;
  /** The CLI. @throws ClaudeUnavailableError where none can be started. */
  command(): string;
  /** The environment in which the CLI is run for an account. */
  env(id: string): NodeJS.ProcessEnv;
  /** How long a sign-in may take, in ms. */
  readonly signInMs: number;
  /** Called when `claude auth login` has been started, and when it has ended. */
  onSignInProcess(pid: number, isRunning: boolean): void;
  /** Called when something of an account has changed. @param id of the account where somebody else is signed in to it now. */
  onChange(id?: string): void;
  /** Called with a message for the log. */
  onWarning(message: string): void;
}

export interface AddedAccounts {
  /** The account's config folder. */
  folderOf(id: string): string;
  /** What `claude auth status` says of the account; undefined where it is not known yet. */
  statusOf(id: string): Account | undefined;
  signInOf(id: string): SignInState | undefined;
  /** Reads the sign-in of every account, and deletes the folders of removed ones. Never rejects. */
  check(): Promise<void>;
  /** Reads the sign-in again where nobody was signed in and that is not recent: the account may have been signed in meanwhile. Never rejects. */
  recheck(id: string): Promise<void>;
  /** Records that the CLI has reported a missing sign-in. */
  markSignedOut(id: string): void;
  /** Adds an account, in which nobody is signed in. @throws Error for the owner. */
  add(name: string): AddedAccount;
  /** As `SignInRunner.run`. @throws Error where there is no such account, too. */
  signIn(id: string): Promise<boolean>;
  cancelSignIn(id: string): Promise<void>;
  /** Signs the account out and deletes its folder. It must not be listed any more, and none of its processes may run. Never rejects. */
  erase(id: string): Promise<void>;
  /** Ends the commands that are under way. */
  close(): void;
}

/** A burst of requests to an account without a sign-in must not run one check each. */
const MIN_RECHECK_INTERVAL_MS = 2_000;
/** It tells the API, which may not be reached. */
const SIGN_OUT_MS = 15_000;

interface State {
  status?: Account | undefined;
  checkedAt: number;
  checking?: Promise<void> | undefined;
  signIn?: SignInState | undefined;
  runner?: SignInRunner;
}

export function createAddedAccounts(options: AddedAccountsOptions): AddedAccounts {
  const { list, onWarning } = options;
  const states = new Map<string, State>();
  const closing = new AbortController();

  const folderOf = (id: string) => path.join(options.folder, id);

  const exists = (id: string) => list.added.some((one) => one.id === id);

  const stateOf = (id: string): State => {
    const state = states.get(id) ?? { checkedAt: 0 };
    states.set(id, state);
    return state;
  };

  const makeFolder = (id: string) => {
    mkdirSync(folderOf(id), { recursive: true, mode: 0o700 });
    for (const folder of [options.folder, folderOf(id)]) chmodSync(folder, 0o700);
  };

  const setStatus = (id: string, status: Account) => {
    const state = stateOf(id);
    const before = state.status;
    state.status = status;
    if (JSON.stringify(before) !== JSON.stringify(status)) options.onChange(id);
  };

  const readStatus = async (id: string): Promise<void> => {
    try {
      makeFolder(id);
      const status = await readAccount(options.command(), options.env(id), closing.signal);
      if (exists(id)) setStatus(id, status);
    } catch (error) {
      if (!closing.signal.aborted) onWarning(`an account’s sign-in could not be read: ${errorText(error)}`);
    }
    stateOf(id).checkedAt = Date.now();
  };

  const checkOne = (id: string): Promise<void> => {
    const state = stateOf(id);
    state.checking ??= readStatus(id).finally(() => {
      state.checking = undefined;
    });
    return state.checking;
  };

  const erase = async (id: string): Promise<void> => {
    const { runner } = stateOf(id);
    await runner?.cancel();
    states.delete(id);
    try {
      const signal = closing.signal;
      await runCommand(options.command(), ['auth', 'logout'], { env: options.env(id), timeoutMs: SIGN_OUT_MS, signal });
    } catch (error) {
      onWarning(`a removed account could not be signed out, but its folder is deleted: ${errorText(error)}`);
    }
    await removeFolder(folderOf(id));
  };

  const removeFolder = async (folder: string) => {
    try {
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    } catch (error) {
      onWarning(`the folder of a removed account could not be deleted: ${errorText(error)}`);
    }
  };

  /** Of accounts whose removal was cut short. Without the list nobody knows which these are. */
  const removeLeftFolders = async () => {
    if (!list.wasRead) return;
    for (const name of foldersIn(options.folder)) if (!exists(name)) await removeFolder(folderOf(name));
  };

  const runnerOf = (id: string): SignInRunner => {
    const state = stateOf(id);
    state.runner ??= createSignInRunner({
      command: options.command,
      env: () => options.env(id),
      timeoutMs: options.signInMs,
      onProcess: options.onSignInProcess,
      onChange: (signIn) => {
        state.signIn = signIn;
        options.onChange();
      },
    });
    return state.runner;
  };

  return {
    folderOf,
    statusOf: (id) => states.get(id)?.status,
    signInOf: (id) => states.get(id)?.signIn,
    check: async () => {
      await removeLeftFolders();
      await Promise.all(list.added.map(({ id }) => checkOne(id)));
    },
    recheck: async (id) => {
      const { status, checkedAt, checking } = stateOf(id);
      if (checking) return checking;
      if (!status?.loggedIn && Date.now() - checkedAt > MIN_RECHECK_INTERVAL_MS) await checkOne(id);
    },
    markSignedOut: (id) => {
      if (exists(id)) setStatus(id, { loggedIn: false, authMethod: 'none', email: undefined });
    },
    add: (name) => {
      const account = list.add(name);
      setStatus(account.id, { loggedIn: false, authMethod: 'none', email: undefined });
      return account;
    },
    signIn: async (id) => {
      if (!exists(id)) throw new Error('There is no such account any more.');
      makeFolder(id);
      const succeeded = await runnerOf(id).run();
      if (exists(id)) {
        await stateOf(id).checking;
        await checkOne(id);
        // Also where the same person has signed in again: processes keep the token with which they were started.
        if (succeeded) options.onChange(id);
      }
      return succeeded;
    },
    cancelSignIn: async (id) => {
      await states.get(id)?.runner?.cancel();
    },
    erase,
    close: () => {
      closing.abort(new Error('the app is stopping'));
      for (const { runner } of states.values()) void runner?.cancel();
    },
  };
}

/** Whether the id is that of an added account, whether or not there still is one. */
export function isAdded(id: string): boolean {
  return id !== MAIN_ACCOUNT;
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
