/** Who pays for each process: it keeps the credentials that it was started with when the user signs in otherwise, or chooses another payer. */
import type { PayChoice, Payer, PayWith } from '../../shared/cli/payer';
import { type Accounts, without } from './accounts';
import type { Account } from './inspectClaude';
import { payerOf, type ReportedAccount } from './payer';

export interface PayersOptions {
  /** What is signed in now. @param id of the account, as in `MAIN_ACCOUNT`. */
  account(id: string): Account | undefined;
  /** The environment of a process of the account that is started now. */
  env(id: string): NodeJS.ProcessEnv;
  readonly apiHosts?: readonly string[] | undefined;
}

/** @typeParam Process whatever stands for a process. */
export interface Payers<Process extends object> {
  /** Who pays for a request to the account that comes now; undefined where nobody is signed in or it is not known yet. */
  current(id: string): Payer | undefined;
  /** Has to be called when a process has been started for the account. */
  started(process: Process, id: string): void;
  /** Records what the process has reported in its response to `initialize`. */
  initialized(process: Process, reported: ReportedAccount | null | undefined): void;
  of(process: Process): Payer | undefined;
  /** The id of the account for which the process was started. */
  accountOf(process: Process): string | undefined;
  /** @param env the environment with the variables that may be withheld. */
  choice(accounts: Accounts | undefined, using: PayWith, env: NodeJS.ProcessEnv): PayChoice | undefined;
  /** Whether the process would have somebody else pay than who is signed in to its account now. */
  isOutdated(process: Process): boolean;
}

interface Credentials {
  readonly id: string;
  /** Equal for processes with the same account. */
  readonly key: string;
  readonly account: Account | undefined;
  readonly env: NodeJS.ProcessEnv;
  reported?: ReportedAccount | null | undefined;
}

export function createPayers<Process extends object>({ account, env, apiHosts }: PayersOptions): Payers<Process> {
  const byProcess = new WeakMap<Process, Credentials>();
  /** The last one of each account. */
  const reports = new Map<string, { readonly key: string; readonly reported: ReportedAccount | null | undefined }>();

  const currentCredentials = (id: string): Credentials => {
    const current = account(id);
    const currentEnv = env(id);
    const { authMethod, email, apiKeySource, apiProvider } = current ?? {};
    const hasKey = [currentEnv.ANTHROPIC_API_KEY, currentEnv.ANTHROPIC_AUTH_TOKEN].map((value) => value !== undefined);
    const key = JSON.stringify([authMethod, email, apiKeySource, apiProvider, hasKey]);
    return { id, key, account: current, env: currentEnv };
  };

  const describe = ({ account: owner, env: ownEnv, reported }: Credentials) =>
    owner && payerOf({ account: owner, env: ownEnv, reported, apiHosts });

  return {
    current: (id) => {
      const current = currentCredentials(id);
      const report = reports.get(id);
      return describe({ ...current, reported: report?.key === current.key ? report.reported : undefined });
    },
    started: (process, id) => void byProcess.set(process, currentCredentials(id)),
    initialized: (process, reported) => {
      const credentials = byProcess.get(process);
      if (!credentials) return;
      credentials.reported = reported;
      reports.set(credentials.id, { key: credentials.key, reported });
    },
    of: (process) => {
      const credentials = byProcess.get(process);
      return credentials && describe(credentials);
    },
    accountOf: (process) => byProcess.get(process)?.id,
    choice: (accounts, using, fullEnv) => {
      if (!accounts?.hidden) return undefined;
      const { environment, hidden } = accounts;
      const { variables } = hidden;
      const words = (owner: Account, ownEnv: NodeJS.ProcessEnv) =>
        payerOf({ account: owner, env: ownEnv, apiHosts })?.description ?? '';
      return {
        variables,
        using,
        subscription: words(hidden.account, without(fullEnv, variables)),
        environment: words(environment, fullEnv),
      };
    },
    isOutdated: (process) => {
      const credentials = byProcess.get(process);
      return credentials !== undefined && credentials.key !== currentCredentials(credentials.id).key;
    },
  };
}
