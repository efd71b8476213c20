/** The accounts of a `Claude` (claude.ts): what each process has to do with them. */
import { MAIN_ACCOUNT } from '../../shared/cli/accounts';
import type { PlanWindow } from '../../shared/cli/planWindows';
import type { Availability } from '../availability';
import { type CacheBreakpoints, createCacheBreakpoints } from '../cacheBreakpoints';
import type { ClaudeOptions } from '../claudeTypes';
import type { Installation } from '../installation/installation';
import { createPayers } from '../installation/payers';
import type { ClaudeProcess } from '../process/claudeProcess';
import { openAccountList } from './accountList';
import { createAccounts } from './accounts';
import { createAddedAccounts } from './addedAccounts';

export interface ClaudeAccountsOptions {
  readonly options: ClaudeOptions;
  readonly installation: Installation;
  /** The environment of the account's processes. */
  env(id: string): NodeJS.ProcessEnv;
  /** As in `AddedAccountsOptions`, like the one that follows. */
  readonly signInMs: number;
  onSignInProcess(pid: number, isRunning: boolean): void;
  planWindows(account: string | undefined): readonly PlanWindow[];
  availability(): Availability;
  /** Ends the account's processes. Resolves when all have ended. */
  endProcesses(id: string): Promise<void>;
  /** Called when some idle processes may be outdated. */
  onPayerChange(): void;
}

export function createClaudeAccounts(deps: ClaudeAccountsOptions) {
  const { options, installation, availability } = deps;
  const list = openAccountList(options.accountsFile, options.onWarning);
  /** The owner of each process's conversation. */
  const owners = new WeakMap<ClaudeProcess, string>();
  const cacheBreakpoints = new Map<string, CacheBreakpoints>();

  const added = createAddedAccounts({
    ...{ list, folder: options.accountsFolder, signInMs: deps.signInMs, env: deps.env },
    command: installation.requirePath,
    onSignInProcess: deps.onSignInProcess,
    onChange: (id) => {
      if (id !== undefined) {
        availability().accountChanged(id);
        deps.onPayerChange();
      }
      options.onChange();
    },
    onWarning: options.onWarning,
  });

  const payers = createPayers<ClaudeProcess>({
    account: (id) => accounts.statusOf(id),
    env: deps.env,
    apiHosts: options.apiHosts,
  });

  const accounts = createAccounts({
    ...{ list, added, installation, payer: payers.current, planWindows: deps.planWindows },
    accountOf: (owner) => options.accountOf?.(owner) ?? null,
    isExhausted: (id) => availability().isExhausted(id),
    onSignedIn: (id) => availability().recordSignIn(id),
    onPayerChange: () => {
      deps.onPayerChange();
      options.onChange();
    },
    end: async (id, name) => {
      const isOfAccount = (process: ClaudeProcess) => payers.accountOf(process) === id;
      await options.endConversations?.(isOfAccount, `the account “${name}” was removed in Claudacity`);
      await deps.endProcesses(id);
      availability().accountChanged(id);
    },
  });

  const accountOf = (process: ClaudeProcess) => payers.accountOf(process) ?? MAIN_ACCOUNT;

  return {
    ...{ added, payers, accounts, owners, accountOf },
    /** Whether the process would have somebody else pay than who pays for a new request of the same owner. */
    isOutdated: (process: ClaudeProcess): boolean => {
      const owner = owners.get(process);
      if (owner !== undefined && !accounts.answers(accountOf(process), owner)) return true;
      return payers.isOutdated(process);
    },
    cacheBreakpointsOf: (account: string): CacheBreakpoints => {
      const authMethod = () => accounts.statusOf(account)?.authMethod;
      const breakpoints =
        cacheBreakpoints.get(account) ?? createCacheBreakpoints({ authMethod, onWarning: options.onWarning });
      cacheBreakpoints.set(account, breakpoints);
      return breakpoints;
    },
  };
}
