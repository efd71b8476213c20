/** Who pays for each process: it keeps the credentials that it was started with when the user signs in otherwise, or chooses another payer. */
import type { PayChoice, Payer, PayWith } from '../../shared/cli/payer';
import { type Accounts, without } from './accounts';
import type { Account } from './inspectClaude';
import { payerOf, type ReportedAccount } from './payer';

export interface PayersOptions {
  /** The account that pays now. */
  account(): Account | undefined;
  /** The environment of a process that is started now. */
  env(): NodeJS.ProcessEnv;
  readonly apiHosts?: readonly string[] | undefined;
}

/** @typeParam Process whatever stands for a process. */
export interface Payers<Process extends object> {
  /** Who pays for a request that comes now; undefined where no account is signed in or it is not known yet. */
  readonly current: Payer | undefined;
  /** Has to be called when a process has been started. */
  started(process: Process): void;
  /** Records what the process has reported in its response to `initialize`. */
  initialized(process: Process, reported: ReportedAccount | null | undefined): void;
  of(process: Process): Payer | undefined;
  /** @param env the environment with the variables that may be withheld. */
  choice(accounts: Accounts | undefined, using: PayWith, env: NodeJS.ProcessEnv): PayChoice | undefined;
  /** Whether the process would have another account pay than the one that pays now. */
  isOutdated(process: Process): boolean;
}

interface Credentials {
  /** Equal for processes with the same account. */
  readonly key: string;
  readonly account: Account | undefined;
  readonly env: NodeJS.ProcessEnv;
  reported?: ReportedAccount | null | undefined;
}

export function createPayers<Process extends object>({ account, env, apiHosts }: PayersOptions): Payers<Process> {
  const byProcess = new WeakMap<Process, Credentials>();
  let lastReport: { readonly key: string; readonly reported: ReportedAccount | null | undefined } | undefined;

  const currentCredentials = (): Credentials => {
    const current = account();
    const currentEnv = env();
    const { authMethod, email, apiKeySource, apiProvider } = current ?? {};
    const hasKey = [currentEnv.ANTHROPIC_API_KEY, currentEnv.ANTHROPIC_AUTH_TOKEN].map((value) => value !== undefined);
    const key = JSON.stringify([authMethod, email, apiKeySource, apiProvider, hasKey]);
    return { key, account: current, env: currentEnv };
  };

  const describe = ({ account: owner, env: ownEnv, reported }: Credentials) =>
    owner && payerOf({ account: owner, env: ownEnv, reported, apiHosts });

  return {
    get current() {
      const current = currentCredentials();
      const reported = lastReport?.key === current.key ? lastReport.reported : undefined;
      return describe({ ...current, reported });
    },
    started: (process) => void byProcess.set(process, currentCredentials()),
    initialized: (process, reported) => {
      const credentials = byProcess.get(process);
      if (!credentials) return;
      credentials.reported = reported;
      lastReport = { key: credentials.key, reported };
    },
    of: (process) => {
      const credentials = byProcess.get(process);
      return credentials && describe(credentials);
    },
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
      return credentials !== undefined && credentials.key !== currentCredentials().key;
    },
  };
}
